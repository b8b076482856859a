/** The episodes of a recorded session, as a server would tell of them. */
import type { Clip, RecordedSession, SessionEpisode } from '../../server/protocol/index.ts';
import { type EpisodeSource, type ListRequest, PAGE_SIZE } from '../core/episode-source.ts';

export function recordedEpisodes({ episodes }: Pick<RecordedSession, 'episodes'>): EpisodeSource {
  const find = (id: string): SessionEpisode => {
    const found = episodes.find((episode) => episode.id === id);
    if (!found) throw new Error(`episode ${id}: not in this recording`);
    return found;
  };
  return {
    async list(request) {
      const rows = episodes.filter((episode) => isWanted(episode, request));
      const sign = request.order === 'asc' ? 1 : -1;
      rows.sort((a, b) => sign * (keyOf(a, request) - keyOf(b, request)));
      const first = request.page * PAGE_SIZE;
      return { rows: rows.slice(first, first + PAGE_SIZE), total: rows.length };
    },
    find: async (id) => find(id),
    overlays: () => Promise.reject(new Error('nothing can be played again here')),
    async steps(id) {
      const { steps, length } = find(id);
      return [{ from: 0, to: length, length, ...steps }];
    },
    events: async (id) => find(id).events,
  };
}

function isWanted(
  { live, humanSteps, end, endReason }: SessionEpisode,
  wanted: ListRequest,
): boolean {
  return (
    (wanted.live === undefined || live === wanted.live) &&
    (wanted.human === undefined || humanSteps > 0 === wanted.human) &&
    (wanted.endReason === undefined || (endReason ?? end) === wanted.endReason)
  );
}

function keyOf(episode: SessionEpisode, { sort }: ListRequest): number {
  if (sort === 'return' || sort === 'cost') return episode.summary[sort] ?? 0;
  return episode[sort];
}

/** @throws Error for an episode that is not in the recording */
export function recordedClip(
  session: RecordedSession,
  { episodeId, from, to }: { episodeId: string; from: number; to: number },
  dt: number,
): Clip {
  const index = session.episodes.findIndex(({ id }) => id === episodeId);
  const episode = session.episodes[index];
  const poses = session.poses[index];
  if (!episode || !poses) throw new Error(`episode ${episodeId}: not in this recording`);
  const width = poses.length / (episode.length + 1);
  const rows = to - from + 1;
  // Row 0 is the state before the first step.
  const column = (values: readonly number[] | undefined, none: number) =>
    Float32Array.from({ length: rows }, (_, i) =>
      i === 0 ? none : (values?.[from + i - 1] ?? none),
    );
  const { steps, learnedRewards, disagreements, endReason, end, success, summary } = episode;
  return {
    tag: 0,
    dt,
    sceneId: episode.sceneId,
    rows,
    poses: poses.subarray(from * width, (to + 1) * width),
    predictedRewards: column(learnedRewards, Number.NaN),
    disagreements: column(disagreements, Number.NaN),
    speeds: new Float32Array(rows).fill(Number.NaN),
    costs: column(steps.costs, 0),
    ...(to === episode.length
      ? {
          outcome: {
            reason: endReason ?? end,
            success,
            route: summary['routeCompletion'] ?? Number.NaN,
          },
        }
      : {}),
  };
}

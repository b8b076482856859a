/** A clip for a page: poses of a segment, learned rewards, and how sure they are. */
import type { Episode, Segment } from '../../agent/contract.ts';
import type { RunHandle } from '../contract.ts';
import { type ClipOutcome, encodeClip } from '../protocol/index.ts';
import { Refusal } from './refusal.ts';

export interface ReadyClip {
  readonly sceneId: number;
  readonly seed: number;
  readonly bytes: ArrayBuffer;
}

/** @throws Refusal for an episode without poses and for steps beyond its end. */
export async function clipOf(run: RunHandle, segment: Segment, tag: number): Promise<ReadyClip> {
  const { episodeId, from, to } = segment;
  const field = 'request-clip.segment';
  const episode = await run.drawnEpisode(episodeId);
  if (!episode || episode.poses.length === 0) {
    const message = `${field}.episodeId: ${episodeId} has no poses here`;
    throw new Refusal('unknown-episode', message, String(tag));
  }
  if (to > episode.length) {
    const message = `${field}.to: is ${to}, allowed up to ${episode.length}`;
    throw new Refusal('bad-message', message, String(tag));
  }
  const { seed } = episode;
  const sceneId = run.sceneIdOf(seed);
  const width = episode.poses.length / (episode.length + 1);
  const rows = to - from + 1;
  const poses = episode.poses.slice(from * width, (to + 1) * width);
  // Row 0 is the state before the first step.
  const predictedRewards = new Float32Array(rows).fill(Number.NaN);
  const disagreements = new Float32Array(rows).fill(Number.NaN);
  const predicted = await run.predict(segment);
  predictedRewards.set(predicted?.rewards ?? [], 1);
  disagreements.set(predicted?.disagreements ?? [], 1);
  const dt = run.facts.controlDt;
  const costs = new Float32Array(rows);
  costs.set(episode.costs.subarray(from, to), 1);
  const outcome = to === episode.length ? outcomeOf(episode) : undefined;
  const bytes = encodeClip({
    tag,
    dt,
    sceneId,
    rows,
    poses,
    predictedRewards,
    disagreements,
    costs,
    speeds: speedsOf(episode, segment, dt),
    ...(episode.pictures ? { pictures: episode.pictures.slice(from, to + 1) } : {}),
    ...(outcome ? { outcome } : {}),
  });
  return { sceneId, seed, bytes };
}

/**
 * Per row, m/s: how far the agent came in the step that led to it; the first row's is that of the next step.
 * NaN where that is not known: positions were not kept, or the environment has no place for its agent, as one that draws
 * itself, and says the same one all along.
 */
export function speedsOf(
  { positions }: Pick<Episode, 'positions'>,
  { from, to }: Segment,
  dt: number,
): Float32Array {
  const speeds = new Float32Array(to - from + 1).fill(Number.NaN);
  if (positions.every((x, i) => x === positions[i % 3])) return speeds;
  const moved = (axis: number, step: number) =>
    positions[3 * step + axis]! - positions[3 * (step - 1) + axis]!;
  for (let step = from + 1; step <= to; step++)
    speeds[step - from] = Math.hypot(moved(0, step), moved(1, step), moved(2, step)) / dt;
  speeds[0] = speeds[1]!;
  return speeds;
}

/** undefined while it goes on. */
function outcomeOf({ end, endReason, successes, summary }: Episode): ClipOutcome | undefined {
  if (end === 'open') return undefined;
  return {
    reason: endReason ?? (end === 'aborted' ? 'aborted' : ''),
    success: successes.at(-1) === 1,
    route: summary.routeCompletion ?? Number.NaN,
  };
}

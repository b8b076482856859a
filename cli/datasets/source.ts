/** A kept run as the exporters see it: its spaces, its log, and its episodes one at a time. */
import { setImmediate } from 'node:timers/promises';
import type { EnvironmentSpec, Episode } from '../../agent/contract.ts';
import { SOURCE_CODE } from '../../agent/contract.ts';
import { UsageError } from '../../experiments/errors.ts';
import type { EpisodeRow, Run, Storage, StoredFeedback } from '../../server/storage/contract.ts';
import type { BoxSpace } from '../../sim/contract.ts';
import { createEnvironment } from '../../sim/registry.ts';

/** Which episodes: what happened, or also what was only rolled out to judge a takeover. */
export type Wanted = 'experience' | 'all';

/** An episode with what the log says of it. */
export interface Annotated {
  readonly episode: Episode;
  readonly row: EpisodeRow;
  /** Simulated seconds at its first observation: 0, or where it branched off. */
  readonly startTime: number;
  /** Who drove, by step: a teacher's id, or null for the policy and for takeovers that the log does not name. */
  readonly drivers: readonly (string | null)[];
  /** What the data set gives as reward, by step: the environment's or the learned one. */
  readonly rewards: Float32Array;
  /** Sum of people's live rewards by step; NaN where nobody gave one. */
  readonly humanRewards: Float32Array;
}

export interface RunSource {
  readonly run: Run;
  readonly spec: EnvironmentSpec;
  /** In the order of the log, with what was retracted. */
  readonly feedback: readonly StoredFeedback[];
  /** Ids of feedback that was taken back. */
  readonly retracted: ReadonlySet<string>;
  /** Episodes there are, those that turn out to be missing or of another origin included. */
  readonly total: number;
  /** Oldest first. Throws what `signal` gives as its reason once it is aborted. */
  episodes(wanted: Wanted, signal?: AbortSignal): AsyncGenerator<Annotated>;
  /** Episodes so far whose file is missing or was set aside as corrupt. */
  readonly missing: number;
}

export const SOURCES = Object.keys(SOURCE_CODE);

/** Reward of each step of an episode. */
export type RewardsOf = (episode: Episode) => Float32Array;

/** @param rewardsOf default: the environment's own */
export async function openSource(
  storage: Storage,
  run: Run,
  rewardsOf: RewardsOf = (episode) => episode.envRewards,
): Promise<RunSource> {
  const spec = await specOf(run);
  const feedback = await storage.readFeedback(run.id, 0);
  const rows = (await storage.listEpisodes(run.id, Number.MAX_SAFE_INTEGER)).reverse();
  const retracted = new Set(
    feedback.flatMap(({ feedback: f }) => (f.kind === 'retraction' ? [f.feedbackId] : [])),
  );
  const said = byEpisode(feedback, retracted);
  const starts = startTimes(storage, spec.controlDt);
  const lost = new Set<string>();
  return {
    run,
    spec,
    feedback,
    retracted,
    total: rows.length,
    get missing() {
      return lost.size;
    },
    async *episodes(wanted, signal) {
      for (const row of rows) {
        await setImmediate(); // lets a signal in
        signal?.throwIfAborted();
        const episode = await storage.getEpisode(row.id);
        if (!episode) lost.add(row.id);
        else if (episode.length > 0 && (wanted === 'all' || episode.origin === 'experience'))
          yield {
            episode,
            row,
            startTime: await starts(episode),
            rewards: rewardsOf(episode),
            ...saidOf(episode, said.get(row.id) ?? []),
          };
      }
    },
  };
}

type Said = StoredFeedback['feedback'];

/** Live rewards and takeovers that count, by episode. */
function byEpisode(
  feedback: readonly StoredFeedback[],
  retracted: ReadonlySet<string>,
): Map<string, Said[]> {
  const found = new Map<string, Said[]>();
  for (const { feedback: f } of feedback) {
    if ((f.kind !== 'reward' && f.kind !== 'override') || retracted.has(f.id)) continue;
    const list = found.get(f.episodeId) ?? [];
    list.push(f);
    found.set(f.episodeId, list);
  }
  return found;
}

function saidOf(
  episode: Episode,
  said: readonly Said[],
): Pick<Annotated, 'drivers' | 'humanRewards'> {
  const drivers = new Array<string | null>(episode.length).fill(null);
  const humanRewards = new Float32Array(episode.length).fill(Number.NaN);
  for (const f of said)
    if (f.kind === 'reward' && f.step < episode.length) {
      const before = humanRewards[f.step]!;
      humanRewards[f.step] = (Number.isNaN(before) ? 0 : before) + f.value;
    } else if (f.kind === 'override')
      for (let t = f.from; t < Math.min(f.to, episode.length); t++)
        if (episode.sources[t] !== SOURCE_CODE.policy) drivers[t] = f.teacherId;
  return { drivers, humanRewards };
}

/** Simulated time goes on in a branch from where it left the episode that it is a branch of. */
function startTimes(storage: Storage, controlDt: number): (episode: Episode) => Promise<number> {
  const steps = new Map<string, number>();
  async function startStep({ id, branchOf }: Pick<Episode, 'id' | 'branchOf'>): Promise<number> {
    let start = steps.get(id);
    if (start !== undefined) return start;
    start = 0;
    if (branchOf) {
      const { episodeId, step } = branchOf;
      const parent = steps.has(episodeId) ? { id: episodeId } : await storage.getEpisode(episodeId);
      start = step + (parent ? await startStep(parent) : 0);
    }
    steps.set(id, start);
    return start;
  }
  return async (episode) => (await startStep(episode)) * controlDt;
}

/** @throws UsageError where the environment of the run cannot be made here. */
export async function specOf(run: Run): Promise<EnvironmentSpec> {
  const { environmentId, identity, places } = run;
  try {
    const env = await createEnvironment(environmentId, { ...identity?.options, ...places });
    const { observationSpace, actionSpace, controlDt } = env;
    env.close();
    return { environmentId, observationSpace, actionSpace, controlDt };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `run: the environment of ${run.id} cannot be made here (${why}), and its spaces belong to the data set`,
    );
  }
}

/** Names of a space's numbers; their places where it has none. */
export function namesOf(space: BoxSpace): readonly string[] {
  return space.names ?? Array.from({ length: space.size }, (_, i) => String(i));
}

import type { ActorThreadData, RolloutPace } from './messages.ts';

/** What all actors of a run are told. */
export type ActedRun = Pick<
  ActorThreadData,
  'runId' | 'environmentId' | 'environmentOptions' | 'configHash' | 'seed'
>;

/**
 * Data for the actor threads of a run that start now. Each thread gets a seed and a session of its own, also one that
 * follows another: it counts its episodes from one again.
 * @param stamp of this start, and of no other
 */
export function createActorData(
  run: ActedRun,
  stamp: string,
  pace?: RolloutPace,
): (actor: string) => Omit<ActorThreadData, 'module'> {
  let threads = 0;
  return (actor) => {
    const seed = run.seed + threads++;
    const session = `${run.runId}-${stamp}.${threads}`;
    return { ...run, actor, seed, session, ...(pace ? { pace } : {}) };
  };
}

import type { ActorThreadData } from '../actors/messages.ts';
import type { Run } from '../storage/contract.ts';

/**
 * Data for the actor threads of a run that starts now (`now`: ms since epoch). Each thread gets a seed
 * and a session of its own, also one that follows another: it counts its episodes from one again.
 */
export function createActorData(
  run: Run,
  environmentOptions: Readonly<Record<string, unknown>>,
  now: number,
): (actor: string) => Omit<ActorThreadData, 'module'> {
  let threads = 0;
  return (actor) => {
    const seed = run.seed + threads++;
    return {
      actor,
      runId: run.id,
      environmentId: run.environmentId,
      environmentOptions,
      configHash: run.configHash,
      seed,
      session: `${run.id}-${now.toString(36)}.${threads}`,
    };
  };
}

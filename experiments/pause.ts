/** Long work in one thread hears signals and tells how far it is only where it pauses. */

/** To be called between two pieces of work; a promise when it is time to wait. */
export type Pause = () => Promise<void> | undefined;

/** Longest stretch of work between two pauses, ms. */
const STRETCH = 100;

/**
 * Pauses that let timers, signals and the progress have their turn. After one that heard `stop`, the promise is
 * rejected with its reason: the work ends where it is.
 */
export function createPause(clock: () => number, stop?: AbortSignal): Pause {
  let last = clock();
  async function rest(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    last = clock();
    stop?.throwIfAborted();
  }
  return () => (clock() - last < STRETCH ? undefined : rest());
}

/** Measurements that take long: they tell how far they are, and end early where that is asked for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createPause } from '../pause.ts';

export interface Measuring {
  /** Wall clock in ms. */
  readonly clock: () => number;
  /** Ends it early: the result is what was measured by then, NaN where nothing was. */
  readonly stop?: AbortSignal | undefined;
  /** So many more seconds have been measured, and of what. */
  readonly onMeasured?: (seconds: number, what: string) => void;
}

/**
 * Repeats `work`, which returns the ms that count, until they are `seconds`. Pauses in between do not count.
 * Resolves with the ms that did, and how often it worked.
 */
export async function repeat(
  what: string,
  seconds: number,
  { clock, stop, onMeasured }: Measuring,
  work: () => number,
): Promise<{ ms: number; times: number }> {
  const pause = createPause(clock);
  let [ms, told, times] = [0, 0, 0];
  while (ms < seconds * 1000 && !stop?.aborted) {
    ms += work();
    times++;
    const rest = pause();
    if (!rest) continue;
    await rest;
    onMeasured?.((ms - told) / 1000, what);
    told = ms;
  }
  return { ms, times };
}

/** Lets `seconds` pass, for what is measured by others meanwhile. */
export async function pass(
  what: string,
  seconds: number,
  { clock, stop, onMeasured }: Measuring,
): Promise<void> {
  const end = clock() + seconds * 1000;
  for (let now = clock(); now < end && !stop?.aborted; ) {
    await sleep(Math.min(1000, end - now), undefined, { signal: stop }).catch(() => {});
    onMeasured?.((clock() - now) / 1000, what);
    now = clock();
  }
}

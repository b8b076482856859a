/** `bench env --threads`: do free-running environments scale over threads? */

import { createDeferred } from '../../server/threads/deferred.ts';
import { startThread } from '../../server/threads/threads.ts';
import type { EnvironmentOptions } from '../../sim/contract.ts';
import { getEnvironment } from '../../sim/registry.ts';
import { type Measuring, pass } from './measuring.ts';

/** `workerData` of a stepping thread. */
export interface SteppingData {
  readonly environmentId: string;
  readonly environmentOptions: EnvironmentOptions;
  readonly seed: number;
}
export type SteppingCommand = { readonly type: 'run'; readonly seconds: number };
export type SteppingEvent =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly stepsPerSecond: number };

export interface ThreadsBench {
  readonly env: string;
  readonly seconds: number;
  readonly threads: readonly number[];
  /** Of all threads together, resets included. */
  readonly stepsPerSecond: readonly number[];
  /** Against the first count, per thread: 1 is perfect scaling. */
  readonly efficiency: readonly number[];
}

export interface ThreadsBenchOptions extends Measuring {
  readonly env: string;
  readonly option: EnvironmentOptions;
  readonly seconds: number;
  readonly seed: number;
  readonly counts: readonly number[];
}

export async function benchThreads(options: ThreadsBenchOptions): Promise<ThreadsBench> {
  const { env, seconds, counts } = options;
  getEnvironment(env);
  const totals: number[] = [];
  for (const count of counts) {
    const total = await stepTogether(options, count);
    if (total === undefined) break;
    totals.push(total);
  }
  return {
    env,
    seconds,
    threads: counts.slice(0, totals.length),
    stepsPerSecond: totals,
    efficiency: totals.map((total, i) => (total * counts[0]!) / (totals[0]! * counts[i]!)),
  };
}

/** All start stepping when the last is ready, and each for the same time. Undefined: it was stopped before. */
async function stepTogether(
  options: ThreadsBenchOptions,
  count: number,
): Promise<number | undefined> {
  const { env, option, seconds, seed, stop } = options;
  if (stop?.aborted) return undefined;
  const { promise, resolve, reject } = createDeferred<number | undefined>();
  let ready = 0;
  let done = 0;
  let total = 0;
  const threads = Array.from({ length: count }, (_, i) => {
    const data: SteppingData = {
      environmentId: env,
      environmentOptions: option,
      seed: seed + 1000 * i,
    };
    return startThread<SteppingCommand, SteppingEvent>(
      data,
      new URL('./stepping.ts', import.meta.url).href,
      {
        onDeath: (reason) => reject(new Error(`thread ${i}: ${reason}`)),
        onEvent(event) {
          if (event.type === 'ready' && ++ready === count) {
            for (const thread of threads) thread.send({ type: 'run', seconds });
            void pass(`${count} threads`, seconds, options);
          }
          if (event.type !== 'done') return;
          total += event.stepsPerSecond;
          if (++done === count) resolve(total);
        },
      },
    );
  });
  const onStop = () => resolve(undefined);
  stop?.addEventListener('abort', onStop);
  try {
    return await promise;
  } finally {
    stop?.removeEventListener('abort', onStop);
    for (const thread of threads) void thread.stop();
  }
}

/** Which run is meant by who is given none. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../threads/log.ts';
import type { Line } from './bus.ts';
import { BEAT_EVERY } from './signs.ts';
import { ALL_RUNS, runOf, subjectsOf } from './subjects.ts';

/**
 * The run whose learner gives signs of life, once there is one; undefined: it was stopped before.
 * @param by the subject of those signs
 * @throws RangeError where several do
 */
export async function hearRun(
  { connection }: Line,
  by: 'learner' | 'door',
  { stop, log }: { readonly stop: AbortSignal; readonly log: Log },
): Promise<string | undefined> {
  const heard = new Set<string>();
  const listening = connection.subscribe(subjectsOf(ALL_RUNS)[by], {
    callback: (_, { subject }) => void heard.add(runOf(subject)),
  });
  log.info('waiting for a learner');
  do await sleep(3 * BEAT_EVERY, undefined, { signal: stop }).catch(() => {});
  while (heard.size === 0 && !stop.aborted);
  listening.unsubscribe();
  if (heard.size > 1)
    throw new RangeError(
      `run: is missing, and several have a learner: give one of ${[...heard].join(', ')} with --run`,
    );
  return heard.values().next().value;
}

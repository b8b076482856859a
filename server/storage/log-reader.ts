/** The feedback of a run for who needs all of it again and again: each time only what is new is read. */
import type { Feedback } from '../../agent/contract.ts';
import type { Storage } from './contract.ts';

/** Oldest first; what it resolves with grows with later calls. What is in the log never changes while a server runs. */
export type LogReader = () => Promise<readonly Feedback[]>;

export function createLogReader(storage: Pick<Storage, 'readFeedback'>, runId: string): LogReader {
  const log: Feedback[] = [];
  let last = 0;
  let reading: Promise<unknown> = Promise.resolve();

  async function more(): Promise<readonly Feedback[]> {
    for (const { sequence, feedback } of await storage.readFeedback(runId, last)) {
      log.push(feedback);
      last = sequence;
    }
    return log;
  }

  // One after the other: two at once would both add the same.
  return () => {
    const read = reading.then(more);
    reading = read.catch(() => {});
    return read;
  };
}

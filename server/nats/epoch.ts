/** One learner of a run at a time: who comes later has a higher number, and nobody hears the others any more. */
import type { KV } from '@nats-io/kv';
import type { ActedRun } from '../actors/actor-data.ts';
import { RECORD, type RunRecord, readRecord } from './messages.ts';

/**
 * Says that a learner is there, for actors that come.
 * @param claim of the database, where there is one: a number that grows with every claim of the run
 * @returns the number of this learner
 * @throws RangeError when another took the run meanwhile
 */
export async function takeRun(kv: KV, run: ActedRun, claim: number | undefined): Promise<number> {
  for (;;) {
    const entry = await kv.get(RECORD);
    const last = (entry && readRecord(entry.value)?.epoch) || 0;
    const epoch = claim ?? last + 1;
    if (epoch <= last)
      throw new RangeError(
        `nats: another learner has taken run ${run.runId} (${last}, this one is ${epoch}): end one of the two`,
      );
    const record: RunRecord = { epoch, run };
    const bytes = JSON.stringify(record);
    try {
      await (entry ? kv.update(RECORD, bytes, entry.revision) : kv.create(RECORD, bytes));
      return epoch;
    } catch (error) {
      // Somebody was faster: whoever holds no claim comes after them.
      if (!/wrong last sequence/i.test((error as Error).message)) throw error;
    }
  }
}

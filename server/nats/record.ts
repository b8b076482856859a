/** One learner of a run at a time: who comes later has a higher number, and nobody hears the others any more. */
import { readFileSync } from 'node:fs';
import { NoRespondersError, TimeoutError } from '@nats-io/transport-node';
import type { ActedRun } from '../actors/actor-data.ts';
import type { Bus } from './bus.ts';
import { type RunRecord, readRecord } from './messages.ts';
import { streamOf, subjectsOf } from './subjects.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };
/** What the numbers of an episode rest on, beside the environment and its options. */
export const PLATFORM = `reins ${version}, V8 ${process.versions.v8}, ${process.arch}`;

/** Which learner a run has; undefined: none was there yet. */
export async function findRecord({ manager }: Bus, runId: string) {
  const { record: last_by_subj } = subjectsOf(runId);
  const message = await manager.direct
    .getMessage(streamOf(runId), { last_by_subj })
    .catch((error: Error) => {
      if (isUnanswered(error)) return null; // there is no such stream
      throw error;
    });
  if (!message) return undefined;
  const record = readRecord(message.data);
  return record && { record, sequence: message.seq };
}

/** NATS 2.9 says nothing at all to who asks a stream that is not there. */
const isUnanswered = (error: Error): boolean =>
  error instanceof NoRespondersError || error instanceof TimeoutError;

/**
 * Says that a learner is there, for actors that come.
 * @param claim of the database, where there is one: a number that grows with every claim of the run
 * @returns the number of this learner
 * @throws RangeError when another took the run meanwhile
 */
export async function takeRun(bus: Bus, run: ActedRun, claim: number | undefined): Promise<number> {
  for (;;) {
    const found = await findRecord(bus, run.runId);
    const last = found?.record.epoch ?? 0;
    const epoch = claim ?? last + 1;
    if (epoch <= last)
      throw new RangeError(
        `nats: another learner has taken run ${run.runId} (${last}, this one is ${epoch}): end one of the two`,
      );
    const record: RunRecord = { epoch, run, platform: PLATFORM };
    const expect = { lastSubjectSequence: found?.sequence ?? 0 };
    try {
      await bus.js.publish(subjectsOf(run.runId).record, JSON.stringify(record), { expect });
      return epoch;
    } catch (error) {
      // Somebody was faster: whoever holds no claim comes after them.
      if (!/wrong last sequence/i.test((error as Error).message)) throw error;
    }
  }
}

/** Who works on a run of a database that several may reach. */
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { carryOutErasures } from '../../server/people/erasures.ts';
import { verifyRows } from '../../server/storage/audit-verify.ts';
import type { Storage } from '../../server/storage/contract.ts';
import { InUseError } from '../../server/storage/engine.ts';
import { openPostgres } from '../../server/storage/postgres/storage.ts';
import { RUN, rewardFeedback } from '../contracts/storage.ts';
import { recordEpisode } from '../server/run/episode.ts';
import { createDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
const opened: Storage[] = [];
beforeEach(async () => {
  database = await createDatabase(inject('postgres'));
});
afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
  await database.remove();
});

async function open(): Promise<Storage> {
  const storage = await openPostgres(database);
  opened.push(storage);
  return storage;
}

it('[PG-10] one process at a time claims a run; another run is free, and a closed storage lets go', async () => {
  const [first, second] = [await open(), await open()];
  await first.createRun(RUN);
  await first.claimRun(RUN.id);
  await expect(second.claimRun(RUN.id)).rejects.toThrow(/run-1 is in use by another server/);
  await second.claimRun('run-2');
  await opened.shift()!.close();
  await (await open()).claimRun(RUN.id);
});

it('[PG-11] a process that was cut off and overtaken writes nothing any more', async () => {
  const old = await open();
  await old.createRun(RUN);
  await old.claimRun(RUN.id);
  await old.appendFeedback(rewardFeedback('f1'));
  // The line of its claim breaks, and it does not know; it asks again a second later.
  const own = `SELECT pid FROM pg_locks WHERE locktype = 'advisory'`;
  await database.query(`SELECT pg_terminate_backend(pid) FROM (${own}) AS held`);
  const next = await open();
  await next.claimRun(RUN.id);
  const overtaken = /run-1 was taken over by another server/;
  await expect(old.appendFeedback(rewardFeedback('f2'))).rejects.toThrow(overtaken);
  await expect(old.putEpisode(recordEpisode('e1', 4), { live: true })).rejects.toThrow(overtaken);
  const checkpoint = { checkpoint: { meta: {}, arrays: {} }, feedbackSequence: 0, savedAt: 0 };
  await expect(old.putCheckpoint(RUN.id, checkpoint as never)).rejects.toThrow(overtaken);
  const point = { time: 0, environmentSteps: 1, learnerUpdates: 1, values: {} };
  await expect(old.appendMetrics(RUN.id, point)).rejects.toThrow(overtaken);
  await next.putEpisode(recordEpisode('e2', 4), { live: true });
  await expect(old.pruneEpisodes(RUN.id, 0)).rejects.toThrow(overtaken);
  expect(await next.getEpisode('e2')).toBeDefined();
  await next.appendFeedback(rewardFeedback('f3'));
  const ids = (await next.readFeedback(RUN.id, 0)).map(({ feedback }) => feedback.id);
  expect(ids).toEqual(['f1', 'f3']);
});

it('[PG-12] a claim whose line broke holds again when nobody came in between', async () => {
  const storage = await open();
  await storage.createRun(RUN);
  await storage.claimRun(RUN.id);
  const locks = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted`;
  await database.query(`SELECT pg_terminate_backend(pid) FROM (${locks}) AS held`);
  await storage.appendFeedback(rewardFeedback('f1'));
  while ((await database.query(locks)).rows.length === 0)
    await new Promise((resolve) => setTimeout(resolve, 50));
  await expect((await open()).claimRun(RUN.id)).rejects.toThrow(/in use/);
});

it('[RUNS-2] a process holds several runs, and lets go of one alone', async () => {
  const [first, second] = [await open(), await open()];
  await first.createRun(RUN);
  await first.claimRun(RUN.id);
  await first.claimRun('run-2');
  await first.appendFeedback(rewardFeedback('f1'));
  await first.releaseRun('run-2');
  await second.claimRun('run-2');
  await expect(second.claimRun(RUN.id)).rejects.toThrow(/run-1 is in use by another server/);
  // What it let go of is another's: that keeps nothing of its own back.
  await first.appendFeedback(rewardFeedback('f2'));
  expect(await first.countFeedback(RUN.id)).toBe(2);
});

it('[RUNS-7] no two processes give an assignment the same number', async () => {
  const [first, second] = [await open(), await open()];
  const [ofFirst, ofSecond] = [await first.openTokens(), await second.openTokens()];
  const given = [
    ofFirst(),
    ofSecond(),
    ofFirst(),
    ofSecond(),
    (await (await open()).openTokens())(),
  ];
  expect(new Set(given).size).toBe(5);
});

const approved = (subject: string) => ({
  ...{ id: `x-${subject}`, subject, withAnswers: true, requestedBy: 'o', requestedAt: 1 },
  ...{ approvedBy: 'p', approvedAt: 1, doneAt: null, result: null },
});

it('[PG-15] nobody is erased while a server holds what it may write back, and then by whoever comes first', async () => {
  const [server, command] = [await open(), await open()];
  await server.createRun(RUN);
  await server.occupy();
  await server.appendFeedback(rewardFeedback('f1'));
  await command.putErasure(approved('ada'));
  await expect(command.erase('x-ada', 2)).rejects.toThrow(InUseError);
  await expect(carryOutErasures(command, 2)).rejects.toThrow(/end every reins serve on it/);
  expect(await command.knowsSubject('ada')).toBe(true);
  await opened.shift()!.close();
  expect(await carryOutErasures(command, 3)).toMatchObject([{ result: { removed: 1 } }]);
  expect(await command.knowsSubject('ada')).toBe(false);
  await command.occupy();
  expect(verifyRows(await command.readAudit(0, 1000), [])).toMatchObject({ isWhole: true });
});

it('[PG-15] a server whose line broke writes nothing after an erasure that it did not hear of', async () => {
  const server = await open();
  await server.createRun(RUN);
  await server.occupy();
  await server.claimRun(RUN.id);
  await server.appendFeedback(rewardFeedback('f1'));
  const command = await open();
  await command.putErasure(approved('ada'));
  const own = `SELECT pid FROM pg_locks WHERE locktype = 'advisory'`;
  // It asks again a second later: on a slow machine before the command is done.
  for (let isErased = false; !isErased; ) {
    await database.query(`SELECT pg_terminate_backend(pid) FROM (${own}) AS held`);
    isErased = await command.erase('x-ada', 2).then(
      () => true,
      (error) => {
        if (!(error instanceof InUseError)) throw error;
        return false;
      },
    );
  }
  await expect(server.appendFeedback(rewardFeedback('f2'))).rejects.toThrow(/taken over/);
});

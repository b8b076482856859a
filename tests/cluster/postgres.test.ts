/** The storage in a real PostgreSQL: the contract, several processes at once, and a server that ends. */
import Database from 'libsql';
import { afterEach, beforeEach, expect, inject, it, test } from 'vitest';
import { verifyRows } from '../../server/storage/audit-verify.ts';
import type { Storage } from '../../server/storage/contract.ts';
import { openPostgres } from '../../server/storage/postgres/storage.ts';
import { MIGRATIONS as SQLITE_MIGRATIONS } from '../../server/storage/schema.ts';
import { inProcess } from '../cli/in-process.ts';
import { askContract } from '../contracts/asks.ts';
import { automationContract } from '../contracts/automation.ts';
import { campaignContract } from '../contracts/campaigns.ts';
import { commentContract } from '../contracts/comments.ts';
import { modelContract } from '../contracts/models.ts';
import { retentionContract } from '../contracts/retention.ts';
import { RUN, rewardFeedback, storageContract } from '../contracts/storage.ts';
import { subjectContract } from '../contracts/subjects.ts';
import { recordEpisode } from '../server/run/episode.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { createPostgres } from './postgres-server.ts';
import { rounds } from './rounds.ts';

const opening = async () => {
  const database = await createDatabase(inject('postgres'));
  return { storage: await openPostgres(database), remove: database.remove };
};
storageContract('postgres', opening);
subjectContract('people in postgres', opening);
modelContract('models in postgres', opening);
askContract('asks in postgres', opening);
commentContract('comments in postgres', opening);
campaignContract('campaigns in postgres', opening);
retentionContract('retention in postgres', opening);
automationContract('automation in postgres', opening);

let database: TestDatabase;
let opened: Storage[];
beforeEach(async () => {
  database = await createDatabase(inject('postgres'));
  opened = [];
});
afterEach(async () => {
  for (const storage of opened) await storage.close();
  await database.remove();
});

async function open(): Promise<Storage> {
  const storage = await openPostgres(database);
  opened.push(storage);
  return storage;
}

it('[PG-1] processes that open an empty database at once make its tables once', async () => {
  const storages = await Promise.all(Array.from({ length: 4 }, open));
  await storages[0]!.createRun(RUN);
  for (const storage of storages) expect(await storage.listRuns()).toEqual([RUN]);
});

it('[PG-2] a reader that goes on after the last row it saw misses none, however many write', async () => {
  const writers = await Promise.all(Array.from({ length: 4 }, open));
  const reader = await open();
  await reader.createRun(RUN);
  const each = 40;
  let isWriting = true;
  const written = Promise.all(
    writers.map(async (storage, w) => {
      for (let i = 0; i < each; i++) await storage.appendFeedback(rewardFeedback(`f${w}-${i}`));
    }),
  ).finally(() => {
    isWriting = false;
  });
  const seen: string[] = [];
  let last = 0;
  const read = async () => {
    for (const { sequence, feedback } of await reader.readFeedback(RUN.id, last)) {
      seen.push(feedback.id);
      last = sequence;
    }
  };
  while (isWriting) await read();
  await written;
  await read();
  expect(new Set(seen).size).toBe(writers.length * each);
});

it('[PG-3] the audit log of several writers is one chain', async () => {
  const writers = await Promise.all(Array.from({ length: 4 }, open));
  await writers[0]!.createRun(RUN);
  await Promise.all(
    writers.map(async (storage, w) => {
      for (let i = 0; i < 25; i++) await storage.appendFeedback(rewardFeedback(`f${w}-${i}`));
    }),
  );
  const rows = await writers[0]!.readAudit(0, 1000);
  expect(rows).toHaveLength(101);
  expect(verifyRows(rows, [])).toMatchObject({ isWhole: true });
});

it('[PG-14] it has the tables and columns that SQLite has', async () => {
  await open();
  const own = `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name NOT IN ('reins', 'file', 'claim', 'object', 'store')`;
  const { rows } = await database.query(own);
  const sqlite = new Database(':memory:');
  sqlite.exec(SQLITE_MIGRATIONS.join('\n'));
  const columns = sqlite
    .prepare(
      `SELECT t.name || '.' || c.name AS name FROM sqlite_master t, pragma_table_info(t.name) c
       WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'`,
    )
    .all();
  sqlite.close();
  const names = (list: unknown[]) => (list as { name: string }[]).map(({ name }) => name).sort();
  expect(names(rows)).toEqual(names(columns));
});

it('[PG-4] log and audit log cannot be changed by the same user', async () => {
  const storage = await open();
  await storage.createRun(RUN);
  await storage.appendFeedback(rewardFeedback('f1'));
  for (const text of [
    `UPDATE feedback SET kind = 'other'`,
    `UPDATE audit SET body = '{}'`,
    'DELETE FROM audit',
    'TRUNCATE audit',
  ])
    await expect(database.query(text), text).rejects.toThrow(/append-only/);
});

it('[PG-5] numbers come back as they were: times to the millisecond, seeds above 2³¹', async () => {
  const storage = await open();
  const run = { ...RUN, seed: 2 ** 32 - 1, createdAt: 1_790_000_000_123 };
  await storage.createRun(run);
  expect(await storage.listRuns()).toEqual([run]);
  const episode = { ...recordEpisode('e1', 4), seed: 2 ** 32 - 1, startedAt: 1_790_000_000_123.5 };
  await storage.putEpisode(episode, { live: true });
  expect(await storage.findEpisode('e1')).toMatchObject({
    seed: 2 ** 32 - 1,
    startedAt: 1_790_000_000_123.5,
    live: true,
  });
  expect(await storage.getEpisode('e1')).toEqual(episode);
});

it('[PG-6] names and sets aside an episode whose bytes are damaged', async () => {
  const storage = await open();
  await storage.createRun(RUN);
  await storage.putEpisode(recordEpisode('e1', 8), { live: true });
  await database.query(`UPDATE file SET bytes = set_byte(bytes, length(bytes) - 9, 1)`);
  await storage.verify();
  expect(storage.problems).toEqual([expect.stringMatching(/e1\.episode: checksum differs/)]);
  expect(await storage.getEpisode('e1')).toBeUndefined();
  const { rows } = await database.query('SELECT name FROM file');
  expect(rows).toEqual([{ name: 'corrupt/e1.episode' }]);
});

it('[AUDIT-4] reins audit verify reads a database’s log, by a user who may read it alone, and names the first bad row', async () => {
  const storage = await open();
  await storage.createRun(RUN);
  for (const id of ['f1', 'f2', 'f3']) await storage.appendFeedback(rewardFeedback(id));
  const user = `auditor_${database.url.split('/').at(-1)}`;
  await database.query(`CREATE ROLE ${user} LOGIN; GRANT SELECT ON audit TO ${user}`);
  const url = new URL(database.url);
  url.username = user;
  const verify = () =>
    inProcess('audit', 'verify', '--database', url.href, '--data', database.folder);
  try {
    const plain = await verify();
    expect(plain).toMatchObject({
      code: 0,
      text: expect.stringMatching(/^whole: 4 rows, no signed/),
    });
    await storage.signAudit(1);
    expect((await verify()).text).toMatch(/^whole: 4 rows, 1 signed heads fit/);
    await database.query('ALTER TABLE audit DISABLE TRIGGER USER; DELETE FROM audit WHERE seq = 4');
    expect(await verify()).toMatchObject({
      code: 1,
      text: expect.stringMatching(/row 4 is missing/),
    });
    await database.query(`UPDATE audit SET body = replace(body, 'f1', 'f9') WHERE seq = 2`);
    expect(await verify()).toMatchObject({ code: 1, text: expect.stringMatching(/row 2/) });
    await database.query(`REVOKE SELECT ON audit FROM ${user}`);
    expect(await verify()).toMatchObject({
      code: 2,
      err: expect.stringMatching(/permission denied.*let this user read/),
    });
  } finally {
    process.exitCode = 0;
    await database.query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
  }
});

it('[AUDIT-4] a database without a log is named, with the way out', async () => {
  const refused = await inProcess('audit', 'verify', '--database', database.url);
  expect(refused.code).toBe(2);
  expect(refused.err).toMatch(/cannot be used .*give one that reins serve --database has/);
});

test.each([
  ['postgres://reins@127.0.0.1:1/reins', /127\.0\.0\.1:1\/reins cannot be used .*start the server/],
  ['postgres://ada:secret@127.0.0.1:1/reins', /^(?!.*secret).*ada@127/],
  ['nonsense', /the given address cannot be used .*give an address such as postgres:/],
])('[PG-7] %s: one line names the database and the way out', async (url, words) => {
  const error = await openPostgres({ url, folder: database.folder }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(RangeError);
  expect((error as RangeError).message).toMatch(words);
});

it('[PG-7] a database that is not there is named', async () => {
  const url = `${inject('postgres')}nobody`;
  await expect(openPostgres({ url, folder: database.folder })).rejects.toThrow(
    /nobody cannot be used .*make it with createdb/,
  );
});

it('[PG-8] a database of a newer Reins is refused', async () => {
  await open();
  await database.query('UPDATE reins SET version = 99');
  await expect(openPostgres(database)).rejects.toThrow(/is of version 99, this Reins knows \d+/);
});

it('[PG-9] what was acknowledged is there after the server lost its power, and the same storage goes on', async () => {
  const server = await createPostgres();
  server.start();
  try {
    const own = await createDatabase(server.url);
    const storage = await openPostgres(own);
    await storage.createRun(RUN);
    for (let round = 0; round < rounds(3); round++) {
      const acknowledged: string[] = [];
      const giving = (async () => {
        for (let i = 0; ; i++) {
          const id = `f${round}-${i}`;
          await storage.appendFeedback(rewardFeedback(id));
          acknowledged.push(id);
        }
      })().catch((error: unknown) => error);
      while (acknowledged.length < 20) await new Promise((resolve) => setTimeout(resolve, 5));
      server.stop('immediate');
      expect(await giving).toBeInstanceOf(Error);
      server.start();
      for (const id of acknowledged) expect(await storage.hasFeedback(id), id).toBe(true);
      expect(verifyRows(await storage.readAudit(0, 10_000), [])).toMatchObject({ isWhole: true });
    }
    await storage.close();
    await own.remove();
  } finally {
    server.stop('immediate');
    server.remove();
  }
});

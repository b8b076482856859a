/** Episodes and checkpoints as objects of a real S3-compatible store beside a real PostgreSQL. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it, test } from 'vitest';
import type { Storage } from '../../server/storage/contract.ts';
import { openPostgres } from '../../server/storage/postgres/storage.ts';
import type { ObjectStore } from '../../server/storage/s3/contract.ts';
import { inProcess } from '../cli/in-process.ts';
import { automationContract } from '../contracts/automation.ts';
import { campaignContract } from '../contracts/campaigns.ts';
import { commentContract } from '../contracts/comments.ts';
import { modelContract } from '../contracts/models.ts';
import { retentionContract } from '../contracts/retention.ts';
import { RUN, rewardFeedback, storageContract } from '../contracts/storage.ts';
import { subjectContract } from '../contracts/subjects.ts';
import { recordEpisode } from '../server/run/episode.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { rounds } from './rounds.ts';
import { BUCKET, createSwift, STRANGER, type SwiftServer, WRITER } from './swift-server.ts';

let swift: SwiftServer;
beforeAll(async () => {
  swift = await createSwift();
  await swift.start();
});
afterAll(() => swift?.remove());

const opening = async () => {
  const database = await createDatabase(inject('postgres'));
  const store = swift.store();
  return { storage: await openPostgres({ ...database, store }), remove: database.remove };
};
storageContract('postgres with objects', opening);
subjectContract('people in postgres with objects', opening);
modelContract('models in postgres with objects', opening);
commentContract('comments in postgres with objects', opening);
campaignContract('campaigns in postgres with objects', opening);
retentionContract('retention in postgres with objects', opening);
automationContract('automation in postgres with objects', opening);

let database: TestDatabase;
let opened: Storage[];
let prefixes = 0;
let prefix: string;
beforeEach(async () => {
  database = await createDatabase(inject('postgres'));
  opened = [];
  prefix = `test-${++prefixes}`;
});
afterEach(async () => {
  for (const storage of opened) await storage.close();
  await database.remove();
});

const blobs = () => `s3://${BUCKET}/${prefix}`;
const keys = () => swift.keys(`${prefix}/`);

async function open(store: ObjectStore = swift.store(blobs())): Promise<Storage> {
  const storage = await openPostgres({ ...database, store });
  opened.push(storage);
  return storage;
}

/** Names that count, and those that are to be removed. */
async function names(): Promise<{ kept: string[]; left: string[] }> {
  const { rows } = await database.query('SELECT name, state FROM object ORDER BY name');
  const of = (isKept: boolean) =>
    rows.flatMap(({ name, state }) => ((state === 'kept') === isKept ? [name] : []));
  return { kept: of(true), left: of(false) };
}

const checkpoint = (version: number) => ({
  checkpoint: { meta: { version }, arrays: { weights: Float32Array.of(1, version) } },
  feedbackSequence: version,
  savedAt: version,
});

/** Two hours pass for all that is in the table. */
const later = () => database.query('UPDATE object SET since = since - 7200000');

it('[BLOB-1] episodes and checkpoints are objects, no rows, and another process with another folder reads them', async () => {
  const storage = await open();
  await storage.createRun(RUN);
  const episode = recordEpisode('e1', 8);
  await storage.putEpisode(episode, { live: true });
  await storage.putEpisode(episode, { live: true });
  for (const version of [1, 2, 3]) await storage.putCheckpoint(RUN.id, checkpoint(version));
  const list = ['e1.episode', 'run-1.checkpoint', 'run-1.checkpoint.previous'];
  expect(await names()).toEqual({ kept: list, left: [] });
  expect(await keys()).toHaveLength(3);
  expect((await database.query('SELECT * FROM file')).rows).toEqual([]);
  const other = await open();
  expect(await other.getEpisode('e1')).toEqual(episode);
  expect(await other.getCheckpoint(RUN.id)).toEqual(checkpoint(3));
});

it('[BLOB-2] what the store did not take has no row, and is written once it is back', async () => {
  const storage = await open();
  await storage.createRun(RUN);
  await storage.putEpisode(recordEpisode('e1', 4), { live: true });
  await storage.putCheckpoint(RUN.id, checkpoint(1));
  await swift.leave();
  try {
    const away = /s3:\/\/.*cannot be used \(ECONNREFUSED\): start the store/;
    await expect(storage.putEpisode(recordEpisode('e2', 4), { live: true })).rejects.toThrow(away);
    await expect(storage.putEpisode(recordEpisode('e1', 9), { live: true })).rejects.toThrow(away);
    await expect(storage.putCheckpoint(RUN.id, checkpoint(2))).rejects.toThrow(away);
    await expect(storage.getEpisode('e1')).rejects.toThrow(away);
    expect(await storage.findEpisode('e2')).toBeUndefined();
    // Answers and all else that is small go on.
    await storage.appendFeedback(rewardFeedback('f1'));
  } finally {
    await swift.comeBack();
  }
  expect((await storage.getEpisode('e1'))?.length).toBe(4);
  expect(await storage.getCheckpoint(RUN.id)).toEqual(checkpoint(1));
  await storage.putEpisode(recordEpisode('e2', 4), { live: true });
  expect(await storage.getEpisode('e2')).toBeDefined();
  expect((await names()).left).toEqual([]);
});

it('[BLOB-3] what is forgotten, erased with its run or past its time leaves no object', async () => {
  const storage = await open();
  await storage.createRun(RUN);
  for (const i of [1, 2, 3])
    await storage.putEpisode({ ...recordEpisode(`e${i}`, 4), startedAt: i }, { live: false });
  await storage.putCheckpoint(RUN.id, checkpoint(1));
  expect(await storage.pruneEpisodes(RUN.id, 2)).toBe(1);
  expect((await names()).kept).toEqual(['e2.episode', 'e3.episode', 'run-1.checkpoint']);
  expect(await keys()).toHaveLength(3);
  await storage.limitRetention('episodes', 1, 'command');
  expect((await storage.sweep(1e12, 'command', false))?.removed).toEqual({ episodes: 2 });
  expect((await names()).kept).toEqual(['run-1.checkpoint']);
  expect(await keys()).toHaveLength(1);
  await storage.putEpisode(recordEpisode('e4', 4), { live: false });
  await storage.deleteRun(RUN.id);
  expect(await names()).toEqual({ kept: [], left: [] });
  expect(await keys()).toEqual([]);
});

it('[BLOB-3] a person who is erased is in no object any more: checkpoints that held their id are replaced', async () => {
  const storage = await open();
  await storage.createRun(RUN);
  const { checkpoint: held, ...rest } = checkpoint(1);
  const stored = { ...rest, checkpoint: { ...held, meta: { people: ['ada'] } } };
  for (let i = 0; i < 2; i++) await storage.putCheckpoint(RUN.id, stored);
  await storage.appendFeedback(rewardFeedback('f1'));
  const before = await keys();
  const asked = { id: 'x', subject: 'ada', withAnswers: true, requestedBy: 'o', requestedAt: 1 };
  const approved = { approvedBy: 'p', approvedAt: 1, doneAt: null, result: null };
  await storage.putErasure({ ...asked, ...approved });
  await storage.erase('x', 2);
  const after = await keys();
  expect(after).toHaveLength(2);
  expect(after.filter((key) => before.includes(key))).toEqual([]);
  for (const key of after) expect(String(await swift.store().get(key))).not.toContain('"ada"');
});

it('[BLOB-4] what a crash left behind is removed at the next start: half-written, replaced, and named by no row', async () => {
  const storage = await open();
  await storage.createRun(RUN);
  for (const id of ['e1', 'e2', 'e3'])
    await storage.putEpisode(recordEpisode(id, 4), { live: true });
  // As kill -9 leaves them: before an object counts, before the row about it, before its removal.
  await database.query(`UPDATE object SET state = 'writing' WHERE name = 'e1.episode'`);
  await database.query(`DELETE FROM episode WHERE id IN ('e1', 'e2')`);
  await storage.verify();
  expect(await keys()).toHaveLength(3); // somebody may be at work on them
  await later();
  await storage.verify();
  expect(await names()).toEqual({ kept: ['e3.episode'], left: [] });
  expect(await keys()).toHaveLength(1);
  await swift.leave();
  try {
    await expect(storage.pruneEpisodes(RUN.id, 0)).rejects.toThrow(/ECONNREFUSED/);
    expect(await storage.findEpisode('e3')).toBeUndefined();
  } finally {
    await swift.comeBack();
  }
  await (await open()).verify();
  expect(await names()).toEqual({ kept: [], left: [] });
  expect(await keys()).toEqual([]);
});

it('[BLOB-4] databases that share a bucket and prefix leave each other’s objects alone', async () => {
  const storage = await open();
  await storage.createRun(RUN);
  await storage.putEpisode(recordEpisode('e1', 4), { live: true });
  const other = await createDatabase(inject('postgres'));
  try {
    const neighbour = await openPostgres({ ...other, store: swift.store(blobs()) });
    await neighbour.createRun(RUN);
    await neighbour.putEpisode(recordEpisode('e1', 8), { live: true });
    await neighbour.deleteRun(RUN.id);
    await neighbour.close();
  } finally {
    await other.remove();
  }
  expect((await storage.getEpisode('e1'))?.length).toBe(4);
});

it('[BLOB-5] a damaged object is named and set aside; one that is gone is named', async () => {
  const storage = await open();
  await storage.createRun(RUN);
  for (const id of ['e1', 'e2']) await storage.putEpisode(recordEpisode(id, 8), { live: true });
  const [first, second] = await keys();
  const bytes = (await swift.store().get(first!))!;
  bytes[bytes.length - 9]! ^= 1;
  await swift.store().put(first!, bytes);
  await swift.store().remove(second!);
  expect(await storage.getEpisode('e1')).toBeUndefined();
  expect(await storage.getEpisode('e2')).toBeUndefined();
  expect(storage.problems).toEqual([
    expect.stringMatching(/e1\.episode: checksum differs; moved to corrupt/),
    expect.stringMatching(/e2\.episode: its object \S+ is not in s3:/),
  ]);
  expect((await names()).kept).toEqual(['corrupt/e1.episode', 'e2.episode']);
});

it('[BLOB-6] a process that was overtaken changes no episode and no checkpoint', async () => {
  const old = await open();
  await old.createRun(RUN);
  await old.claimRun(RUN.id);
  await old.putCheckpoint(RUN.id, checkpoint(1));
  await database.query('UPDATE claim SET epoch = epoch + 1');
  const next = await open();
  await next.putEpisode(recordEpisode('e1', 4), { live: true });
  const overtaken = /run-1 was taken over by another server/;
  await expect(old.putEpisode(recordEpisode('e1', 9), { live: true })).rejects.toThrow(overtaken);
  await expect(old.putCheckpoint(RUN.id, checkpoint(2))).rejects.toThrow(overtaken);
  expect((await next.getEpisode('e1'))?.length).toBe(4);
  expect(await next.getCheckpoint(RUN.id)).toEqual(checkpoint(1));
  await later();
  await next.verify();
  expect((await names()).left).toEqual([]);
  expect(await keys()).toHaveLength(2);
});

it('[BLOB-7] a database from before has its rows, until what they hold is written again', async () => {
  const rows = await openPostgres(database);
  opened.push(rows);
  await rows.createRun(RUN);
  await rows.putEpisode(recordEpisode('e1', 4), { live: true });
  await rows.putEpisode(recordEpisode('e2', 4), { live: true });
  await rows.putCheckpoint(RUN.id, checkpoint(1));
  const storage = await open();
  expect((await storage.getEpisode('e1'))?.length).toBe(4);
  await storage.putEpisode(recordEpisode('e1', 8), { live: true });
  await storage.putCheckpoint(RUN.id, checkpoint(2));
  expect((await storage.getEpisode('e1'))?.length).toBe(8);
  const { rows: left } = await database.query('SELECT name FROM file ORDER BY name');
  expect(left.map(({ name }) => name)).toEqual(['e2.episode', 'run-1.checkpoint.previous']);
  await storage.deleteRun(RUN.id);
  expect((await database.query('SELECT name FROM file')).rows).toEqual([]);
  expect(await keys()).toEqual([]);
});

test.each([
  ['s3://no-such-bucket', WRITER, /no-such-bucket.*\(NoSuchBucket\): make the bucket/],
  [`s3://${BUCKET}/x`, STRANGER, /\(AccessDenied\): let its user read, write and delete/],
  [
    `s3://${BUCKET}`,
    { ...WRITER, AWS_SECRET_ACCESS_KEY: 'wrong' },
    /^(?!.*wrong).*\(SignatureDoesNotMatch\): give AWS_ACCESS_KEY_ID and/,
  ],
])(
  '[BLOB-8] %s that cannot be used is named at the start, with the way out',
  async (name, who, words) => {
    const storage = await open(swift.store(name, who));
    const error = await storage.expectRoom().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RangeError);
    expect((error as RangeError).message).toMatch(words);
  },
);

it('[BLOB-8] objects in a store that is not given, or another one than is given, are named', async () => {
  const storage = await open();
  await storage.createRun(RUN);
  await storage.putEpisode(recordEpisode('e1', 4), { live: true });
  await expect(openPostgres(database)).rejects.toThrow(
    `blobs: is not given, and the database keeps its episodes in ${blobs()}: give --blobs ${blobs()}`,
  );
  await expect(
    openPostgres({ ...database, store: swift.store(`s3://${BUCKET}/other`) }),
  ).rejects.toThrow(/blobs: is s3:\/\/\S+\/other, and the database keeps/);
  const refused = await inProcess('runs', '--database', database.url, '--data', database.folder);
  expect(refused).toMatchObject({ code: 2, err: expect.stringMatching(/blobs: is not given/) });
});

it('[BLOB-9] writes that a store leaves unanswered do not pile up: the sixty-fifth is refused at once', async () => {
  const store = swift.store(blobs());
  const waiting = await swift.whileMute(async () => {
    const writes = Array.from({ length: 64 }, (_, i) => store.put(`w${i}`, Buffer.from('x')));
    await expect(store.put('one-more', Buffer.from('x'))).rejects.toThrow(/64 objects wait/);
    return writes;
  });
  await Promise.all(waiting);
  expect(await keys()).toHaveLength(64);
  store.close();
});

it('[BLOB-10] kill -9 of the store in the middle: what was written is there, and every row has its object', async () => {
  const storage = await open();
  await storage.createRun(RUN);
  const episode = recordEpisode('e', 40);
  for (let round = 0; round < rounds(2); round++) {
    const written: string[] = [];
    let isOver = false;
    const writing = Array.from({ length: 3 }, async (_, w) => {
      for (let i = 0; !isOver; i++) {
        const id = `e${round}-${w}-${i}`;
        const isWritten = await storage.putEpisode({ ...episode, id }, { live: false }).then(
          () => true,
          () => false,
        );
        if (isWritten) written.push(id);
      }
    });
    while (written.length < 6) await new Promise((resolve) => setTimeout(resolve, 5));
    await swift.crash();
    isOver = true;
    await Promise.all(writing);
    await swift.start();
    for (const id of written) expect(await storage.getEpisode(id), id).toEqual({ ...episode, id });
    const { rows } = await database.query('SELECT id FROM episode');
    for (const { id } of rows) expect(await storage.getEpisode(id), id).toBeDefined();
    await later();
    await storage.verify();
    expect(await keys()).toHaveLength(rows.length);
  }
  expect(storage.problems).toEqual([]);
});

/** `reins learner --blobs`: a server whose object store, and which itself, is ended in the middle. */
import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { openPostgres } from '../../server/storage/postgres/storage.ts';
import { type Client, connect, reward } from '../e2e/client.ts';
import { startServerProcess, temporaryFolder, until } from '../e2e/helpers.ts';
import { root } from '../setup/sources.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { rounds } from './rounds.ts';
import { BUCKET, createSwift, type SwiftServer, WRITER } from './swift-server.ts';

let swift: SwiftServer;
let database: TestDatabase;
beforeAll(async () => {
  swift = await createSwift();
  await swift.start();
});
afterAll(() => swift?.remove());
beforeEach(async () => {
  database = await createDatabase(inject('postgres'));
  Object.assign(process.env, WRITER);
});
afterEach(async () => {
  for (const name of Object.keys(WRITER)) delete process.env[name];
  await database.remove();
});

const words = () => [
  ...['--database', database.url, '--blobs', `s3://${BUCKET}/runs`],
  ...['--blobs-endpoint', swift.endpoint],
];
const settings = ['--env', 'reacher', '--rollouts', '0', '--log-level', 'error'];
const start = (dataDir: string) =>
  startServerProcess({ command: 'learner', dataDir, args: [...settings, ...words()] });

/** The newest word on what is stored. */
const isTold = (client: Client) =>
  client.all('alert').findLast((alert) => alert.id === 'storage')?.severity ?? 'cleared';

/** Answers about the step on screen. @returns ids of those that were acknowledged */
async function answer(client: Client, runId: string, count: number): Promise<string[]> {
  const settled = new Set<string>();
  for (let i = 0; i < count; i++) {
    const { episodeId } = client.all('status').at(-1)!;
    const feedback = reward(runId, 'ada', episodeId, client.frame()!.step, i % 2 ? 1 : -1);
    client.send({ type: 'feedback', feedback });
    await until('an answer to the answer', () => {
      const isAcknowledged = client.all('ack').some((m) => m.feedbackId === feedback.id);
      if (isAcknowledged) settled.add(feedback.id);
      return isAcknowledged || client.all('error').some((m) => m.ref === feedback.id);
    });
  }
  return [...settled];
}

/** Every episode that has a row can be read, and every acknowledged answer is in the log. */
async function expectWhole(runId: string, acknowledged: readonly string[]): Promise<void> {
  const store = swift.store(`s3://${BUCKET}/runs`);
  const storage = await openPostgres({ ...database, store });
  try {
    const log = (await storage.readFeedback(runId, 0)).map(({ feedback }) => feedback.id);
    expect(log).toEqual(expect.arrayContaining([...acknowledged]));
    const rows = await storage.listEpisodes(runId, 10_000);
    expect(rows.length).toBeGreaterThan(0);
    for (const { id } of rows) expect(await storage.getEpisode(id), id).toBeDefined();
    expect(storage.problems).toEqual([]);
  } finally {
    await storage.close();
  }
}

test('[BLOB-11] kill -9 of the store and of the server: people are told, no acknowledged answer is lost, the run goes on', async () => {
  const acknowledged: string[] = [];
  let runId = '';
  for (let round = 0; round < rounds(2); round++) {
    const folder = temporaryFolder();
    const server = await start(folder.path);
    try {
      const health = (await (await fetch(`${server.url}/api/health`)).json()) as { runId: string };
      if (round > 0) expect(health.runId).toBe(runId);
      ({ runId } = health);
      const client = await connect(server.url, 'ada');
      await client.expect('status', (s) => s.episodeId !== '');
      await until('frames', () => client.frames() > 5);
      acknowledged.push(...(await answer(client, runId, 3)));
      await swift.crash();
      await until('the alert', () => isTold(client) === 'error');
      expect(client.all('alert').findLast((a) => a.id === 'storage')?.message).toMatch(
        /could not be written: blobs: s3:\/\/.* cannot be used \(\w+\): start the store/,
      );
      acknowledged.push(...(await answer(client, runId, 3)));
      const frames = client.frames();
      await until('frames go on', () => client.frames() > frames + 5);
      if (round % 2 === 0) {
        await swift.start();
        await until('the end of the alert', () => isTold(client) === 'cleared');
        acknowledged.push(...(await answer(client, runId, 3)));
        await server.stop('SIGKILL');
      } else {
        await server.stop('SIGKILL');
        await swift.start();
      }
      client.close();
    } finally {
      await server.stop('SIGKILL');
      folder.remove();
    }
    await expectWhole(runId, acknowledged);
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(3 * rounds(2));
});

test('[BLOB-8] a server ends on one line where its store does not answer, and commands name what is missing', async () => {
  const folder = temporaryFolder();
  const server = await start(folder.path);
  await server.stop();
  await swift.leave();
  try {
    const reins = (...args: readonly string[]) =>
      spawnSync(process.execPath, ['bin/reins.mjs', ...args, '--data', folder.path], {
        cwd: root,
        encoding: 'utf8',
      });
    const refused = reins('learner', '--port', '0', ...settings, ...words());
    expect(refused.status, refused.stderr).toBe(2);
    expect(refused.stderr).toMatch(/blobs: s3:\/\/\S+ at http:\S+ cannot be used \(ECONNREFUSED\)/);
    expect(refused.stderr.trim().split('\n')).toHaveLength(1);
    // What is in the database alone needs no store.
    expect(reins('runs', ...words()).status).toBe(0);
    expect(reins('audit', 'verify', ...words()).stdout).toMatch(/^whole: /);
  } finally {
    await swift.comeBack();
    folder.remove();
  }
});

/** How a real `serve` process ends, and what it refuses to start with. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStorage } from '../../server/storage/sqlite.ts';
import { type Client, connect, reward } from '../e2e/client.ts';
import { until } from '../e2e/helpers.ts';
import { openEpisode } from './run/open-episode.ts';
import { type ServeProcess, serve } from './serve-process.ts';

let folder = '';
let server: ServeProcess;
let client: Client;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-end-'));
  server = await serve(folder, ['--log-level', 'error']);
  client = await connect(server.url!, 'ada');
  await until('frames', () => client.frames() > 2);
});
afterAll(async () => {
  await server.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** What a server that does not start says, on one line, and its exit code. */
async function refusal(data: string): Promise<{ code: number | null; lines: string[] }> {
  const refused = await serve(data, ['--log-level', 'error']);
  if (refused.url) await refused.end('SIGKILL');
  return { code: await refused.ended, lines: refused.stderr().trim().split('\n') };
}

it('[SRV-10] a folder that another server uses is refused, naming process, folder and flag', async () => {
  const { code, lines } = await refusal(folder);
  expect(code).toBe(2);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`process ${server.pid}`);
  expect(lines[0]).toContain(folder);
  expect(lines[0]).toContain('--data');
});

it('[SRV-11] a folder that cannot be written is refused, naming folder and flag', async () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  const { code, lines } = await refusal(join(file, 'data'));
  expect(code).toBe(2);
  expect(lines).toEqual([expect.stringMatching(/a-file.* cannot be written \(\w+\).*--data/)]);
});

it('[SRV-12] a folder of a newer Reins is refused, with both versions, and left as it is', async () => {
  const newer = join(folder, 'newer');
  await openStorage(newer).close();
  const db = new Database(join(newer, 'reins.db'));
  db.exec('PRAGMA user_version = 99');
  db.close();
  const { code, lines } = await refusal(newer);
  expect(code).toBeGreaterThan(0);
  expect(lines).toEqual([expect.stringMatching(/version 99.*knows \d+.*--data/)]);
});

it('[SRV-13] health has the fields that other tools rely on', async () => {
  const health: unknown = await (await fetch(`${server.url}/api/health`)).json();
  expect(health).toEqual({
    status: 'ok',
    runId: client.all('welcome')[0]!.runId,
    policyVersion: expect.any(Number),
    environmentSteps: expect.any(Number),
    learnerUpdates: expect.any(Number),
    backend: expect.stringMatching(/^(onnx|native|wasm|cpu)$/),
  });
});

it('[SRV-14] SIGTERM: the open episode and a checkpoint are written, exit code 0, in seconds', async () => {
  const { runId } = client.all('welcome')[0]!;
  const { episodeId, step } = await openEpisode(client);
  const feedback = reward(runId, 'ada', episodeId, step, 1);
  client.send({ type: 'feedback', feedback });
  await client.expect('ack', (a) => a.feedbackId === feedback.id);
  const last = client.frame()!;
  const { code, seconds } = await server.end('SIGTERM');
  expect(code).toBe(0);
  expect(seconds).toBeLessThan(6);
  expect(server.stderr()).toBe('');
  // On a busy machine one was due before: it stays beside the last.
  const files = readdirSync(join(folder, 'checkpoints'));
  expect(files.filter((name) => !name.endsWith('.previous'))).toEqual([`${runId}.checkpoint`]);
  const storage = openStorage(folder);
  const episode = (await storage.getEpisode(episodeId))!;
  expect(episode.end).not.toBe('open');
  expect(episode.length).toBeGreaterThanOrEqual(step);
  // The one on screen at the end, be it the same or another, was closed in order.
  // Episodes of questions, which nobody saw, may be newer.
  const newest = (await storage.listEpisodes(runId, 100)).filter((e) => e.live).slice(0, 2);
  expect(newest[0]).toMatchObject({ end: 'aborted' });
  expect(Math.max(...newest.map((e) => e.length))).toBeGreaterThanOrEqual(last.step);
  expect((await storage.getCheckpoint(runId))!.feedbackSequence).toBe(1);
  await storage.close();
});

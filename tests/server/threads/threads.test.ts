/** A whole server in this process, whose threads are killed as a crash would. */
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import {
  type ClientMessage,
  type Clip,
  decodeClip,
  OP,
  opcode,
  PROTOCOL_VERSION,
  SUBPROTOCOL,
  WEBSOCKET_PATH,
} from '../../../server/protocol/index.ts';
import { type RunningServer, startServer } from '../../../server/serve.ts';
import { type Client, connect, reward } from '../../e2e/client.ts';
import { until } from '../../e2e/helpers.ts';
import { openEpisode } from '../run/open-episode.ts';

/** Every thread the server started, newest last. */
const workers: { worker: Worker; module: string; isAlive: boolean }[] = [];
/** `worker` is given by Node to whoever wants to know; the module it runs is told when it is ready. */
function watch(worker: Worker): void {
  const entry = { worker, module: '?', isAlive: true };
  workers.push(entry);
  worker.on('message', (m: { type: string; facts?: object; oneScene?: boolean }) => {
    if (m.type === 'ready')
      entry.module = m.facts ? 'live' : m.oneScene === undefined ? 'learner' : 'rollout';
  });
  worker.on('exit', () => {
    entry.isAlive = false;
  });
}
const alive = (module: string) => workers.find((w) => w.isAlive && w.module === module);

let folder = '';
let server: RunningServer;
let client: Client;
const health = async () =>
  (await (await fetch(`${server.url}/api/health`)).json()) as {
    status: string;
    environmentSteps: number;
    learnerUpdates: number;
  };

beforeAll(async () => {
  process.on('worker', watch);
  folder = mkdtempSync(join(tmpdir(), 'reins-threads-'));
  server = await startServer({
    host: '127.0.0.1',
    port: 0,
    dataDir: folder,
    environment: 'driving',
    environmentOptions: {},
    preset: 'reins',
    seed: 1,
    rollouts: 1,
    keepEpisodes: 2,
    uiDir: folder,
    logLevel: 'error',
  });
  client = await connect(server.url, 'ada');
  await until('frames', () => client.frames() > 2);
  await until('all threads', () => alive('rollout') && alive('learner') && alive('live'));
});
afterAll(async () => {
  client.close();
  await server.close();
  process.off('worker', watch);
  rmSync(folder, { recursive: true, force: true });
});

const cleared = (id: string) =>
  client.expect('alert', (a) => a.id === id && a.severity === 'cleared');
const raised = (id: string) =>
  client.expect('alert', (a) => a.id === id && a.severity !== 'cleared');

it('[SRV-8] an answer whose steps cannot be written is not acknowledged; sent again, it is', async () => {
  const { runId } = client.all('welcome')[0]!;
  const { episodeId, step } = await openEpisode(client, 1);
  const feedback = reward(runId, 'ada', episodeId, step, 1);
  // A file stands where the folder of the episodes was: nothing can be written below it.
  renameSync(join(folder, 'episodes'), join(folder, 'away'));
  writeFileSync(join(folder, 'episodes'), '');
  client.send({ type: 'feedback', feedback });
  const refused = await client.expect('error', (e) => e.ref === feedback.id);
  expect(refused.code).toBe('storage-failed');
  expect((await raised('storage')).code).toBe('storage-failed');
  expect(client.all('ack')).toEqual([]);
  rmSync(join(folder, 'episodes'));
  renameSync(join(folder, 'away'), join(folder, 'episodes'));
  client.send({ type: 'feedback', feedback });
  await client.expect('ack', (a) => a.feedbackId === feedback.id);
  expect(existsSync(join(folder, 'episodes', `${episodeId}.episode`))).toBe(true);
  await cleared('storage');
});

it('[SRV-2] a live actor that dies is announced and follows, as people left it; its episodes stay', async () => {
  client.send({ type: 'control', id: 'c1', action: 'release-to', target: 'brake' });
  await client.expect('status', (s) => s.releaseTo === 'brake');
  const { runId } = client.all('welcome')[0]!;
  const { episodeId: before, step } = await openEpisode(client, 1);
  const feedback = reward(runId, 'ada', before, step, 1);
  client.send({ type: 'feedback', feedback });
  await client.expect('ack', (a) => a.feedbackId === feedback.id);
  // An uncaught exception inside: no snapshot has no layers.
  alive('live')!.worker.postMessage({ type: 'snapshot', snapshot: {} });
  const alert = await raised('live-actor');
  expect(alert).toMatchObject({ severity: 'error', code: 'actor-died' });
  expect(alert.message).toMatch(/simulation thread stopped/);
  expect((await health()).status).toBe('degraded');
  await cleared('live-actor');
  const frames = client.frames();
  await until('frames of the next one', () => client.frames() > frames + 2);
  await client.expect(
    'status',
    (s) => s.episodeId !== before && s.episodeId !== '' && s.releaseTo === 'brake',
  );
  // The episode that feedback refers to was on disk, and the next thread's do not replace it.
  const stored = (await (await fetch(`${server.url}/api/episodes`)).json()) as {
    id: string;
    length: number;
  }[];
  expect(stored.find((e) => e.id === before)!.length).toBeGreaterThanOrEqual(step);
  expect((await health()).status).toBe('ok');
});

it('[SRV-3] a rollout actor that ends without an error is noticed too and follows', async () => {
  const doomed = alive('rollout')!;
  // It ends by itself with exit code 0, which nobody asked it to.
  doomed.worker.postMessage({ type: 'close' });
  const alert = await raised('rollout-0');
  expect(alert.code).toBe('actor-died');
  expect(alert.message).toMatch(/exit code 0/);
  await cleared('rollout-0');
  expect(alive('rollout')).toBeDefined();
});

it('[SRV-4] a learner that dies is announced and goes on with every answer', async () => {
  const { runId } = client.all('welcome')[0]!;
  const doomed = alive('learner')!;
  const { episodeId, step } = await openEpisode(client);
  await doomed.worker.terminate();
  expect((await raised('learner')).code).toBe('learner-died');
  // An answer given meanwhile is taken and reaches the next one.
  const feedback = reward(runId, 'ada', episodeId, step, -1);
  client.send({ type: 'feedback', feedback });
  await client.expect('ack', (a) => a.feedbackId === feedback.id);
  await cleared('learner');
  const steps = (await health()).environmentSteps;
  await until('steps learned from', async () => (await health()).environmentSteps > steps + 20);
  await client.expect('applied', (a) => a.feedbackIds.includes(feedback.id));
  expect((await health()).status).toBe('ok');
});

it('[SRV-7] a clip has the learned reward of every step, where there is a reward model', async () => {
  const url = `${server.url.replace('http', 'ws')}${WEBSOCKET_PATH}`;
  const socket = new WebSocket(url, SUBPROTOCOL);
  socket.binaryType = 'arraybuffer';
  const clips: Clip[] = [];
  socket.on('message', (data: ArrayBuffer, binary: boolean) => {
    if (binary && opcode(data) === OP.clip) clips.push(decodeClip(data));
  });
  await new Promise((resolve) => socket.once('open', resolve));
  const send = (message: ClientMessage) => socket.send(JSON.stringify(message));
  send({ type: 'hello', protocol: PROTOCOL_VERSION, teacherId: 'bob' });
  const { runId } = client.all('welcome')[0]!;
  const { episodeId, step } = await openEpisode(client, 12);
  // Answered, the episode is on disk up to here.
  const feedback = reward(runId, 'ada', episodeId, step, 1);
  client.send({ type: 'feedback', feedback });
  await client.expect('ack', (a) => a.feedbackId === feedback.id);
  const learned = await until('learned rewards', async () => {
    const tag = clips.length + 1;
    send({ type: 'request-clip', tag, segment: { episodeId, from: 2, to: 8 } });
    const clip = await until('the clip', () => clips.find((c) => c.tag === tag));
    return Number.isFinite(clip.predictedRewards[1]) && clip;
  });
  expect(learned.rows).toBe(7);
  expect([...learned.predictedRewards].map(Number.isFinite)).toEqual([
    false,
    ...Array(6).fill(true),
  ]);
  expect(learned.disagreements[0]).toBeNaN();
  expect(learned.disagreements.subarray(1).every((value) => value > 0)).toBe(true);
  socket.close();
});

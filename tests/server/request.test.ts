/** From the learner thread to every viewer: a whole server with a preset that asks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GateSnapshot, PolicySnapshot } from '../../agent/contract.ts';
import { type RunningServer, startServer } from '../../server/serve.ts';
import { type Client, connect } from '../e2e/client.ts';
import { until } from '../e2e/helpers.ts';

interface Published {
  type: 'published';
  snapshot: PolicySnapshot;
  gate?: GateSnapshot;
}
interface Report {
  type: string;
  facts?: object;
  counts?: object;
}

let learner: Worker | undefined;
/** Newest last. */
const lives: Worker[] = [];
const published: Published[] = [];
/** `worker` is given by Node to whoever wants to know. */
function watch(worker: Worker): void {
  worker.on('message', (message: Report | Published) => {
    if (message.type === 'published') published.push(message as Published);
    if (message.type !== 'ready') return;
    if ('counts' in message) learner = worker;
    if ('facts' in message) lives.push(worker);
  });
}

let folder = '';
let server: RunningServer;
let client: Client;

beforeAll(async () => {
  process.on('worker', watch);
  folder = mkdtempSync(join(tmpdir(), 'reins-request-'));
  server = await startServer({
    host: '127.0.0.1',
    port: 0,
    dataDir: folder,
    environment: 'driving',
    environmentOptions: {},
    preset: 'thrifty',
    seed: 2,
    rollouts: 0,
    keepEpisodes: 20,
    uiDir: folder,
    logLevel: 'error',
  });
  client = await connect(server.url, 'ada');
  await until('frames', () => client.frames() > 2);
});
afterAll(async () => {
  client.close();
  await server.close();
  process.off('worker', watch);
  rmSync(folder, { recursive: true, force: true });
});

const request = () => client.all('status').at(-1)?.request;

/** Whatever is seen and done: ask. */
function asksAlways({ actionSpace, layers }: PolicySnapshot): GateSnapshot {
  const inputs = layers[0]!.inputs + actionSpace.size;
  const layer = { inputs, outputs: 1, activation: 'linear' as const };
  return {
    kind: 'value',
    members: [[{ ...layer, weights: new Float32Array(inputs), bias: Float32Array.of(1) }]],
    actionSpace,
    askAbove: 0,
    handBackBelow: 0,
  };
}

it('[CTRL-12] a gate published beside the policy asks on every page, also from the thread that follows', async () => {
  await client.expect('status', (s) => s.request === 'none');
  const [first] = await until('a policy', () => published.length > 0 && published);
  expect(first!.gate).toBeUndefined(); // nobody has driven yet
  const { snapshot } = first!;
  // What the learner thread would say, had it learned when to ask.
  const message = {
    type: 'published',
    snapshot,
    gate: asksAlways(snapshot),
    appliedFeedback: [],
    unusedFeedback: [],
  };
  learner!.emit('message', message);
  await until('the request', () => request() === 'take-over');
  const before = client.all('status').at(-1)!.episodeId;
  // An uncaught exception inside: no snapshot has no layers.
  lives.at(-1)!.postMessage({ type: 'snapshot', snapshot: {} });
  await until('a thread that follows', () => lives.length > 1);
  await client.expect(
    'status',
    (s) => s.episodeId !== before && s.episodeId !== '' && s.request === 'take-over',
  );
  learner!.emit('message', {
    type: 'published',
    snapshot,
    appliedFeedback: [],
    unusedFeedback: [],
  });
  await until('no request without a gate', () => request() === 'none');
});

it('[LEARN-56] after some takeovers the learner thread publishes when its policy asks', async () => {
  client.send({ type: 'control', id: 'c1', action: 'speed', factor: 4 });
  let turn = 0;
  const hands = setInterval(() => {
    // Two seconds of driving, one of watching.
    if (turn++ % 60 < 40) client.hold([0.2 * Math.sin(turn / 10), 0.6]);
    else if (turn % 60 === 41) client.release();
  }, 50);
  try {
    // Not the one that was only said to be the learner's.
    const learned = () => published.find((p) => p.gate?.kind === 'disagreement');
    const { gate, snapshot } = await until('a gate', learned);
    expect(gate!.members).toHaveLength(5);
    expect(gate!.askAbove).toBeGreaterThan(0);
    expect(gate!.handBackBelow).toBeGreaterThan(0);
    expect(snapshot.version).toBeGreaterThan(1);
  } finally {
    clearInterval(hands);
  }
});

/**
 * `bench stream`: one server, windows with and without a client that reads every frame, in turn,
 * so that warm-up and other load fall on both alike.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { repositoryRoot } from '../experiments/root.ts';
import {
  decodeFrame,
  OP,
  opcode,
  PROTOCOL_VERSION,
  SUBPROTOCOL,
  WEBSOCKET_PATH,
} from '../server/protocol/index.ts';

import { startServer } from '../server/serve.ts';
import type { EnvironmentOptions } from '../sim/contract.ts';
import { uiFolder } from './build-ui.ts';

export interface StreamBenchOptions {
  readonly env: string;
  readonly option: EnvironmentOptions;
  readonly preset: string;
  readonly seconds: number;
  readonly windows: number;
  readonly rollouts: number;
  readonly seed: number;
  /** Wall clock in ms. */
  readonly clock: () => number;
  readonly onWindow: (done: number) => void;
}

interface Rates {
  environmentStepsPerSecond: number;
  learnerUpdatesPerSecond: number;
  framesPerSecond: number;
}

interface Health {
  readonly environmentSteps: number;
  readonly learnerUpdates: number;
}

export async function benchStream(options: StreamBenchOptions) {
  const dataDir = mkdtempSync(join(tmpdir(), 'reins-bench-'));
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    dataDir,
    environment: options.env,
    environmentOptions: options.option,
    preset: options.preset,
    seed: options.seed,
    rollouts: options.rollouts,
    uiDir: uiFolder(repositoryRoot),
    logLevel: 'error',
  });
  try {
    await learning(server.url);
    const alone: Rates[] = [];
    const watched: Rates[] = [];
    for (let i = 0; i < options.windows; i++) {
      alone.push(await measure(server.url, options, false));
      options.onWindow(2 * i + 1);
      watched.push(await measure(server.url, options, true));
      options.onWindow(2 * i + 2);
    }
    return summary(options, alone, watched);
  } finally {
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function health(url: string): Promise<Health> {
  const response = await fetch(`${url}/api/health`);
  return (await response.json()) as Health;
}

/** Waits until gradients flow: a learner that still fills its buffer has nothing to be slowed. */
async function learning(url: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if ((await health(url)).learnerUpdates > 20) return;
    await sleep(100);
  }
  throw new Error('stream: the learner did not start within 60 s');
}

async function measure(url: string, options: StreamBenchOptions, client: boolean): Promise<Rates> {
  const reader = client ? await connect(url) : undefined;
  await sleep(500);
  const before = await health(url);
  const framesBefore = reader?.frames() ?? 0;
  const start = options.clock();
  await sleep(options.seconds * 1000);
  const after = await health(url);
  const seconds = (options.clock() - start) / 1000;
  const frames = (reader?.frames() ?? 0) - framesBefore;
  reader?.close();
  return {
    environmentStepsPerSecond: (after.environmentSteps - before.environmentSteps) / seconds,
    learnerUpdatesPerSecond: (after.learnerUpdates - before.learnerUpdates) / seconds,
    framesPerSecond: frames / seconds,
  };
}

/** A viewer that decodes every frame, as a page does. */
function connect(url: string): Promise<{ frames(): number; close(): void }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${WEBSOCKET_PATH}`, SUBPROTOCOL);
  socket.binaryType = 'arraybuffer';
  let frames = 0;
  let poses = 0;
  socket.on('message', (data: ArrayBuffer | Buffer, binary: boolean) => {
    if (!binary || !(data instanceof ArrayBuffer) || opcode(data) !== OP.frame) return;
    poses += decodeFrame(data).poses.length;
    frames++;
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => {
      socket.send(
        JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, teacherId: 'bench' }),
      );
      resolve({ frames: () => (poses >= 0 ? frames : 0), close: () => socket.close() });
    });
  });
}

function summary(options: StreamBenchOptions, alone: readonly Rates[], watched: readonly Rates[]) {
  const mean = (rates: readonly Rates[], name: keyof Rates) =>
    rates.reduce((sum, r) => sum + r[name], 0) / rates.length;
  const all = (rates: readonly Rates[]): Rates => ({
    environmentStepsPerSecond: mean(rates, 'environmentStepsPerSecond'),
    learnerUpdatesPerSecond: mean(rates, 'learnerUpdatesPerSecond'),
    framesPerSecond: mean(rates, 'framesPerSecond'),
  });
  const without = all(alone);
  const withClient = all(watched);
  return {
    env: options.env,
    preset: options.preset,
    seconds: options.seconds,
    windows: options.windows,
    withoutClient: without,
    withClient,
    environmentRatio: withClient.environmentStepsPerSecond / without.environmentStepsPerSecond,
    learnerRatio: withClient.learnerUpdatesPerSecond / without.learnerUpdatesPerSecond,
  };
}

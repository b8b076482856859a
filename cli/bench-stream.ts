/**
 * `bench stream`: one server, windows with and without a client that reads every frame, in turn,
 * so that warm-up and other load fall on both alike.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Measuring, pass } from '../experiments/bench/measuring.ts';
import { decodeFrame, OP, opcode } from '../server/protocol/index.ts';
import { type BenchServer, withServer } from './bench-server.ts';
import { createTickMeter, type TickMeter } from './control-ticks.ts';
import { openSocket } from './viewer-socket.ts';

export interface StreamBenchOptions extends Measuring, BenchServer {
  readonly seconds: number;
  readonly windows: number;
}

/** What happened in a window. */
interface Window {
  readonly seconds: number;
  readonly environmentSteps: number;
  readonly learnerUpdates: number;
  readonly frames: number;
}

interface Health {
  readonly environmentSteps: number;
  readonly learnerUpdates: number;
}

/** Rates with and without a client, and how punctual control steps were while the learner trained, by what it read. */
export function benchStream(options: StreamBenchOptions) {
  return withServer(options, async (url) => {
    await learning(url, options);
    const ticks = createTickMeter();
    const alone: Window[] = [];
    const watched: Window[] = [];
    for (let i = 0; i < 2 * options.windows && !options.stop?.aborted; i++) {
      const isWatched = i % 2 === 1;
      const window = await measure(url, options, isWatched ? ticks : undefined);
      (isWatched ? watched : alone).push(window);
    }
    return { ...summary(options, alone, watched), controlTicks: ticks.result() };
  });
}

async function health(url: string): Promise<Health> {
  const response = await fetch(`${url}/api/health`);
  return (await response.json()) as Health;
}

/** Waits until gradients flow: a learner that still fills its buffer has nothing to be slowed. */
async function learning(url: string, { stop, onMeasured }: Measuring): Promise<void> {
  onMeasured?.(0, 'waiting for the learner');
  for (let i = 0; i < 600; i++) {
    if (stop?.aborted || (await health(url)).learnerUpdates > 20) return;
    await sleep(100);
  }
  throw new Error('stream: the learner did not start within 60 s');
}

/** With a client that reads, which tells `ticks` of every frame, or without. */
async function measure(
  url: string,
  options: StreamBenchOptions,
  ticks: TickMeter | undefined,
): Promise<Window> {
  const reader = ticks && (await connect(url, ticks));
  await sleep(500);
  const before = await health(url);
  const framesBefore = reader?.frames() ?? 0;
  const start = options.clock();
  await pass(reader ? 'with a client' : 'without', options.seconds, options);
  const after = await health(url);
  const seconds = (options.clock() - start) / 1000;
  const frames = (reader?.frames() ?? 0) - framesBefore;
  reader?.close();
  return {
    seconds,
    environmentSteps: after.environmentSteps - before.environmentSteps,
    learnerUpdates: after.learnerUpdates - before.learnerUpdates,
    frames,
  };
}

/** A viewer that decodes every frame, as a page does. */
async function connect(
  url: string,
  ticks: TickMeter,
): Promise<{ frames(): number; close(): void }> {
  let frames = 0;
  let poses = 0;
  const socket = await openSocket(url, (data) => {
    if (opcode(data) !== OP.frame) return;
    const frame = decodeFrame(data);
    ticks.see(frame);
    poses += frame.poses.length;
    frames++;
  });
  return { frames: () => (poses >= 0 ? frames : 0), close: () => socket.close() };
}

function summary(
  options: StreamBenchOptions,
  alone: readonly Window[],
  watched: readonly Window[],
) {
  const without = rates(alone);
  const withClient = rates(watched);
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

function rates(windows: readonly Window[]) {
  const sum = (name: keyof Window) => windows.reduce((total, window) => total + window[name], 0);
  const perSecond = (name: keyof Window) => sum(name) / sum('seconds');
  return {
    environmentStepsPerSecond: perSecond('environmentSteps'),
    learnerUpdatesPerSecond: perSecond('learnerUpdates'),
    framesPerSecond: perSecond('frames'),
  };
}

/** `--suite speed`: bar 5, measured through the product's own paths. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackendName, loadBackend } from '../../../agent/backend/backend.ts';
import type { Episode, Segment } from '../../../agent/contract.ts';
import { createRewardEnsemble, type RewardEnsemble } from '../../../agent/reward/ensemble.ts';
import { writeFile } from '../../../server/storage/write-file.ts';
import { createRandom, type Random } from '../../../sim/random.ts';
import { getEnvironment } from '../../../sim/registry.ts';
import { box } from '../../../sim/spaces.ts';
import type { Output } from '../../output.ts';
import { createPause, type Pause } from '../../pause.ts';
import { train } from '../../train/run.ts';
import { stamped } from '../../train/say.ts';
import { benchAct, benchLearner, randomEpisode } from '../learning.ts';
import { describeMachine } from './machine.ts';
import { type Bar, bar } from './suites.ts';
import { trainTeacher } from './teachers.ts';

export interface SpeedOptions {
  readonly out: string;
  readonly command: string;
  /** Of every measurement. */
  readonly seconds: number;
  /** Environment steps of PPO. */
  readonly steps: number;
  readonly output: Output;
  /** Wall clock in ms. */
  readonly clock: () => number;
  /** Ends it early: the result is what was measured by then. */
  readonly stop?: AbortSignal | undefined;
}

export interface SpeedRow {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly backend: BackendName | '';
}

export interface SpeedBench {
  readonly command: string;
  readonly machine: string;
  readonly rows: readonly SpeedRow[];
  readonly bars: readonly Bar[];
  readonly leftOut: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

/** half-cheetah's sizes. */
const SIZES = { observation: 17, actions: 6 } as const;
const TRANSITIONS = 100_000;

export async function benchSpeed(options: SpeedOptions): Promise<SpeedBench> {
  const { output, stop } = options;
  const { backends, leftOut } = await knownBackends();
  const rows: SpeedRow[] = [];
  const bars: Bar[] = [];
  const stages = output.progress('speed', 5 * backends.length + 1);
  const add: Add = (what, value, unit, backend) => {
    stop?.throwIfAborted();
    rows.push({ what, value, unit, backend: backend ?? '' });
    stages.update(rows.length, what);
  };
  try {
    for (const backend of backends) await measureBackend(options, backend, add, bars);
    const micros = await actionMicros(options);
    add('one action, 64 × 64', micros, 'µs');
    bars.push(bar('one action, 64 × 64: µs', micros, 25, { most: true }));
  } catch (error) {
    if (!stop?.aborted) throw error;
  } finally {
    stages.stop();
  }
  const result = { command: options.command, machine: describeMachine(), rows, bars, leftOut };
  return { ...result, files: write(options.out, result) };
}

/** @throws once it was stopped: what was cut short is no figure. */
type Add = (what: string, value: number, unit: string, backend?: BackendName) => void;

async function measureBackend(
  options: SpeedOptions,
  backend: BackendName,
  add: Add,
  bars: Bar[],
): Promise<void> {
  const { seconds, clock, stop } = options;
  const ppo = await ppoSteps(options, backend);
  add('PPO on half-cheetah, end to end', ppo, 'steps/s', backend);
  bars.push(bar(`PPO on half-cheetah, ${backend}: steps/s`, ppo, 3000));
  for (const hidden of [
    [64, 64],
    [256, 256],
  ]) {
    const common = { ...SIZES, hidden, seconds, seed: 1, backend, clock, stop };
    const { updatesPerSecond } = await benchLearner({ ...common, learner: 'sac', batch: 256 });
    const name = `SAC ${hidden.join(' × ')}, batch 256`;
    add(name, updatesPerSecond, 'updates/s', backend);
    if (hidden[0] === 64 && backend === 'wasm')
      bars.push(bar(`${name}, wasm`, updatesPerSecond, 120));
    if (hidden[0] === 256 && backend === 'native')
      bars.push(bar(`${name}, native`, updatesPerSecond, 60));
  }
  const { update, relabel } = await rewardModel(backend, createPause(clock, stop), clock);
  add('reward-model update, 100 preferences', update, 'ms', backend);
  add('relabelling 100,000 transitions', relabel, 'ms', backend);
}

async function actionMicros({ seconds, clock, stop }: SpeedOptions): Promise<number> {
  const sizes = { ...SIZES, hidden: [64, 64] };
  const { micros } = await benchAct({
    ...sizes,
    seconds,
    seed: 1,
    backend: undefined,
    clock,
    stop,
  });
  return micros;
}

/** wasm always; the others where they load. */
async function knownBackends() {
  const backends: BackendName[] = ['wasm'];
  const leftOut: string[] = [];
  for (const name of ['onnx', 'native'] as const) {
    const backend = await loadBackend({ prefer: name });
    if (backend.name === name) backends.push(name);
    else leftOut.push(`${name}: ${backend.reason}`);
  }
  return { backends, leftOut };
}

/** `reins train` on the true reward; the clock runs from the first 25 steps to the last. */
export async function ppoSteps(
  options: Pick<SpeedOptions, 'steps' | 'clock' | 'stop'>,
  backend: BackendName,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'reins-speed-'));
  let first: { step: number; at: number } | undefined;
  let last = { step: 0, at: 0 };
  const onStep = (step: number) => {
    last = { step, at: options.clock() };
    first ??= last;
  };
  try {
    await train({
      ...trainTeacher('none'),
      factory: getEnvironment('half-cheetah'),
      environmentOptions: {},
      preset: 'christiano',
      overrides: { learner: { rewardSource: 'environment', rolloutSteps: 2048 } },
      steps: options.steps,
      labels: 0,
      seed: 1,
      evalEpisodes: 1,
      backend,
      deterministic: false,
      out: join(folder, 'speed.policy'),
      output: {
        result() {},
        note() {},
        progress: (label) => ({ update: label === 'training' ? onStep : () => {}, stop() {} }),
      },
      clock: options.clock,
      stop: options.stop,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return (1000 * (last.step - first!.step)) / (last.at - first!.at);
}

/**
 * Milliseconds of one update of the ensemble on 100 preferences over 50 steps each, and of predicting the reward of
 * 100,000 transitions, the best of three.
 */
async function rewardModel(name: BackendName, pause: Pause, clock: () => number) {
  const backend = await loadBackend({ prefer: name });
  const random = createRandom(1, 44);
  const spec = {
    environmentId: 'bench',
    observationSpace: box(-10, 10, { size: SIZES.observation }),
    actionSpace: box(-1, 1, { size: SIZES.actions }),
    controlDt: 0.05,
  };
  const model = createRewardEnsemble(spec, {}, backend, random);
  teach(model, randomEpisode(spec, 4000, random), random);
  model.update();
  const start = clock();
  let updates = 0;
  while (model.update() !== undefined) {
    updates++;
    await pause();
  }
  const update = (clock() - start) / updates;
  if (updates === 0) throw new Error('the reward model was done after one update');
  const { observations, actions } = randomEpisode(spec, TRANSITIONS, random);
  const rewards = new Float32Array(TRANSITIONS);
  let relabel = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const began = clock();
    model.predict(observations, actions, TRANSITIONS, rewards);
    relabel = Math.min(relabel, clock() - began);
  }
  model.dispose();
  return { update, relabel };
}

function teach(model: RewardEnsemble, episode: Episode, random: Random): void {
  model.observe(episode, 0, episode.length);
  const cut = (): Segment => {
    const from = random.integer(episode.length - 50);
    return { episodeId: episode.id, from, to: from + 50 };
  };
  for (let i = 0; i < 100; i++) {
    const choice = random.next() < 0.5 ? 'a' : 'b';
    const body = { kind: 'preference', a: cut(), b: cut(), choice } as const;
    model.feedback(stamped('bench', i, 0, 'preference', body), { get: () => episode });
  }
}

function write(out: string, result: Omit<SpeedBench, 'files'>): Record<string, string> {
  const file = join(out, 'speed.json');
  writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
  return { speed: file };
}

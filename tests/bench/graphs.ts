/**
 * What graphs bring where losses are computed in TypeScript:
 * `node --import tsx tests/bench/graphs.ts [--rounds 5] [--threads 1]`.
 * Milliseconds of processor time, all threads: other load changes it less than the wall clock, whose medians stand
 * beside it. Tensors (wasm) and graphs in turn, medians with lowest and highest.
 */
import { parseArgs } from 'node:util';
import { type Backend, loadBackend } from '../../agent/backend/backend.ts';
import type { Episode, FeedbackBody } from '../../agent/contract.ts';
import { createDagger } from '../../agent/learners/dagger.ts';
import { createPpo } from '../../agent/learners/ppo.ts';
import { createRewardEnsemble } from '../../agent/reward/ensemble.ts';
import { createRandom } from '../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../agent/synthetic.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1' },
  },
});
const ROWS = 100_000;
const SEGMENT = 50;
const spec = syntheticSpec(17, 6);

/** Prepares a measurement; the work it returns is what is measured, and does so much at a call. */
type Prepare = (backend: Backend) => { work: () => void; calls: number };

function preferences(episode: Episode): FeedbackBody[] {
  const random = createRandom(2);
  const cut = () => {
    const from = random.integer(episode.length - SEGMENT);
    return { episodeId: episode.id, from, to: from + SEGMENT };
  };
  return Array.from({ length: 100 }, () => {
    const choice = random.next() < 0.5 ? 'a' : 'b';
    return { kind: 'preference', a: cut(), b: cut(), choice };
  });
}

/** An ensemble of default size that was told 100 preferences, and goes on being fitted to them. */
function rewardModel(backend: Backend) {
  const sessions = { stopAccuracy: 2, maxSessionSteps: 1e6 };
  const model = createRewardEnsemble(spec, sessions, backend, createRandom(1));
  const episode = syntheticEpisode(spec, 4000, createRandom(3));
  model.observe(episode, 0, episode.length);
  const at = { runId: 'bench', teacherId: 'bench', shownAt: 0, answeredAt: 0, receivedAt: 0 };
  for (const [i, body] of preferences(episode).entries())
    model.feedback({ ...at, responseMs: 0, id: `f${i}`, ...body }, { get: () => episode });
  return model;
}

const WORK: Readonly<Record<string, Prepare>> = {
  'reward-model update, 100 preferences of 50 steps': (backend) => {
    const model = rewardModel(backend);
    return { work: () => void model.update(), calls: 20 };
  },
  'relabelling 100,000 transitions': (backend) => {
    const model = rewardModel(backend);
    const { observations, actions } = syntheticEpisode(spec, ROWS, createRandom(4));
    const out = new Float32Array(ROWS);
    return { work: () => model.predict(observations, actions, ROWS, out), calls: 2 };
  },
  'PPO update, 64 × 64, minibatch 256': (backend) => {
    const ppo = createPpo(spec, { epochs: 1e3 }, backend, createRandom(1));
    const round = syntheticEpisode(spec, 2048, createRandom(5));
    ppo.observe(round, 0, round.length);
    return { work: () => void ppo.update(), calls: 80 };
  },
  'DAgger update, five policies of 256 × 256, batch 256': (backend) => {
    const config = { hidden: [256, 256], members: 5, batchSize: 256 };
    const dagger = createDagger(spec, config, backend, createRandom(1));
    const human = [0, 1500] as const;
    const episode = syntheticEpisode(spec, 2000, createRandom(6), { human });
    dagger.observe(episode, 0, episode.length);
    return { work: () => void dagger.update(), calls: 5 };
  },
};

/** Per call, ms. */
function millisOf(work: () => void, calls: number): { processor: number; wall: number } {
  const [start, began] = [process.cpuUsage(), performance.now()];
  for (let i = 0; i < calls; i++) work();
  const wall = (performance.now() - began) / calls;
  const { user, system } = process.cpuUsage(start);
  return { processor: (user + system) / 1000 / calls, wall };
}

const median = (times: readonly number[]) =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)]!;

function summary(times: readonly { processor: number; wall: number }[]): string {
  const processor = times.map((time) => time.processor);
  const digits = (x: number) => x.toPrecision(3);
  const range = `${digits(Math.min(...processor))}–${digits(Math.max(...processor))}`;
  const wall = digits(median(times.map((time) => time.wall)));
  return `${digits(median(processor))} (${range}) ms, wall ${wall} ms`;
}

async function main() {
  const backends = [
    await loadBackend({ prefer: 'wasm' }),
    await loadBackend({ prefer: 'onnx', threads: Number(values.threads) }),
  ];
  for (const [what, prepare] of Object.entries(WORK)) {
    const prepared = backends.map((backend) => prepare(backend));
    const times: ReturnType<typeof millisOf>[][] = backends.map(() => []);
    for (const { work } of prepared) for (let i = 0; i < 3; i++) work(); // warm
    for (let round = 0; round < Number(values.rounds); round++)
      for (const [b, { work, calls }] of prepared.entries()) times[b]!.push(millisOf(work, calls));
    const ratio = times.map((all) => median(all.map(({ processor }) => processor)));
    const each = backends.map(({ name }, b) => `${name} ${summary(times[b]!)}`).join('; ');
    console.log(`${what}: ${each}; ${(ratio[0]! / ratio[1]!).toFixed(1)} ×`);
  }
}

await main();

/** `bench act` and `bench learner`: one action, and gradient updates per second. */
import { createPlainNetwork } from '../../agent/acting/network.ts';
import { createPolicy } from '../../agent/acting/policy.ts';
import { type Backend, type BackendName, loadBackend } from '../../agent/backend/backend.ts';
import {
  type EnvironmentSpec,
  type Episode,
  type Learner,
  SOURCE_CODE,
} from '../../agent/contract.ts';
import { createSac } from '../../agent/learners/sac.ts';
import { createTd3 } from '../../agent/learners/td3.ts';
import { createRandom, type Random } from '../../sim/random.ts';
import { box } from '../../sim/spaces.ts';
import { type Measuring, repeat } from './measuring.ts';

export const LEARNERS = ['sac', 'td3'] as const;
export type LearnerName = (typeof LEARNERS)[number];

export interface LearningBenchOptions extends Measuring {
  readonly hidden: readonly number[];
  readonly observation: number;
  readonly actions: number;
  readonly seconds: number;
  readonly seed: number;
  readonly backend: BackendName | undefined;
}

/** Actions timed at once: best of many short windows, for other load only ever slows them down. */
const ACTIONS = 20;

/** Calls per second, best of three runs: other load only ever slows it down. */
async function rate(work: () => void, seconds: number, measuring: Measuring): Promise<number> {
  for (let i = 0; i < 5; i++) work();
  let best = Number.NaN;
  for (let run = 0; run < 3; run++) {
    const { ms, times } = await repeat('updates', seconds / 3, measuring, () => {
      const start = measuring.clock();
      work();
      return measuring.clock() - start;
    });
    if (times > 0 && !((1000 * times) / ms < best)) best = (1000 * times) / ms;
  }
  return best;
}

function makeLearner(
  name: LearnerName,
  spec: EnvironmentSpec,
  config: { hidden: readonly number[]; batchSize: number },
  backend: Backend,
  random: Random,
): Learner {
  const all = { ...config, learningStarts: config.batchSize };
  return name === 'sac'
    ? createSac(spec, all, backend, random)
    : createTd3(spec, all, backend, random);
}

function specOf(options: LearningBenchOptions): EnvironmentSpec {
  return {
    environmentId: 'bench',
    observationSpace: box(-10, 10, { size: options.observation }),
    actionSpace: box(-1, 1, { size: options.actions }),
    controlDt: 0.1,
  };
}

export async function benchLearner(
  options: LearningBenchOptions & {
    readonly learner: LearnerName;
    readonly batch: number;
    /** Of onnx; default 1. */
    readonly threads?: number;
  },
) {
  const backend = await loadBackend({
    ...(options.backend ? { prefer: options.backend } : {}),
    threads: options.threads ?? 1,
  });
  const random = createRandom(options.seed, 42);
  const spec = specOf(options);
  const config = { hidden: options.hidden, batchSize: options.batch };
  const learner = makeLearner(options.learner, spec, config, backend, random);
  const length = Math.max(2000, 2 * options.batch);
  learner.observe(randomEpisode(spec, length, random), 0, length);
  let updates = 0;
  const start = process.cpuUsage();
  const updatesPerSecond = await rate(
    () => {
      learner.update();
      updates++;
    },
    options.seconds,
    options,
  );
  const { user, system } = process.cpuUsage(start);
  learner.dispose();
  return {
    learner: options.learner,
    hidden: options.hidden,
    batch: options.batch,
    observation: options.observation,
    actions: options.actions,
    updatesPerSecond,
    millisPerUpdate: 1000 / updatesPerSecond,
    /** Of all threads, mean over all runs: hardly depends on what else the machine does. */
    processorMillisPerUpdate: (user + system) / 1000 / updates,
    backend: backend.name,
    threads: backend.graphs?.threads,
    backendReason: backend.reason,
  };
}

/**
 * One action as actors take it and, in turn with it, in plain TypeScript; the weights do not matter for its
 * cost.
 */
export async function benchAct(options: LearningBenchOptions) {
  const backend = await loadBackend({ prefer: 'cpu' });
  const random = createRandom(options.seed, 43);
  const spec = specOf(options);
  const config = { hidden: options.hidden, batchSize: 64 };
  const learner = makeLearner('sac', spec, config, backend, random);
  const snapshot = learner.snapshot(0);
  learner.dispose();
  const observation = new Float32Array(options.observation).map(() => random.normal());
  const out = new Float32Array(options.actions);
  const policies = [
    createPolicy(snapshot, random),
    createPolicy(snapshot, random, createPlainNetwork),
  ];
  const micros = policies.map(() => Number.POSITIVE_INFINITY);
  await repeat('actions', options.seconds, options, () => {
    const start = options.clock();
    policies.forEach((policy, i) => {
      const began = options.clock();
      for (let n = 0; n < ACTIONS; n++) policy.act(observation, out, 'sample');
      micros[i] = Math.min(micros[i]!, ((options.clock() - began) * 1000) / ACTIONS);
    });
    return options.clock() - start;
  });
  return {
    hidden: options.hidden,
    observation: options.observation,
    actions: options.actions,
    micros: micros[0]!,
    plainMicros: micros[1]!,
  };
}

export function randomEpisode(spec: EnvironmentSpec, length: number, random: Random): Episode {
  const d = spec.observationSpace.size;
  const k = spec.actionSpace.size;
  const normal = (size: number) => new Float32Array(size).map(() => random.normal());
  const uniform = (size: number) => new Float32Array(size).map(() => random.uniform(-1, 1));
  return {
    id: 'bench',
    runId: 'bench',
    environmentId: spec.environmentId,
    configHash: 'bench',
    seed: 0,
    startedAt: 0,
    observationSize: d,
    actionSize: k,
    bodies: 0,
    length,
    end: 'truncated',
    origin: 'experience',
    observations: normal((length + 1) * d),
    actions: uniform(length * k),
    policyActions: uniform(length * k),
    sources: new Uint8Array(length).fill(SOURCE_CODE.policy),
    policyVersions: new Uint32Array(length),
    envRewards: normal(length),
    costs: new Float32Array(length),
    discounts: new Float32Array(length).fill(1),
    successes: new Uint8Array(length),
    poses: new Float32Array(0),
    positions: new Float32Array(0),
    states: [],
    summary: {},
  };
}

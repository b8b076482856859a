/**
 * A learned expert of an environment that has a hand-written one: clone it while the clone drives
 * (DAgger, Ross et al. 2011), then improve on the environment's reward with PPO from there. The critic
 * learns first, because a fresh one would undo what was cloned. Kept is the round of the highest return in
 * both environments on validation seeds, which are neither trained nor reported on.
 */

import { createPolicy } from '../../agent/acting/policy.ts';
import type { Backend } from '../../agent/backend/backend.ts';
import type { EnvironmentSpec, Policy, PolicySnapshot } from '../../agent/contract.ts';
import { createEpisodeRecorder } from '../../agent/episode/recorder.ts';
import { type Act, evaluate } from '../../agent/evaluation/evaluate.ts';
import { createPpo, type PpoConfig, type PpoLearner } from '../../agent/learners/ppo.ts';
import type { SavedArrays } from '../../agent/nn/adam.ts';
import type { Environment, Expert } from '../../sim/contract.ts';
import { createRandom, type Random } from '../../sim/random.ts';
import type { Pause } from '../pause.ts';
import { type Clone, createClone } from './clone.ts';

export interface ExpertConfig {
  readonly hidden: readonly number[];
  /** Steps that the demonstrator drives at first. */
  readonly demonstrationSteps: number;
  /** Then the clone drives, rounds × roundSteps, and the demonstrator says what it would do. */
  readonly rounds: number;
  readonly roundSteps: number;
  /** Passes over all steps per round, and at the end. */
  readonly passes: number;
  readonly finalPasses: number;
  /** Of cloning: at first and at the end. */
  readonly learningRates: readonly [number, number];
  /** Environment steps of PPO; 0: none. */
  readonly ppoSteps: number;
  readonly ppo: Partial<PpoConfig>;
  /** PPO's rounds between two validations. */
  readonly validateEvery: number;
  readonly trainSeeds: { readonly start: number; readonly count: number };
  readonly validationSeeds: { readonly start: number; readonly count: number };
}

export const expertDefaults: ExpertConfig = {
  hidden: [128, 128],
  demonstrationSteps: 40_000,
  rounds: 8,
  roundSteps: 25_000,
  passes: 3,
  finalPasses: 10,
  learningRates: [1e-3, 5e-5],
  ppoSteps: 500_000,
  ppo: {
    rolloutSteps: 16_384,
    minibatch: 512,
    epochs: 4,
    learningRate: 3e-5,
    initialLogStd: -2.3,
    targetKl: 0.01,
    valueRounds: 6,
  },
  validateEvery: 4,
  trainSeeds: { start: 100_000, count: 100_000 },
  validationSeeds: { start: 50_000, count: 100 },
};

/** How a policy does on the validation seeds. */
export interface Validation {
  readonly success: number;
  readonly return: number;
  readonly cost: number;
  /** Mean return in the stricter environment. */
  readonly practiceReturn: number;
}

export interface TrainedExpert {
  /** PPO's best round, and what it started from. */
  readonly ppo: PolicySnapshot;
  readonly clone: PolicySnapshot;
  readonly validation: { readonly ppo: Validation; readonly clone: Validation };
  readonly demonstratedSteps: number;
  readonly ppoSteps: number;
}

export interface ExpertRun {
  /** What is cloned in and validated on. */
  readonly env: Environment;
  /** What PPO learns in every other episode: stricter, e.g. where a crash ends the episode. */
  readonly practice: Environment;
  readonly createDemonstrator: (env: Environment) => Expert;
  readonly config: ExpertConfig;
  readonly backend: Backend;
  readonly seed: number;
  readonly log: (line: string) => void;
  /** Of `stepsOf` the config. */
  readonly onStep: (done: number, note: string) => void;
  /** Ends the training where it is when its promise is rejected. */
  readonly pause: Pause;
  /** Hears of what is better than all before: first clones, then rounds of PPO. */
  readonly onBetter?: (snapshot: PolicySnapshot, what: string) => void;
}

/** Environment steps of cloning and PPO together. */
export function stepsOf(config: ExpertConfig): number {
  return config.demonstrationSteps + config.rounds * config.roundSteps + config.ppoSteps;
}

/** @throws what `pause` is rejected with. */
export async function trainExpert(run: ExpertRun): Promise<TrainedExpert> {
  const { env, config, backend, seed } = run;
  const spec: EnvironmentSpec = {
    environmentId: env.id,
    observationSpace: env.observationSpace,
    actionSpace: env.actionSpace,
    controlDt: env.controlDt,
  };
  const capacity = config.demonstrationSteps + config.rounds * config.roundSteps;
  const random = createRandom(seed, 61);
  const clone = createClone(
    spec,
    { hidden: config.hidden, batchSize: 512, capacity },
    backend,
    random,
  );
  await cloneDemonstrator(run, clone, random);
  const cloned = clone.snapshot(0, config.ppo.initialLogStd ?? 0);
  run.onBetter?.(cloned, `the clone of ${clone.size} steps`);
  const validation = await validate(run, cloned);
  run.log(`clone of ${clone.size} steps: ${describe(validation)}`);
  const learner = createPpo(spec, { ...config.ppo, hidden: config.hidden }, backend, random);
  startFrom(learner, clone);
  clone.dispose();
  const best = await improve(run, learner, { snapshot: cloned, validation }, random);
  learner.dispose();
  return {
    ppo: best.snapshot,
    clone: cloned,
    validation: { ppo: best.validation, clone: validation },
    demonstratedSteps: capacity,
    ppoSteps: best.steps,
  };
}

/** DAgger: the learner drives, the demonstrator labels every step. */
async function cloneDemonstrator(run: ExpertRun, clone: Clone, random: Random): Promise<void> {
  const { env, config } = run;
  const [first, last] = config.learningRates;
  const wanted = new Float32Array(env.actionSpace.size);
  const action = new Float32Array(env.actionSpace.size);
  const drive = async (steps: number, policy: Policy | undefined) => {
    for (const until = clone.size + steps; clone.size < until; ) {
      let ts = env.reset(pickSeed(config, random));
      const demonstrator = run.createDemonstrator(env);
      while (ts.kind !== 'last' && clone.size < until) {
        demonstrator.act(wanted);
        clone.add(ts.observation, wanted);
        if (policy) policy.act(ts.observation, action, 'mean');
        ts = env.step(policy ? action : wanted);
        run.onStep(clone.size, 'cloning');
        await run.pause();
      }
    }
  };
  await drive(config.demonstrationSteps, undefined);
  for (let round = 0; round <= config.rounds; round++) {
    const isLast = round === config.rounds;
    const passes = isLast ? config.finalPasses : config.passes;
    let loss = 0;
    for (let i = 0; i < passes; i++) {
      const rate = isLast ? first * (last / first) ** ((i + 1) / passes) : first;
      loss = await clone.pass(rate, run.pause);
    }
    run.log(`cloning: ${clone.size} steps, loss ${loss.toFixed(4)}`);
    if (isLast) return;
    const snapshot = clone.snapshot(0, 0);
    run.onBetter?.(snapshot, `a first clone of ${clone.size} steps`);
    await drive(config.roundSteps, createPolicy(snapshot, random));
  }
}

function startFrom(learner: PpoLearner, clone: Clone): void {
  const { meta, arrays } = learner.save();
  const started: SavedArrays = { ...arrays };
  clone.save(started);
  learner.load({ meta, arrays: started });
}

interface Candidate {
  readonly snapshot: PolicySnapshot;
  readonly validation: Validation;
}

/** PPO from what was cloned; its best round by validation. */
async function improve(
  run: ExpertRun,
  learner: PpoLearner,
  clone: Candidate,
  random: Random,
): Promise<Candidate & { steps: number }> {
  const { config, env } = run;
  const recorder = createEpisodeRecorder({
    runId: 'expert',
    environmentId: env.id,
    configHash: '',
    observationSize: env.observationSpace.size,
    actionSize: env.actionSpace.size,
    bodies: 0,
  });
  const policy = createPolicy(learner.snapshot(0), random);
  const action = new Float32Array(env.actionSpace.size);
  const before = stepsOf(config) - config.ppoSteps;
  const rounds = Math.floor(config.ppoSteps / (config.ppo.rolloutSteps ?? 2048));
  let best: Candidate | undefined;
  let steps = 0;
  let episodes = 0;
  for (let round = 1; round <= rounds; round++) {
    const target = round * (config.ppo.rolloutSteps ?? 2048);
    while (steps < target) {
      const seed = pickSeed(config, random);
      const place = episodes % 2 === 0 ? run.practice : env;
      let ts = place.reset(seed);
      recorder.begin(`e${episodes++}`, seed, 0, place, ts);
      while (ts.kind !== 'last' && steps < target) {
        policy.act(ts.observation, action, 'sample');
        ts = place.step(action);
        recorder.step(place, ts, action, action, 'policy', round);
        steps++;
        run.onStep(before + steps, 'PPO');
        await run.pause();
      }
      const episode = recorder.episode();
      learner.observe(episode, 0, episode.length);
    }
    const { kl, value } = await learnRound(run, learner);
    policy.setSnapshot(learner.snapshot(round));
    if (round % config.validateEvery !== 0 && round !== rounds) continue;
    const snapshot = learner.snapshot(round);
    const validation = await validate(run, snapshot);
    run.log(
      `ppo: ${steps} steps, ${describe(validation)}, kl ${kl.toFixed(4)}, critic ${value.toFixed(4)}`,
    );
    if (
      round > (config.ppo.valueRounds ?? 0) &&
      worth(validation) > (best ? worth(best.validation) : Number.NEGATIVE_INFINITY)
    ) {
      best = { snapshot, validation };
      run.onBetter?.(snapshot, `PPO’s round ${round} of ${rounds}`);
    }
  }
  return { ...(best ?? clone), steps };
}

/** All updates of PPO's round; of the last, its divergence and the critic's loss. */
async function learnRound(run: ExpertRun, learner: PpoLearner) {
  const last = { kl: 0, value: 0 };
  for (let m = learner.update(); m; m = learner.update()) {
    last.kl = m['policy/kl']!;
    last.value = m['loss/critic']!;
    await run.pause();
  }
  return last;
}

const worth = (v: Validation): number => v.return + v.practiceReturn;

async function validate(run: ExpertRun, snapshot: PolicySnapshot): Promise<Validation> {
  const { start, count } = run.config.validationSeeds;
  const policy = createPolicy(snapshot, createRandom(run.seed, 62));
  const seeds = Array.from({ length: count }, (_, i) => start + i);
  const act: Act = (ts, out) => policy.act(ts.observation, out, 'mean');
  const { pause } = run;
  const { summary } = await evaluate(run.env, act, seeds, { pause });
  const practised = await evaluate(run.practice, act, seeds, { pause });
  return {
    success: summary.success.mean,
    return: summary.return.mean,
    cost: summary.cost.mean,
    practiceReturn: practised.summary.return.mean,
  };
}

function describe(v: Validation): string {
  return `success ${v.success.toFixed(3)}, return ${v.return.toFixed(1)} and ${v.practiceReturn.toFixed(1)}, cost ${v.cost.toFixed(1)}`;
}

function pickSeed({ trainSeeds }: ExpertConfig, random: Random): number {
  return trainSeeds.start + random.integer(trainSeeds.count);
}

/** `reins train` as a function: evaluate, train, evaluate, save. */
import { createHash } from 'node:crypto';
import type { BackendName, Metrics, Policy, Trainer } from '../../agent/contract.ts';
import type { EpisodeStore } from '../../agent/episode/store.ts';
import {
  type EpisodeRow,
  type Evaluation,
  type EvaluationSummary,
  evaluate,
} from '../../agent/evaluation/evaluate.ts';
import { epicDistance } from '../../agent/evaluation/reward-distance.ts';
import { mean, pearson } from '../../agent/evaluation/statistics.ts';
import { getPreset, predictedSteps } from '../../agent/presets/presets.ts';
import { type LabelSchedule, queryDefaults } from '../../agent/queries/config.ts';
import { FEWEST_REPEATS } from '../../agent/reward/report.ts';
import { isConstant } from '../../agent/reward/statistics.ts';
import type { TakeoverRule } from '../../agent/teachers/override.ts';
import type { PreferenceTeacherName } from '../../agent/teachers/preference.ts';
import { applyOverrides } from '../../agent/trainer/options.ts';
import { createTrainer } from '../../agent/trainer/trainer.ts';
import { writeFile } from '../../server/storage/write-file.ts';
import type { Environment, EnvironmentFactory, EnvironmentOptions } from '../../sim/contract.ts';
import { createRandom } from '../../sim/random.ts';
import { refuseIdle } from '../../sim/robotics/engine/idle.ts';
import { asUsage } from '../errors.ts';
import type { Output } from '../output.ts';
import { writePolicyFile } from '../policy-file.ts';
import { type CurvePoint, type LoopResult, policyOf, runLoop } from './loop.ts';
import type { TeacherName } from './names.ts';
import { checkTeacherSettings, type GivenTeach } from './teacher-settings.ts';
import { createTeachers, type Teachers } from './teachers.ts';

export interface TrainOptions {
  readonly factory: EnvironmentFactory;
  readonly environmentOptions: EnvironmentOptions;
  readonly preset: string;
  readonly overrides: Record<string, unknown>;
  readonly teachers: readonly TeacherName[];
  /** When the override teacher takes over; default: its own. */
  readonly rule?: TakeoverRule | undefined;
  /** Who drives after a takeover; default: teacher, the environment's scripted one. */
  readonly operator?: string;
  /** Shortest takeover, s; default: the override teacher's. */
  readonly takeoverSeconds?: number;
  readonly annotator: PreferenceTeacherName;
  /** Changes of the teachers' character by teacher, e.g. `{preference: {mistake: 0.3}}`. */
  readonly teach?: GivenTeach;
  /** Roll out what each takeover prevented; default: where the preset learns from it (`reins`, `ppl`). */
  readonly counterfactuals?: boolean;
  readonly steps: number;
  readonly labels: number;
  readonly seed: number;
  readonly evalEpisodes: number;
  readonly backend: BackendName | undefined;
  /** Same seed and log, same weights: on wasm, or on cpu where that is asked for. */
  readonly deterministic: boolean;
  readonly out: string;
  /** Ends the training early: what was learned so far is saved. */
  readonly stop?: AbortSignal | undefined;
  readonly output: Output;
  /** Wall clock in ms. */
  readonly clock: () => number;
}

export interface TrainResult {
  readonly env: string;
  readonly preset: string;
  readonly teacher: string;
  readonly seed: number;
  readonly before: EvaluationSummary;
  readonly after: EvaluationSummary;
  readonly environmentSteps: number;
  readonly expertSteps: number;
  readonly takeovers: number;
  readonly labels: number;
  readonly episodes: number;
  readonly trainingCost: number;
  /** Of takeovers with a counterfactual; all 0 without. */
  readonly prevented: LoopResult['prevented'];
  readonly updates: number;
  /** What computed it. */
  readonly backend: BackendName;
  readonly wallSeconds: number;
  readonly rewardModel: {
    /** On held-out answers. */
    accuracy: number | null;
    /** What a perfect model would reach on the answers of the synthetic teacher, which errs as it was told to. */
    ceiling: number | null;
    /** The same as it is measured with people, from repeated questions; null: fewer than ten of them. */
    measuredCeiling: number | null;
    pearson: number | null;
    /** EPIC distance to the environment's reward, in [0, 1]; 0 is best; null too where either is constant. */
    epic: number | null;
  };
  /** Everything the trainer reports of itself. */
  readonly metrics: Metrics;
  /** Means over the held-out episodes of the environment's own metrics at their last step. */
  readonly finalMetrics: {
    readonly before: Readonly<Record<string, number>>;
    readonly after: Readonly<Record<string, number>>;
  };
  /** Running totals over the run. */
  readonly curve: readonly CurvePoint[];
  /** Path of the trained policy. */
  readonly snapshot: string;
  /** SHA-256 of its file: equal for equal seeds with `--deterministic`. */
  readonly snapshotHash: string;
}

/** The training was stopped; what is saved, and where, is in the message. */
export class Interrupted extends Error {}

/** @throws UsageError for an unknown preset or options out of range, Interrupted once what there is has been saved. */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { factory, seed } = options;
  const started = options.clock();
  const env = await asUsage(async () => {
    const created = await factory.create(options.environmentOptions);
    refuseIdle(created);
    return created;
  });
  const runId = `train-${factory.id}-${options.preset}-${seed}`;
  const trainer = await asUsage(() => createTrainerFor(env, options, runId));
  const policy = policyOf(trainer, options.seed, 1);
  const teachers = await asUsage(() => createTeachersFor(env, policy, options));
  const before = evaluatePolicy(env, trainer, options, 'before');
  const result = await learn(env, trainer, policy, teachers, options, runId);
  const snapshotHash = save(env, trainer, options);
  if (options.stop?.aborted) throw interrupted(result, options);
  const after = evaluatePolicy(env, trainer, options, 'after');
  const metrics = { ...trainer.report() };
  const document: TrainResult = {
    env: factory.id,
    preset: options.preset,
    teacher: options.teachers.join(','),
    seed,
    before: before.summary,
    after: after.summary,
    environmentSteps: result.environmentSteps,
    expertSteps: result.expertSteps,
    takeovers: result.takeovers,
    labels: result.labels,
    episodes: result.episodes,
    trainingCost: result.trainingCost,
    prevented: result.prevented,
    updates: result.updates,
    backend: trainer.backend,
    wallSeconds: (options.clock() - started) / 1000,
    rewardModel: {
      accuracy: metrics['reward/accuracy'] ?? null,
      ceiling: 'reward/accuracy' in metrics ? (teachers.preference?.ceiling ?? null) : null,
      measuredCeiling:
        metrics['reward/repeats']! >= FEWEST_REPEATS ? metrics['reward/ceiling']! : null,
      pearson: rewardCorrelation(trainer, result.store),
      epic: rewardDistance(env, trainer, options),
    },
    metrics,
    finalMetrics: { before: meanMetrics(before), after: meanMetrics(after) },
    curve: result.curve,
    snapshot: options.out,
    snapshotHash,
  };
  trainer.dispose();
  env.close();
  return document;
}

async function createTrainerFor(
  env: Environment,
  options: TrainOptions,
  runId: string,
): Promise<Trainer> {
  const spec = {
    environmentId: env.id,
    observationSpace: env.observationSpace,
    actionSpace: env.actionSpace,
    controlDt: env.controlDt,
  };
  const { backend, deterministic } = options;
  if (deterministic && backend === 'native')
    throw new RangeError('backend: is native, allowed onnx, wasm or cpu with --deterministic');
  for (const name of ['budget', 'budgetSteps'])
    if (Object.hasOwn(options.overrides.queries ?? {}, name))
      throw new RangeError(`queries.${name}: is for serve, allowed in train --labels and --steps`);
  return createTrainer({
    preset: options.preset,
    spec,
    seed: options.seed,
    runId,
    overrides: options.overrides,
    deterministic,
    ...(backend ? { backend } : {}),
  });
}

function createTeachersFor(
  env: Environment,
  policy: Policy,
  options: TrainOptions,
): Promise<Teachers> {
  return createTeachers(options.factory, options.environmentOptions, env, {
    names: options.teachers,
    seed: options.seed,
    rule: options.rule,
    operator: options.operator ?? 'teacher',
    ...(options.takeoverSeconds === undefined ? {} : { takeoverSeconds: options.takeoverSeconds }),
    annotator: options.annotator,
    teach: checkTeacherSettings(options.teach ?? {}, options.teachers),
    predict: (observation, out) => policy.act(observation, out, 'mean'),
    policy,
  });
}

async function learn(
  env: Environment,
  trainer: Trainer,
  policy: Policy,
  teachers: Teachers,
  options: TrainOptions,
  runId: string,
): Promise<LoopResult> {
  const bar = options.output.progress('training', options.steps, { lines: true });
  try {
    return await runLoop({
      env,
      factory: options.factory,
      trainer,
      teachers,
      policy,
      runId,
      configHash: configHash(options.factory.id, options.environmentOptions),
      steps: options.steps,
      labels: options.labels,
      schedule: scheduleOf(options),
      seed: options.seed,
      ...(teachers.counterfactual && wantsCounterfactuals(options)
        ? { counterfactual: teachers.counterfactual }
        : {}),
      ...(teachers.predictions && predictions(options) > 0
        ? { predictions: { roll: teachers.predictions, steps: predictions(options) } }
        : {}),
      onPublish: () => teachers.setGate(trainer.gate()),
      onStep: (step, note) => bar.update(step, note),
      stop: options.stop,
    });
  } finally {
    bar.stop();
    teachers.close();
  }
}

/** Learned from by PPL, and by reward models of overrides: takeover ≻ what would have happened. */
function wantsCounterfactuals({ preset, counterfactuals }: TrainOptions): boolean {
  const { learner, reward, needs } = getPreset(preset);
  const learns = learner.kind === 'ppl' || (reward !== undefined && needs.includes('override'));
  return counterfactuals ?? learns;
}

/** Steps to predict from every step of a takeover. */
function predictions({ preset, overrides, counterfactuals }: TrainOptions): number {
  return counterfactuals === false ? 0 : predictedSteps(preset, overrides.learner);
}

function scheduleOf({ preset, overrides }: TrainOptions): LabelSchedule {
  return applyOverrides(getPreset(preset), overrides).queries?.schedule ?? queryDefaults.schedule;
}

/** The curve so far goes beside the policy. */
function interrupted({ curve, environmentSteps }: LoopResult, options: TrainOptions): Interrupted {
  const file = `${options.out}.curve.json`;
  writeFile(file, `${JSON.stringify({ environmentSteps, curve }, null, 2)}\n`);
  return new Interrupted(
    `stopped after ${environmentSteps} of ${options.steps} steps: the policy is in ${options.out}, the curve in ${file}`,
  );
}

/** Equal for equal environments and options. */
export function configHash(id: string, options: EnvironmentOptions): string {
  return createHash('sha256')
    .update(JSON.stringify([id, options]))
    .digest('hex')
    .slice(0, 16);
}

/** The mean action on the held-out seeds. */
function evaluatePolicy(
  env: Environment,
  trainer: Trainer,
  options: TrainOptions,
  label: string,
): Evaluation {
  const policy = policyOf(trainer, options.seed, 2);
  const { start } = options.factory.evalSeeds;
  const seeds = Array.from({ length: options.evalEpisodes }, (_, i) => start + i);
  const bar = options.output.progress(`evaluating ${label}`, seeds.length);
  const onEpisode = (_row: EpisodeRow, done: number) => bar.update(done);
  const act = (ts: { observation: Float32Array }, out: Float32Array) =>
    policy.act(ts.observation, out, 'mean');
  const result = evaluate(env, act, seeds, { onEpisode });
  bar.stop();
  return result;
}

function meanMetrics({ rows }: Evaluation): Record<string, number> {
  const names = Object.keys(rows[0]?.metrics ?? {});
  return Object.fromEntries(
    names.map((name) => [name, mean(rows.map((row) => row.metrics[name] ?? Number.NaN))]),
  );
}

function save(env: Environment, trainer: Trainer, options: TrainOptions): string {
  const saved = {
    environmentId: env.id,
    observationSize: env.observationSpace.size,
    snapshot: trainer.snapshot(),
    meta: {
      preset: options.preset,
      teacher: options.teachers.join(','),
      seed: options.seed,
      steps: options.steps,
      labels: options.labels,
    },
  };
  const bytes = writePolicyFile(options.out, saved);
  return createHash('sha256').update(bytes).digest('hex');
}

/** Correlation of learned with true reward over every step whose episode is still known. */
function rewardCorrelation(trainer: Trainer, store: EpisodeStore): number | null {
  const learned: number[] = [];
  const truth: number[] = [];
  for (const id of store.ids()) {
    const episode = store.get(id);
    if (!episode || episode.length === 0) continue;
    const values = trainer.predictReward({ episodeId: id, from: 0, to: episode.length });
    if (!values) continue;
    for (const value of values) learned.push(value);
    for (const value of episode.envRewards) truth.push(value);
  }
  const isKnown = !isConstant(learned, learned.length) && !isConstant(truth, truth.length);
  return isKnown ? pearson(learned, truth) : null;
}

/** EPIC over held-out seeds, for what the trained policy visits. */
function rewardDistance(env: Environment, trainer: Trainer, options: TrainOptions): number | null {
  const model = trainer.rewardModel();
  if (!model) return null;
  const policy = policyOf(trainer, options.seed, 3);
  const { start } = options.factory.evalSeeds;
  const distance = epicDistance(env, {
    predict: model.predict,
    act: (ts, out) => policy.act(ts.observation, out, 'mean'),
    seeds: Array.from({ length: 16 }, (_, i) => start + i),
    random: createRandom(options.seed, 31),
  });
  return distance ?? null;
}

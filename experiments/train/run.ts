/** `reins train` as a function: evaluate, train, evaluate, save. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createPolicy } from '../../agent/acting/policy.ts';
import type { Policy, PolicySnapshot } from '../../agent/contract.ts';
import { getPreset, predictedSteps } from '../../agent/presets/presets.ts';
import { type LabelSchedule, queryDefaults } from '../../agent/queries/config.ts';
import type { Trainer } from '../../agent/trainer/contract.ts';
import { applyOverrides } from '../../agent/trainer/options.ts';
import { createTrainer } from '../../agent/trainer/trainer.ts';
import type { Environment, EnvironmentOptions, Memory } from '../../sim/contract.ts';
import { streamOf } from '../../sim/memory.ts';
import { createRandom } from '../../sim/random.ts';
import { refuseIdle } from '../../sim/robotics/engine/idle.ts';
import { asUsage } from '../errors.ts';
import { createPause } from '../pause.ts';
import { type KeptRun, keepRun } from './kept-run.ts';
import { createLoop } from './loop.ts';
import type { TrainOptions, TrainResult } from './options.ts';
import { createSession, type Parts } from './session.ts';
import { checkTeacherSettings } from './teacher-settings.ts';
import { createTeachers, type Teachers } from './teachers.ts';

export type { TrainOptions, TrainResult } from './options.ts';
export { Interrupted } from './session.ts';

/**
 * @throws UsageError for an unknown preset or options out of range, Interrupted once what there is has been saved.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const env = await asUsage(async () => {
    const created = await options.factory.create(options.environmentOptions);
    refuseIdle(created);
    return created;
  });
  const closing: (() => unknown)[] = [() => env.close()];
  try {
    const kept = options.keep && (await asUsage(() => keepFor(env, options)));
    if (kept) closing.push(kept.close);
    const parts = await createParts(env, options, kept, (close) => closing.push(close));
    const session = await asUsage(() => createSession(parts));
    return await session.run();
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function keepFor(env: Environment, options: TrainOptions): Promise<KeptRun> {
  const { factory, environmentOptions, preset, overrides, seed, keep } = options;
  const wanted = {
    environment: factory.id,
    environmentOptions,
    files: await factory.files?.(environmentOptions),
    pathOptions: factory.pathOptions,
    preset,
    overrides,
    seed,
  };
  return keepRun({ ...keep!, engine: env.engine }, wanted);
}

async function createParts(
  env: Environment,
  options: TrainOptions,
  kept: KeptRun | undefined,
  onClose: (close: () => unknown) => void,
): Promise<Parts> {
  const { factory, preset, seed } = options;
  const runId = kept?.id ?? `train-${factory.id}-${preset}-${seed}`;
  const trainer = await asUsage(() => createTrainerFor(env, options, kept, runId));
  onClose(trainer.dispose);
  const actor = createActor(trainer, seed);
  const teachers = await asUsage(() => createTeachersFor(env, actor.policy, options));
  onClose(teachers.close);
  const hooks: Parts['hooks'] = {};
  const loop = createLoop({
    env,
    factory,
    trainer,
    teachers,
    policy: actor.policy,
    runId,
    configHash: configHash(factory.id, options.environmentOptions),
    steps: options.steps,
    labels: options.labels,
    schedule: scheduleOf(options),
    seed,
    ...(teachers.counterfactual && wantsCounterfactuals(options)
      ? { counterfactual: teachers.counterfactual }
      : {}),
    ...(teachers.predictions && predictions(options) > 0
      ? { predictions: { roll: teachers.predictions, steps: predictions(options) } }
      : {}),
    onPublish: () => teachers.setGate(trainer.gate()),
    onStep: (step, note) => hooks.onStep?.(step, note),
    between: (step) => hooks.between?.(step),
    pause: createPause(options.clock),
    stop: options.stop,
    log: kept && {
      ...kept,
      metrics(...point) {
        kept.metrics(...point);
        hooks.onMetrics?.(...point);
      },
    },
  });
  const memory = { actor: actor.memory, teachers: teachers.memory };
  const name = kept ? `${runId}.policy` : `${factory.id}-${preset}-${seed}.policy`;
  const out = options.out ?? join(options.keep?.folder ?? 'data', 'policies', name);
  return { options, env, trainer, teachers, loop, memory, kept, hooks, out };
}

async function createTrainerFor(
  env: Environment,
  options: TrainOptions,
  kept: KeptRun | undefined,
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
    start: kept?.resumed ? undefined : await options.policy?.read(env),
    deterministic,
    ...(backend ? { backend } : {}),
  });
}

/** What acts: the last published policy, and its random stream. */
function createActor(trainer: Trainer, seed: number): { policy: Policy; memory: Memory } {
  const random = createRandom(seed, 1);
  const stream = streamOf(random);
  let acting = trainer.snapshot();
  const inner = createPolicy(acting, random);
  const policy: Policy = {
    get version() {
      return inner.version;
    },
    act: inner.act,
    setSnapshot(next) {
      acting = next;
      inner.setSnapshot(next);
    },
  };
  return {
    policy,
    memory: {
      save: () => ({ acting, random: stream.save() }),
      load(saved) {
        const told = saved as { acting: PolicySnapshot; random: unknown };
        policy.setSnapshot(told.acting);
        stream.load(told.random);
      },
    },
  };
}

function createTeachersFor(
  env: Environment,
  policy: Policy,
  options: TrainOptions,
): Promise<Teachers> {
  const ahead = options.evaluationOptions ?? options.environmentOptions;
  return createTeachers(options.factory, ahead, env, {
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

/** Equal for equal environments and options. */
export function configHash(id: string, options: EnvironmentOptions): string {
  return createHash('sha256')
    .update(JSON.stringify([id, options]))
    .digest('hex')
    .slice(0, 16);
}

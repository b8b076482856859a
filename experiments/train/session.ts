/** A training from its first evaluation to its last, with what is saved on the way. */
import { createHash } from 'node:crypto';
import type { Evaluation } from '../../agent/evaluation/evaluate.ts';
import type { RiskExam } from '../../agent/evaluation/risk.ts';
import { FEWEST_REPEATS } from '../../agent/reward/report.ts';
import type { Trainer } from '../../agent/trainer/contract.ts';
import type { Environment, Memory } from '../../sim/contract.ts';
import { createPause } from '../pause.ts';
import { namesOf, writePolicyFile } from '../policy-file.ts';
import {
  type EvaluationPoint,
  filesBeside,
  isBetter,
  metricsOf,
  pointOf,
  writeCurve,
} from './evaluations.ts';
import type { KeptRun, SavedTraining } from './kept-run.ts';
import type { Loop } from './loop.ts';
import { evaluatePolicy, meanMetrics, rewardCorrelation, rewardDistance } from './measure.ts';
import {
  expectSame,
  settingsOf,
  type TrainOptions,
  type TrainResult,
  type TrainSettings,
} from './options.ts';
import { examineRisk } from './risk-exam.ts';
import type { Teachers } from './teachers.ts';
import { createEventFile, type EventFile } from './tensorboard.ts';

/** The training was stopped; what is saved, and where, is in the message. */
export class Interrupted extends Error {}

type Values = Readonly<Record<string, number>>;

export interface Parts {
  readonly options: TrainOptions;
  readonly env: Environment;
  readonly trainer: Trainer;
  readonly teachers: Teachers;
  readonly loop: Loop;
  /** Of what acts, and of who teaches. */
  readonly memory: { readonly actor: Memory; readonly teachers: Memory };
  readonly kept: KeptRun | undefined;
  /** Called by the loop; set by the session. */
  readonly hooks: {
    onStep?: (step: number, note: string) => void;
    between?: (step: number) => Promise<void> | undefined;
    onMetrics?: (step: number, time: number, values: Values) => void;
  };
  /** Path of the policy. */
  readonly out: string;
}

/** A checkpoint may take this share of the time, and comes at least so far apart, ms. */
const CHECKPOINT_SHARE = 0.05;
const CHECKPOINT_EVERY = 20_000;

/** Plain data, saved with every checkpoint. */
interface Measured {
  before: Evaluation | undefined;
  after: Evaluation | undefined;
  evaluations: EvaluationPoint[];
  best: EvaluationPoint | undefined;
  /** Of earlier sittings. */
  seconds: number;
}

interface Session {
  readonly parts: Parts;
  readonly measured: Measured;
  readonly events: EventFile | undefined;
  readonly started: number;
  /** Where it is measured: another instance, so that this leaves the training where it is; made when first needed. */
  place: Environment | undefined;
  savedAt: number;
  saveEvery: number;
}

export function createSession(parts: Parts): { run(): Promise<TrainResult> } {
  const { options, kept } = parts;
  const started = options.clock();
  const session: Session = {
    parts,
    measured: { before: undefined, after: undefined, evaluations: [], best: undefined, seconds: 0 },
    events: options.log === undefined ? undefined : createEventFile(options.log, Date.now() / 1000),
    started,
    place: undefined,
    savedAt: started,
    saveEvery: CHECKPOINT_EVERY,
  };
  if (kept?.resumed) resume(session, kept.resumed.training);
  return {
    async run() {
      try {
        return await work(session);
      } finally {
        session.place?.close();
      }
    },
  };
}

function resume({ parts, measured, events }: Session, saved: SavedTraining): void {
  const { options, trainer, loop, memory, kept } = parts;
  const { checkpoint, episodes } = kept!.resumed!;
  const before = saved.settings as TrainSettings;
  expectSame(before, settingsOf(options));
  trainer.load(checkpoint, episodes);
  loop.load(saved.loop, episodes);
  memory.teachers.load(saved.teachers);
  memory.actor.load(saved.actor);
  Object.assign(measured, saved.measured);
  if (measured.after && options.steps > before.steps)
    throw new RangeError(
      `steps: is ${options.steps}, but ${kept!.id} has come to its end after ${before.steps}; go on from its policy: train --policy ${parts.out}`,
    );
  const { environmentSteps } = loop.result;
  events?.restart(environmentSteps + 1, Date.now() / 1000);
  options.output.note(`${kept!.id} goes on after ${environmentSteps} of ${options.steps} steps`);
}

async function work(session: Session): Promise<TrainResult> {
  const { parts, measured } = session;
  const { options, trainer } = parts;
  const { stop } = options;
  const pause = createPause(options.clock, stop);
  try {
    if (parts.kept && !measured.before) await checkpoint(session);
    measured.before ??= await evaluatePolicy(
      await placeOf(session),
      trainer,
      options,
      'before',
      pause,
    );
    if (options.evalEvery !== undefined && measured.evaluations.length === 0)
      take(session, 0, measured.before);
    await learn(session);
    if (!stop?.aborted) {
      save(session, parts.out);
      await checkpoint(session);
      measured.after ??= await evaluatePolicy(
        await placeOf(session),
        trainer,
        options,
        'after',
        pause,
      );
    }
  } catch (error) {
    if (!stop?.aborted || error !== stop.reason) throw error;
  }
  const hash = save(session, parts.out);
  if (stop?.aborted && !measured.after) throw await interrupted(session);
  if (options.evalEvery !== undefined && measured.evaluations.at(-1)!.step < options.steps)
    take(session, options.steps, measured.after!);
  await checkpoint(session);
  const result = resultOf(session, hash, await placeOf(session));
  return { ...result, risk: await examine(session) };
}

/** Last of all: the operator drives on for it. */
async function examine(session: Session): Promise<RiskExam | null> {
  const { options, trainer, teachers } = session.parts;
  if (!options.examinesRisk) return null;
  return examineRisk(await placeOf(session), trainer, teachers, options);
}

/** Where it is measured. */
async function placeOf(session: Session): Promise<Environment> {
  const { factory, environmentOptions, evaluationOptions } = session.parts.options;
  session.place ??= await factory.create(evaluationOptions ?? environmentOptions);
  return session.place;
}

async function learn(session: Session): Promise<void> {
  const { options, loop, hooks } = session.parts;
  const bar = options.output.progress('training', options.steps);
  hooks.onStep = (step, note) => bar.update(step, note);
  hooks.between = (step) => between(session, step);
  hooks.onMetrics = (step, _time, values) =>
    session.events?.scalars(step, Date.now() / 1000, values);
  try {
    await loop.run();
  } finally {
    bar.stop();
  }
}

/** Between two steps: evaluations and checkpoints that are due. */
function between(session: Session, step: number): Promise<void> | undefined {
  const { measured, parts, savedAt, saveEvery } = session;
  const { evalEvery, clock, steps } = parts.options;
  const last = measured.evaluations.at(-1)?.step ?? 0;
  const toEvaluate =
    evalEvery !== undefined && step % evalEvery === 0 && step > last && step < steps;
  if (toEvaluate) return evaluateNow(session, step);
  const toSave = parts.kept !== undefined && clock() - savedAt >= saveEvery;
  return toSave ? checkpoint(session) : undefined;
}

async function evaluateNow(session: Session, step: number): Promise<void> {
  const { options, trainer } = session.parts;
  const place = await placeOf(session);
  const pause = createPause(options.clock, options.stop);
  take(session, step, await evaluatePolicy(place, trainer, options, `${step} steps`, pause));
}

/** A point of the evaluations; the policy is kept where it is the best so far. */
function take(session: Session, step: number, { summary }: Evaluation): void {
  const { measured, parts, events } = session;
  const point = pointOf(step, summary);
  measured.evaluations.push(point);
  if (isBetter(point, measured.best)) {
    measured.best = point;
    save(session, filesBeside(parts.out).best);
  }
  const values = metricsOf(point);
  parts.kept?.metrics(step, parts.loop.time, { ...values, ...parts.trainer.report() });
  events?.scalars(step, Date.now() / 1000, values as Values);
  writeCurve(parts.out, parts.loop.result, measured.evaluations);
}

/** Nothing without a data folder. */
async function checkpoint(session: Session): Promise<void> {
  const { parts, measured, started } = session;
  const { options, trainer, loop, memory, kept } = parts;
  if (!kept) return;
  const begun = options.clock();
  const seconds = measured.seconds + (begun - started) / 1000;
  const training: SavedTraining = {
    settings: settingsOf(options),
    loop: loop.save(),
    teachers: memory.teachers.save(),
    actor: memory.actor.save(),
    measured: { ...measured, seconds },
  };
  await kept.save(trainer.save(), training, { open: loop.open, time: loop.time });
  session.savedAt = options.clock();
  const took = session.savedAt - begun;
  session.saveEvery = Math.max(CHECKPOINT_EVERY, took / CHECKPOINT_SHARE);
}

/** The present policy; returns the SHA-256 of its file. */
function save({ parts }: Session, path: string): string {
  const { env, options, trainer } = parts;
  const bytes = writePolicyFile(path, {
    environmentId: env.id,
    observationSize: env.observationSpace.size,
    observationNames: namesOf(env.observationSpace),
    snapshot: trainer.snapshot(),
    meta: {
      preset: options.preset,
      ...(options.policy ? { startedFrom: options.policy.file } : {}),
      teacher: options.teachers.join(','),
      seed: options.seed,
      steps: options.steps,
      labels: options.labels,
    },
  });
  return createHash('sha256').update(bytes).digest('hex');
}

async function interrupted(session: Session): Promise<Interrupted> {
  const { options, loop, kept, out } = session.parts;
  const { result } = loop;
  const { curve } = writeCurve(out, result, session.measured.evaluations);
  await checkpoint(session);
  const again = kept
    ? `; go on with reins train --data ${options.keep!.folder} --resume ${kept.id}`
    : '';
  return new Interrupted(
    `stopped after ${result.environmentSteps} of ${options.steps} steps: the policy is in ${out}, the curve in ${curve}${again}`,
  );
}

function resultOf(
  { parts, measured, started }: Session,
  snapshotHash: string,
  place: Environment,
): Omit<TrainResult, 'risk'> {
  const { options, trainer, teachers, loop, kept, out } = parts;
  const { result } = loop;
  const metrics = { ...trainer.report() };
  const { best } = measured;
  const [before, after] = [measured.before!, measured.after!];
  return {
    env: options.factory.id,
    preset: options.preset,
    teacher: options.teachers.join(','),
    seed: options.seed,
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
    backend: trainer.backend.name,
    wallSeconds: measured.seconds + (options.clock() - started) / 1000,
    rewardModel: {
      accuracy: metrics['reward/accuracy'] ?? null,
      ceiling: 'reward/accuracy' in metrics ? (teachers.preference?.ceiling ?? null) : null,
      measuredCeiling:
        metrics['reward/repeats']! >= FEWEST_REPEATS ? metrics['reward/ceiling']! : null,
      pearson: rewardCorrelation(trainer, result.store),
      epic: rewardDistance(place, trainer, options),
    },
    metrics,
    finalMetrics: { before: meanMetrics(before), after: meanMetrics(after) },
    curve: result.curve,
    evaluations: measured.evaluations,
    best: best ? { step: best.step, snapshot: filesBeside(out).best } : null,
    run: kept?.id ?? null,
    snapshot: out,
    snapshotHash,
  };
}

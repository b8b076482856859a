/** What a training carries from step to step, and how it is saved. */
import type { Episode, Feedback, Policy, Query } from '../../agent/contract.ts';
import { createEpisodeRecorder, type EpisodeRecorder } from '../../agent/episode/recorder.ts';
import {
  createEpisodeStore,
  type EpisodeStore,
  type SavedStore,
} from '../../agent/episode/store.ts';
import type { LabelSchedule } from '../../agent/queries/config.ts';
import type { Trainer } from '../../agent/trainer/contract.ts';
import type { Environment, EnvironmentFactory, EnvState, TimeStep } from '../../sim/contract.ts';
import { memoryOf, streamOf } from '../../sim/memory.ts';
import { createRandom, type Random } from '../../sim/random.ts';
import type { Pause } from '../pause.ts';
import type { RollCounterfactual, RollPredictions, Teachers } from './teachers.ts';

export interface LoopOptions {
  readonly env: Environment;
  readonly factory: EnvironmentFactory;
  readonly trainer: Trainer;
  readonly teachers: Teachers;
  readonly policy: Policy;
  readonly runId: string;
  readonly configHash: string;
  readonly steps: number;
  /** Answers of the preference teacher, and presses of the scalar teacher, at most. */
  readonly labels: number;
  /** How the preference teacher's answers are spread over the run. */
  readonly schedule: LabelSchedule;
  readonly seed: number;
  /** Rolls out what the policy would have done from a takeover; absent: takeovers have no counterfactual. */
  readonly counterfactual?: RollCounterfactual;
  /** Rolls out this many held actions from each step of a takeover. Absent: takeovers have no predictions. */
  readonly predictions?: { readonly roll: RollPredictions; readonly steps: number };
  /** After every publication of a policy. */
  readonly onPublish?: () => void;
  readonly onStep: (step: number, note: string) => void;
  /** Before the step that follows `step` whole ones; may change nothing that the training depends on. */
  readonly between?: (step: number) => Promise<void> | undefined;
  readonly pause?: Pause;
  /** Ends the run early, in order. */
  readonly stop?: AbortSignal | undefined;
  /** Hears all that a run keeps; absent: it is kept nowhere. */
  readonly log?: RunLog | undefined;
}

/** Episodes are views that the next step may change. */
export interface RunLog {
  /** Experience that is over, a counterfactual or predictions. */
  episode(episode: Episode): void;
  feedback(feedback: Feedback): void;
  query(query: Query): void;
  /** A policy, with ids of the feedback that it has learned from first, and of what nothing learns from. */
  published(version: number, applied: readonly string[], unused: readonly string[]): void;
  /** Of every point of the curve; `time` in simulated ms. */
  metrics(step: number, time: number, values: Readonly<Record<string, number>>): void;
  /** Resolves once all of it is on disk. */
  written(): Promise<void>;
}

/** Of the takeovers with a counterfactual: what they spared, and how many spared nothing. */
export interface PreventedTotals {
  takeovers: number;
  cost: number;
  failures: number;
  unneeded: number;
}

/** Running totals after `step` environment steps. */
export interface CurvePoint {
  readonly step: number;
  readonly expertSteps: number;
  readonly takeovers: number;
  readonly labels: number;
  readonly cost: number;
  /** Did the alarm for reward hacking stand then? */
  readonly alarm: boolean;
}

/** Plain data: all of it is saved as it is. */
function firstTotals() {
  return {
    /** Whole steps, and episodes begun. */
    step: 0,
    episode: 0,
    /** The step is made, and what it allows to learn is not learned yet. */
    isLearning: false,
    /** It ended the episode. */
    isOver: false,
    /** Nothing is left to do, and what was learned is published. */
    isDone: false,
    /** Steps of the open episode that the trainer has seen. */
    sent: 0,
    /** First step of the takeover that is going on; -1: none. */
    takeover: -1,
    /** The environment where it began, when its counterfactual or predictions are wanted. */
    takenAt: undefined as EnvState | undefined,
    prevented: { takeovers: 0, cost: 0, failures: 0, unneeded: 0 } as PreventedTotals,
    expertSteps: 0,
    takeovers: 0,
    /** Pieces of feedback said so far. */
    said: 0,
    answers: 0,
    /** Answers under way, and the step they arrive at. */
    onTheWay: [] as { due: number; feedback: Feedback }[],
    presses: 0,
    cost: 0,
    updates: 0,
    curve: [] as CurvePoint[],
    /** What updates reported since the last point of the curve. */
    sums: {} as Record<string, { total: number; n: number }>,
    /** The newest episodes that the policy drove alone. */
    recent: [] as { return: number; success: number; cost: number; length: number }[],
  };
}

export interface State {
  readonly recorder: EpisodeRecorder;
  readonly store: EpisodeStore;
  readonly random: Random;
  readonly totals: ReturnType<typeof firstTotals>;
  ts: TimeStep;
}

export function createState({ env, factory, runId, configHash, seed, log }: LoopOptions): State {
  return {
    recorder: createEpisodeRecorder({
      runId,
      environmentId: env.id,
      configHash,
      observationSize: env.observationSpace.size,
      actionSize: env.actionSpace.size,
      bodies: env.scene.bodies.length,
      keepPoses: log !== undefined, // to be seen in a page later
    }),
    store: createEpisodeStore({ maxSteps: 200_000 }),
    random: createRandom(seed, 21),
    totals: firstTotals(),
    ts: env.reset(factory.trainSeeds.start),
  };
}

/** Simulated ms since the run began. */
export function clock({ env }: LoopOptions, { totals }: State): number {
  return Math.round(totals.step * env.controlDt * 1000);
}

/** All but the steps of finished episodes, which are on disk, and the trainer's own checkpoint. */
export interface SavedLoop {
  readonly totals: unknown;
  readonly random: unknown;
  readonly recorder: unknown;
  readonly world: EnvState;
  readonly store: SavedStore;
}

export function saveState({ env }: LoopOptions, state: State): SavedLoop {
  return {
    totals: memoryOf(state.totals).save(),
    random: streamOf(state.random).save(),
    recorder: state.recorder.memory.save(),
    world: env.saveState(),
    store: state.store.save(),
  };
}

/** `episodes`: those that the saved state names. */
export function restoreState(
  { env }: LoopOptions,
  state: State,
  saved: SavedLoop,
  episodes: ReadonlyMap<string, Episode>,
): void {
  memoryOf(state.totals).load(saved.totals);
  streamOf(state.random).load(saved.random);
  state.recorder.memory.load(saved.recorder);
  state.store.load(saved.store, episodes);
  state.ts = env.loadState(saved.world);
}

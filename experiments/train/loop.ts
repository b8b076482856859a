/**
 * Headless training in one thread: acts, lets the synthetic teachers speak, learns and publishes,
 * the way actors, server and learner thread do together in `reins serve`. Its clock is the simulated
 * one, so that the same seed gives the same log.
 */

import { type Prevented, prevented } from '../../agent/acting/counterfactual.ts';
import { createPolicy } from '../../agent/acting/policy.ts';
import type { Episode, Feedback, Policy, Trainer } from '../../agent/contract.ts';
import { createEpisodeRecorder, type EpisodeRecorder } from '../../agent/episode/recorder.ts';
import { createEpisodeStore, type EpisodeStore } from '../../agent/episode/store.ts';
import { type LabelSchedule, labelsDue } from '../../agent/queries/config.ts';
import type { Environment, EnvironmentFactory, EnvState, TimeStep } from '../../sim/contract.ts';
import { createRandom, type Random } from '../../sim/random.ts';
import { breathe } from '../output.ts';
import {
  createFeedbackWriter,
  type RollCounterfactual,
  type RollPredictions,
  type Teachers,
} from './teachers.ts';

/** Steps that go to the trainer at once, as an actor sends them. */
const OBSERVE_EVERY = 10;
/** Updates between two published snapshots. */
const PUBLISH_EVERY = 20;
/** Questions answered in one sitting. */
const SITTING = 10;
/** Points of the curve over a run, at most; runs of up to 10,000 steps have one every 100. */
const CURVE_POINTS = 100;
/** A budget so large that rounding does not matter. */
const WHOLE = 1e6;
/** Share of the steps before the first questions: there must be something to compare. */
const FIRST_SITTING = 0.05;

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
  /** Ends the run early, in order. */
  readonly stop?: AbortSignal | undefined;
}

export interface LoopResult {
  readonly environmentSteps: number;
  readonly expertSteps: number;
  readonly takeovers: number;
  readonly labels: number;
  readonly episodes: number;
  readonly trainingCost: number;
  readonly updates: number;
  readonly store: EpisodeStore;
  readonly curve: readonly CurvePoint[];
  readonly prevented: Readonly<PreventedTotals>;
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

/** What one loop carries from step to step. */
interface State {
  readonly recorder: EpisodeRecorder;
  readonly store: EpisodeStore;
  readonly random: Random;
  ts: TimeStep;
  episode: number;
  /** Steps of the open episode that the trainer has seen. */
  sent: number;
  /** First step of the takeover that is going on; -1: none. */
  takeover: number;
  /** The environment where it began, when its counterfactual or predictions are wanted. */
  takenAt: EnvState | undefined;
  readonly prevented: PreventedTotals;
  expertSteps: number;
  takeovers: number;
  answers: number;
  /** Answers under way, and the step they arrive at. */
  readonly onTheWay: { due: number; feedback: Feedback }[];
  presses: number;
  cost: number;
  updates: number;
  lastSuccess: number;
  step: number;
  readonly curve: CurvePoint[];
}

/** Runs `steps` environment steps. */
export async function runLoop(options: LoopOptions): Promise<LoopResult> {
  const { env, teachers, policy, stop } = options;
  const state = createState(options);
  const write = createFeedbackWriter(options.runId, () => clock(options, state));
  const wanted = new Float32Array(env.actionSpace.size);
  const executed = new Float32Array(env.actionSpace.size);
  beginEpisode(options, state);
  for (state.step = 1; state.step <= options.steps && !stop?.aborted; state.step++) {
    policy.act(state.ts.observation, wanted, 'sample');
    teachers.see(state.ts.observation);
    const human = teachers.override?.intervene(wanted, executed) ?? false;
    if (!human) executed.set(wanted);
    const at = state.ts.step;
    if (human && state.takeover < 0) {
      state.takeover = at;
      state.takeovers++;
      if (options.counterfactual || options.predictions) state.takenAt = env.saveState();
    }
    if (!human && state.takeover >= 0) endTakeover(options, state, write, at);
    state.ts = env.step(executed);
    const source = human ? 'human' : 'policy';
    state.recorder.step(env, state.ts, executed, wanted, source, policy.version);
    if (human) state.expertSteps++;
    state.cost += state.ts.info.cost;
    press(options, state, write, at);
    const over = state.ts.kind === 'last';
    if (over && state.takeover >= 0) endTakeover(options, state, write, state.ts.step);
    if (over) {
      state.recorder.end(state.ts.discount === 0 ? 'terminated' : 'truncated');
      teachers.preference?.watch?.(state.recorder.episode());
      state.lastSuccess = state.ts.info.success ? 1 : 0;
    }
    if (over || state.recorder.length - state.sent >= OBSERVE_EVERY) send(options, state);
    deliver(options, state, state.step);
    answer(options, state, write);
    learn(options, state);
    if (over) beginEpisode(options, state);
    trace(options, state);
    if (state.step % 25 === 0) {
      options.onStep(state.step, note(state));
      await breathe();
    }
  }
  send(options, state);
  deliver(options, state, Number.POSITIVE_INFINITY);
  learn(options, state);
  publish(options);
  return {
    environmentSteps: state.step - 1,
    expertSteps: state.expertSteps,
    takeovers: state.takeovers,
    labels: state.answers + state.presses,
    episodes: state.episode,
    trainingCost: state.cost,
    updates: state.updates,
    store: state.store,
    curve: state.curve,
    prevented: state.prevented,
  };
}

/** A point of the curve every 100 steps, further apart in long runs, and at the end. */
function trace(options: LoopOptions, state: State): void {
  const every = 100 * Math.ceil(options.steps / (100 * CURVE_POINTS));
  if (state.step % every !== 0 && state.step !== options.steps) return;
  const { step, expertSteps, takeovers, cost } = state;
  const labels = state.answers + state.presses;
  const alarm = options.trainer.report()['reward/hackingAlarm'] === 1;
  state.curve.push({ step, expertSteps, takeovers, labels, cost, alarm });
}

function createState(options: LoopOptions): State {
  const { env } = options;
  return {
    recorder: createEpisodeRecorder({
      runId: options.runId,
      environmentId: env.id,
      configHash: options.configHash,
      observationSize: env.observationSpace.size,
      actionSize: env.actionSpace.size,
      bodies: env.scene.bodies.length,
    }),
    store: createEpisodeStore({ maxSteps: 200_000 }),
    random: createRandom(options.seed, 21),
    ts: env.reset(options.factory.trainSeeds.start),
    episode: 0,
    sent: 0,
    takeover: -1,
    takenAt: undefined,
    prevented: { takeovers: 0, cost: 0, failures: 0, unneeded: 0 },
    expertSteps: 0,
    takeovers: 0,
    answers: 0,
    onTheWay: [],
    presses: 0,
    cost: 0,
    updates: 0,
    lastSuccess: 0,
    step: 0,
    curve: [],
  };
}

/** Simulated ms since the run began. */
function clock(options: LoopOptions, state: State): number {
  return Math.round(state.step * options.env.controlDt * 1000);
}

function beginEpisode(options: LoopOptions, state: State): void {
  const { start, count } = options.factory.trainSeeds;
  const seed = start + state.random.integer(count);
  state.ts = options.env.reset(seed);
  const id = `${options.runId}-e${state.episode++}`;
  state.recorder.begin(id, seed, clock(options, state), options.env, state.ts);
  options.teachers.override?.reset(seed);
  state.sent = 0;
  state.takeover = -1;
}

/** New steps of the open episode to the trainer. */
function send(options: LoopOptions, state: State): void {
  const episode = state.recorder.episode();
  if (episode.length === state.sent && episode.end === 'open') return;
  options.trainer.observe(episode, state.sent, episode.length);
  state.store.append(episode, state.sent, episode.length);
  state.sent = episode.length;
}

type Write = ReturnType<typeof createFeedbackWriter>;

/** Feedback follows the steps it is about. */
function endTakeover(options: LoopOptions, state: State, write: Write, to: number): void {
  send(options, state);
  const episode = state.recorder.episode();
  const from = state.takeover;
  const branch =
    state.takenAt &&
    options.counterfactual?.(episode, from, to, state.takenAt, clock(options, state));
  // Nothing new to learn a value from: it is there for the override to refer to.
  if (branch) options.trainer.observe(branch, branch.length, branch.length);
  if (branch) tally(state, prevented(branch, episode, from));
  const predictions = predict(options, state, episode, to);
  options.trainer.feedback(
    write('override', {
      kind: 'override',
      episodeId: episode.id,
      from,
      to,
      ...(branch ? { counterfactual: { episodeId: branch.id, from: 0, to: branch.length } } : {}),
      ...(predictions ? { predictions } : {}),
    }),
  );
  state.takeover = -1;
  state.takenAt = undefined;
}

/** Where the agent's actions during the takeover would have led; the trainer has them when told of it. */
function predict(options: LoopOptions, state: State, episode: Episode, to: number) {
  if (!options.predictions || !state.takenAt) return undefined;
  const { roll, steps } = options.predictions;
  const now = clock(options, state);
  const predicted = roll(episode, state.takeover, to, state.takenAt, steps, now);
  const { length } = predicted.episode;
  options.trainer.observe(predicted.episode, length, length);
  return predicted.segments;
}

function press(options: LoopOptions, state: State, write: Write, step: number): void {
  if (!options.teachers.scalar || state.presses >= options.labels) return;
  const episode = state.recorder.episode();
  const pressed = options.teachers.scalar.observe(episode, step);
  if (!pressed) return;
  send(options, state);
  options.trainer.feedback(write('scalar', { kind: 'reward', episodeId: episode.id, ...pressed }));
  state.presses++;
}

/** Sittings are spread over the run as the schedule says, the first after a short start. */
function answer(options: LoopOptions, state: State, write: Write): void {
  const teacher = options.teachers.preference;
  if (!teacher || state.answers >= options.labels) return;
  const first = FIRST_SITTING * options.steps;
  const share = (state.step - first) / (0.85 * options.steps - first);
  if (share < 0) return;
  const sittings = Math.ceil(options.labels / SITTING);
  const { schedule } = options;
  const part = schedule === 'constant' ? share : labelsDue(schedule, share, WHOLE) / WHOLE;
  const due = Math.min(options.labels, SITTING * (1 + Math.floor(part * sittings)));
  if (state.answers >= due) return;
  const now = clock(options, state);
  for (const query of options.trainer.nextQueries(due - state.answers, now)) {
    if (query.segments.some((s) => state.store.get(s.episodeId) === undefined)) continue;
    const body = teacher.reply
      ? teacher.reply(query, state.store)
      : teacher.answer(query, state.store);
    const due = state.step + Math.round((teacher.delaySeconds ?? 0) / options.env.controlDt);
    if (body) state.onTheWay.push({ due, feedback: write('preference', body, query.id) });
    state.answers++;
  }
  deliver(options, state, state.step);
}

/** Answers reach the trainer when their time has come; learning does not wait for them. */
function deliver(options: LoopOptions, state: State, until: number): void {
  while (state.onTheWay[0] && state.onTheWay[0].due <= until) {
    const { feedback } = state.onTheWay.shift()!;
    const at = clock(options, state);
    options.trainer.feedback({
      ...feedback,
      answeredAt: at,
      receivedAt: at,
      responseMs: at - feedback.shownAt,
    });
  }
}

/** The trainer knows how much work a step is worth; here it gets all the time it wants. */
function learn(options: LoopOptions, state: State): void {
  while (options.trainer.update() !== undefined) {
    state.updates++;
    if (state.updates % PUBLISH_EVERY === 0) publish(options);
  }
}

function publish(options: LoopOptions): void {
  options.policy.setSnapshot(options.trainer.publish().snapshot);
  options.onPublish?.();
}

/** What a takeover spared, for the totals. */
function tally(state: State, spared: Prevented): void {
  state.prevented.takeovers++;
  state.prevented.cost += spared.cost;
  if (spared.failure) state.prevented.failures++;
  if (spared.unneeded) state.prevented.unneeded++;
}

function note(state: State): string {
  const words = [`episode ${state.episode}`, `updates ${state.updates}`];
  if (state.expertSteps > 0) words.push(`expert steps ${state.expertSteps}`);
  if (state.answers + state.presses > 0) words.push(`labels ${state.answers + state.presses}`);
  return words.join(' · ');
}

/** A policy that acts from the trainer's current snapshot. */
export function policyOf(trainer: Trainer, seed: number, stream: number): Policy {
  return createPolicy(trainer.snapshot(), createRandom(seed, stream));
}

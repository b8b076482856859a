/**
 * Headless training in one thread: acts, lets the synthetic teachers speak, learns and publishes,
 * the way actors, server and learner thread do together in `reins serve`. Its clock is the simulated
 * one, so that the same seed gives the same log.
 */

import { createPolicy } from '../../agent/acting/policy.ts';
import type { Episode, Policy } from '../../agent/contract.ts';
import type { EpisodeStore } from '../../agent/episode/store.ts';
import type { Trainer } from '../../agent/trainer/contract.ts';
import type { Random } from '../../sim/random.ts';
import { answer, deliver, press } from './answers.ts';
import { send } from './say.ts';
import {
  type CurvePoint,
  clock,
  createState,
  type LoopOptions,
  type PreventedTotals,
  restoreState,
  type SavedLoop,
  type State,
  saveState,
} from './state.ts';
import { endTakeover } from './takeover.ts';

/** Steps that go to the trainer at once, as an actor sends them. */
const OBSERVE_EVERY = 10;
/** Updates between two published snapshots. */
const PUBLISH_EVERY = 20;
/** Points of the curve over a run, at most; runs of up to 10,000 steps have one every 100. */
const CURVE_POINTS = 100;
/** Steps between two words of progress. */
const TOLD_EVERY = 25;
/** Episodes that the averages of the run's figures cover. */
const WINDOW = 20;

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

export interface Loop {
  /** Makes the steps that are missing; ends early, between two pieces of work, once `stop` says so. */
  run(): Promise<void>;
  /** So far. */
  readonly result: LoopResult;
  /** The open episode; undefined before the first. */
  readonly open: Episode | undefined;
  /** Simulated ms since the run began. */
  readonly time: number;
  /** All of it between two pieces of work, to go on exactly from there. */
  save(): SavedLoop;
  /** @param episodes those that the saved state names */
  load(saved: SavedLoop, episodes: ReadonlyMap<string, Episode>): void;
}

export function createLoop(options: LoopOptions): Loop {
  const state = createState(options);
  const { totals } = state;
  return {
    run: () => runLoop(options, state),
    get result() {
      return resultOf(state);
    },
    get open() {
      return totals.episode === 0 ? undefined : state.recorder.episode();
    },
    get time() {
      return clock(options, state);
    },
    save: () => saveState(options, state),
    load: (saved, episodes) => restoreState(options, state, saved, episodes),
  };
}

async function runLoop(options: LoopOptions, state: State): Promise<void> {
  const { totals } = state;
  const { env, stop } = options;
  if (totals.isDone) return;
  const wanted = new Float32Array(env.actionSpace.size);
  const executed = new Float32Array(env.actionSpace.size);
  if (totals.episode === 0) beginEpisode(options, state);
  while (totals.isLearning || totals.step < options.steps) {
    if (!totals.isLearning) {
      await options.between?.(totals.step);
      if (stop?.aborted) return;
      act(options, state, wanted, executed);
    }
    await learn(options, state);
    if (stop?.aborted && totals.isLearning) return;
    finishStep(options, state);
    await rest(options);
  }
  await conclude(options, state);
}

/** One step of the environment, and what the teachers say to it. */
function act(
  options: LoopOptions,
  state: State,
  wanted: Float32Array,
  executed: Float32Array,
): void {
  const { totals } = state;
  const { env, teachers, policy } = options;
  totals.step++;
  policy.act(state.ts.observation, wanted, 'sample');
  teachers.see(state.ts.observation);
  const human = teachers.override?.intervene(wanted, executed) ?? false;
  if (!human) executed.set(wanted);
  const at = state.ts.step;
  if (human && totals.takeover < 0) {
    totals.takeover = at;
    totals.takeovers++;
    if (options.counterfactual || options.predictions) totals.takenAt = env.saveState();
  }
  if (!human && totals.takeover >= 0) endTakeover(options, state, at);
  state.ts = env.step(executed);
  const source = human ? 'human' : 'policy';
  state.recorder.step(env, state.ts, executed, wanted, source, policy.version);
  if (human) totals.expertSteps++;
  totals.cost += state.ts.info.cost;
  press(options, state, at);
  totals.isOver = state.ts.kind === 'last';
  if (totals.isOver && totals.takeover >= 0) endTakeover(options, state, state.ts.step);
  if (totals.isOver) {
    state.recorder.end(state.ts.discount === 0 ? 'terminated' : 'truncated');
    teachers.preference?.watch?.(state.recorder.episode());
  }
  if (totals.isOver || state.recorder.length - totals.sent >= OBSERVE_EVERY) send(options, state);
  deliver(options, state, totals.step);
  answer(options, state);
  totals.isLearning = true;
}

/** The trainer knows how much work a step is worth; here it gets all the time it wants, until it is stopped. */
async function learn(options: LoopOptions, state: State): Promise<void> {
  const { totals } = state;
  while (!options.stop?.aborted) {
    const metrics = options.trainer.update();
    if (metrics === undefined) {
      totals.isLearning = false;
      return;
    }
    for (const [name, value] of Object.entries(metrics)) {
      const sum = (totals.sums[name] ??= { total: 0, n: 0 });
      sum.total += value;
      sum.n++;
    }
    totals.updates++;
    if (totals.updates % PUBLISH_EVERY === 0) publish(options);
    await rest(options);
  }
}

function finishStep(options: LoopOptions, state: State): void {
  const { totals } = state;
  if (totals.isOver) {
    const episode = state.recorder.episode();
    options.log?.episode(episode);
    remember(state, episode);
    beginEpisode(options, state);
  }
  trace(options, state);
  if (totals.step % TOLD_EVERY === 0) options.onStep(totals.step, note(state));
}

/** Waits where it is time to. */
async function rest({ pause, log }: LoopOptions): Promise<void> {
  const waiting = pause?.();
  if (!waiting) return;
  await waiting;
  await log?.written();
}

/** What is still under way arrives, and what it teaches is learned. */
async function conclude(options: LoopOptions, state: State): Promise<void> {
  send(options, state);
  deliver(options, state, Number.POSITIVE_INFINITY);
  await learn(options, state);
  if (options.stop?.aborted) return;
  publish(options);
  state.totals.isDone = true;
}

/** A point of the curve every 100 steps, further apart in long runs, and at the end. */
function trace(options: LoopOptions, state: State): void {
  const { totals } = state;
  const every = 100 * Math.ceil(options.steps / (100 * CURVE_POINTS));
  if (totals.step % every !== 0 && totals.step !== options.steps) return;
  const { step, expertSteps, takeovers, cost } = totals;
  const labels = totals.answers + totals.presses;
  const report = options.trainer.report();
  const alarm = report['reward/hackingAlarm'] === 1;
  totals.curve.push({ step, expertSteps, takeovers, labels, cost, alarm });
  options.log?.metrics(step, clock(options, state), { ...figures(state), ...report });
}

/** Means of what updates reported since the last point, and of the newest episodes. */
function figures({ totals }: State): Record<string, number> {
  const entries = Object.entries(totals.sums).map(([name, { total, n }]) => [name, total / n]);
  totals.sums = {};
  for (const name of ['return', 'success', 'cost', 'length'] as const) {
    const sum = totals.recent.reduce((all, episode) => all + episode[name], 0);
    if (totals.recent.length > 0) entries.push([`episode/${name}`, sum / totals.recent.length]);
  }
  return Object.fromEntries(entries);
}

/** An operator's episodes would flatter the policy. */
function remember({ totals }: State, { summary, length, sources }: Episode): void {
  if (sources.some((source) => source !== 0)) return;
  const { return: total = 0, success = 0, cost = 0 } = summary;
  totals.recent.push({ return: total, success, cost, length });
  if (totals.recent.length > WINDOW) totals.recent.shift();
}

function beginEpisode(options: LoopOptions, state: State): void {
  const { totals } = state;
  const { start, count } = options.factory.trainSeeds;
  const seed = start + state.random.integer(count);
  state.ts = options.env.reset(seed);
  const id = `${options.runId}-e${totals.episode++}`;
  state.recorder.begin(id, seed, clock(options, state), options.env, state.ts);
  options.teachers.override?.reset(seed);
  totals.sent = 0;
  totals.takeover = -1;
}

function publish(options: LoopOptions): void {
  const { snapshot, appliedFeedback, unusedFeedback } = options.trainer.publish();
  options.policy.setSnapshot(snapshot);
  options.log?.published(snapshot.version, appliedFeedback, unusedFeedback);
  options.onPublish?.();
}

function note({ totals }: State): string {
  const words = [`episode ${totals.episode}`, `updates ${totals.updates}`];
  if (totals.expertSteps > 0) words.push(`expert steps ${totals.expertSteps}`);
  const labels = totals.answers + totals.presses;
  if (labels > 0) words.push(`labels ${labels}`);
  return words.join(' · ');
}

function resultOf({ totals, store }: State): LoopResult {
  return {
    environmentSteps: totals.step,
    expertSteps: totals.expertSteps,
    takeovers: totals.takeovers,
    labels: totals.answers + totals.presses,
    episodes: totals.episode,
    trainingCost: totals.cost,
    updates: totals.updates,
    store,
    curve: totals.curve,
    prevented: totals.prevented,
  };
}

/** A policy that acts from the trainer's current snapshot. */
export function policyOf(trainer: Trainer, random: Random): Policy {
  return createPolicy(trainer.snapshot(), random);
}

/**
 * Drift of behaviour: whether what is observed, what the policy does there and the reward that the model predicts
 * for it are distributed in the newest episodes as they were in those before them.
 *
 * A policy that learns moves all of it by itself: there the reference follows at a distance, and how far behaviour
 * moved is told without an alarm. A finished policy keeps its first reference for good: what moves there is the world.
 */

import { createRandom } from '../../sim/random.ts';
import { isPersons } from '../action-source.ts';
import type { Checkpoint, Episode, RewardModel } from '../contract.ts';
import type { Metrics, MetricValues } from '../metrics.ts';
import { createShiftTest, type Shift, type ShiftTest } from './shift.ts';

/** What of behaviour may drift, by the names of its metrics: `drift/observation`. */
export const DRIFT_PARTS = ['observation', 'action', 'reward'] as const;
export type DriftPart = (typeof DRIFT_PARTS)[number];

/** Newest episodes, and those before them that they are held against. */
export const DRIFT_WINDOW = 8;
export const DRIFT_REFERENCE = 32;
/** Steps that an episode is judged by, evenly spread over those that the policy acted. */
const ROWS = 32;
/** Times the largest difference within the reference; tests/bench/drift.ts measures how often that alarms for nothing. */
const FACTOR = 2.5;
/** The same episodes have the same limits. */
const SEED = 1;
/** Share of the limit below which an alarm ends: one at the limit does not come and go. */
const REST = 0.8;

export interface PartDrift extends Shift {
  readonly part: DriftPart;
  readonly isMoved: boolean;
}

export interface BehaviourDrift {
  /** When the oldest of the newest episodes began, ms since epoch. */
  readonly since: number;
  readonly parts: readonly PartDrift[];
}

export interface DriftWatch {
  /** A finished episode of experience; one that is known already changes nothing. */
  add(episode: Episode): void;
  /** Of the newest episodes; undefined: there are too few yet. */
  readonly drift: BehaviourDrift | undefined;
  report(): Metrics;
  save(): Checkpoint;
  load(checkpoint: Checkpoint): void;
}

interface Entry {
  readonly id: string;
  readonly startedAt: number;
  /** (n, d) and (n, k) */
  readonly observations: Float32Array;
  readonly actions: Float32Array;
}

/** In the order of time. */
interface Episodes {
  reference: Entry[];
  /** Between reference and newest. */
  passed: Entry[];
  newest: Entry[];
}

type Told = Omit<Entry, 'observations' | 'actions'>;

export interface DriftOptions {
  /** Numbers of an observation and of an action. */
  readonly sizes: { readonly observation: number; readonly action: number };
  /** Absent: no reward is learned. */
  readonly model?: Pick<RewardModel, 'version' | 'predict'> | undefined;
  /** The policy learns: the reference follows it, and nothing alarms. */
  readonly isLearning: boolean;
}

export function createDriftWatch({ sizes, model, isLearning }: DriftOptions): DriftWatch {
  let episodes: Episodes = { reference: [], passed: [], newest: [] };
  let tests: Partial<Record<DriftPart, ShiftTest>> = {};
  /** Of the reward model that the test of rewards is in the eyes of. */
  let version = 0;
  const moved = new Set<DriftPart>();
  let drift: BehaviourDrift | undefined;

  const rowsOf: Readonly<Record<DriftPart, (entry: Entry) => Float32Array>> = {
    observation: ({ observations }) => observations,
    action: ({ actions }) => actions,
    reward({ observations, actions }) {
      const n = actions.length / sizes.action;
      const rewards = new Float32Array(n);
      model!.predict(observations, actions, n, rewards);
      return rewards;
    },
  };
  const sizeOf = (part: DriftPart) => (part === 'reward' ? 1 : sizes[part]);

  function testOf(part: DriftPart): ShiftTest {
    const { reference, newest } = episodes;
    const size = sizeOf(part);
    const options = { size, window: DRIFT_WINDOW, factor: FACTOR, random: createRandom(SEED) };
    const test = createShiftTest(reference.map(rowsOf[part]), options);
    for (const entry of newest) test.add(rowsOf[part](entry));
    return test;
  }

  /** In the eyes of the reward model as it is now: its scale moves with every version. */
  function isCurrent(part: DriftPart): boolean {
    return part !== 'reward' || version === model?.version;
  }

  /** undefined: there is nothing to judge by yet. */
  function shiftOf(part: DriftPart, entry: Entry | undefined): Shift | undefined {
    if (part === 'reward' && !model?.version) return undefined;
    const known = isCurrent(part) ? tests[part] : undefined;
    if (known && entry) known.add(rowsOf[part](entry));
    const test = known ?? testOf(part);
    tests[part] = test;
    if (part === 'reward') version = model!.version;
    return test.shift();
  }

  function judge(entry?: Entry): void {
    const { newest } = episodes;
    const found = DRIFT_PARTS.flatMap((part) => {
      const shift = shiftOf(part, entry);
      return shift ? [{ ...shift, part }] : [];
    });
    for (const { part, ratio } of found) {
      if (ratio > 1 && !isLearning) moved.add(part);
      else if (ratio < REST) moved.delete(part);
    }
    const parts = found.map((shift) => ({ ...shift, isMoved: moved.has(shift.part) }));
    const told = { since: newest[0]!.startedAt, parts };
    drift = parts.length > 0 ? told : undefined;
  }

  /** A finished policy keeps the reference that it began with. */
  function renew(): void {
    const { reference, passed } = episodes;
    if (!isLearning) episodes.passed = [];
    else if (passed.length >= DRIFT_WINDOW) {
      episodes.reference = [...reference, ...passed].slice(-DRIFT_REFERENCE);
      episodes.passed = [];
      tests = {};
    }
  }

  return {
    get drift() {
      return drift;
    },
    add(episode) {
      const { reference, passed, newest } = episodes;
      const all = [...reference, ...passed, ...newest];
      if (episode.end === 'aborted' || all.some(({ id }) => id === episode.id)) return;
      const entry = sampled(episode);
      if (!entry) return;
      if (reference.length < DRIFT_REFERENCE) {
        reference.push(entry);
        return;
      }
      newest.push(entry);
      if (newest.length > DRIFT_WINDOW) passed.push(newest.shift()!);
      renew();
      judge(entry);
    },
    report: () => metricsOf(drift),
    save: () => saved(episodes, moved),
    load(checkpoint) {
      if (!checkpoint.meta.reference) return; // saved before there was one: the watch begins anew
      episodes = restored(checkpoint);
      tests = {};
      moved.clear();
      for (const part of checkpoint.meta.moved as DriftPart[]) moved.add(part);
      if (episodes.newest.length > 0) judge();
    },
  };
}

/** Copies of evenly spread steps of the policy; undefined: it acted on none. */
function sampled(episode: Episode): Entry | undefined {
  const { id, startedAt, sources, observationSize: d, actionSize: k } = episode;
  const own: number[] = [];
  for (let t = 0; t < episode.length; t++) if (!isPersons(sources[t])) own.push(t);
  if (own.length === 0) return undefined;
  const n = Math.min(ROWS, own.length);
  const observations = new Float32Array(n * d);
  const actions = new Float32Array(n * k);
  for (let i = 0; i < n; i++) {
    const t = own[Math.floor((i * own.length) / n)]!;
    observations.set(episode.observations.subarray(t * d, (t + 1) * d), i * d);
    actions.set(episode.actions.subarray(t * k, (t + 1) * k), i * k);
  }
  return { id, startedAt, observations, actions };
}

const RATIOS = {
  observation: 'drift/observation',
  action: 'drift/action',
  reward: 'drift/reward',
} as const satisfies Record<DriftPart, keyof MetricValues>;

function metricsOf(drift: BehaviourDrift | undefined): Metrics {
  if (!drift) return {};
  const values: MetricValues = { 'drift/since': drift.since };
  for (const { part, psi, limits, at, ratio, isMoved } of drift.parts) {
    values[RATIOS[part]] = ratio;
    values[`drift/${part}/psi`] = psi[at]!;
    values[`drift/${part}/limit`] = limits[at]!;
    values[`drift/${part}/component`] = at;
    values[`drift/${part}/alarm`] = isMoved ? 1 : 0;
  }
  return values;
}

const KINDS = ['reference', 'passed', 'newest'] as const;
const told = ({ id, startedAt }: Entry): Told => ({ id, startedAt });

function saved(episodes: Episodes, moved: ReadonlySet<DriftPart>): Checkpoint {
  const meta = Object.fromEntries(KINDS.map((kind) => [kind, episodes[kind].map(told)]));
  const arrays = KINDS.flatMap((kind) =>
    episodes[kind].flatMap(({ id, observations, actions }) => [
      [`${id}/observations`, observations.slice()] as const,
      [`${id}/actions`, actions.slice()] as const,
    ]),
  );
  return { meta: { ...meta, moved: [...moved] }, arrays: Object.fromEntries(arrays) };
}

function restored({ meta, arrays }: Checkpoint): Episodes {
  const of = (kind: (typeof KINDS)[number]) =>
    (meta[kind] as Told[]).map((entry) => ({
      ...entry,
      observations: (arrays[`${entry.id}/observations`] as Float32Array).slice(),
      actions: (arrays[`${entry.id}/actions`] as Float32Array).slice(),
    }));
  return { reference: of('reference'), passed: of('passed'), newest: of('newest') };
}

/**
 * Feedback as data to fit. A datum is a handful of parts (segments or single steps), each a run of
 * rows (observation, action scaled to [−1, 1]) with weights; a part's return is Σ weight · r̂.
 * Rows are copies, so that labels outlive the episodes they are about.
 */
import {
  type EnvironmentSpec,
  type Episode,
  type EpisodeSource,
  type Feedback,
  type Query,
  type Segment,
  SOURCE_CODE,
} from '../contract.ts';
import { scaleActions } from '../nn/actions.ts';
import type { FittedKind, RewardConfig } from './config.ts';
import { segmentRows, writeRow as writeStep } from './rows.ts';

interface DatumBase {
  readonly kind: FittedKind;
  readonly feedbackId: string;
  /** The teacher whose noise applies. */
  readonly teacherId: string;
  /** The member with this number never sees the datum in training. */
  readonly fold: number;
  /** (rows, d + k), raw observations. */
  readonly rows: Float32Array;
  /** Per row. */
  readonly weights: Float32Array;
  /** Rows of each part; they sum to `rows`. */
  readonly parts: readonly number[];
  /** The second part is drawn from the agent's own behaviour when a batch is made. */
  readonly opponent?: boolean;
}

export interface Comparison extends DatumBase {
  readonly kind: 'preference' | 'correction' | 'demonstration' | 'counterfactual';
  readonly choice: 'a' | 'b' | 'equal';
  readonly strength: number;
}
export interface Ranking extends DatumBase {
  readonly kind: 'ranking';
  readonly order: readonly number[];
}
export interface Rating extends DatumBase {
  readonly kind: 'rating';
  readonly score: number;
  readonly scale: number;
}
export interface Value extends DatumBase {
  readonly kind: 'reward' | 'critique';
  readonly value: number;
}
/** Parts alternate: the person's step, the policy's step at the same state. */
export interface StepPairs extends DatumBase {
  readonly kind: 'override';
}
/** Every part is one step. */
export interface Signed extends DatumBase {
  readonly kind: 'sign';
  readonly sign: 1 | -1;
}

export type Datum = Comparison | Ranking | Rating | Value | StepPairs | Signed;

/** Steps compared in one override datum. */
const OVERRIDE_PIECE = 8;
/**
 * Most steps taken, evenly spread, from the undisturbed stretch before a takeover as weak approval: the
 * person who took over was watching. It is a count of steps, whatever their duration. Episodes without a
 * takeover approve nothing.
 */
const APPROVED_STEPS = 16;
/** Actions of person and policy closer than this (scaled, per axis) say nothing about each other. */
const SAME_ACTION = 0.02;
/** What a terminal emergency stop says about the second before it. */
const ESTOP_VALUE = -1;

/** Two segments of different lengths: comparing them says where zero reward is. */
export function hasUnequalParts(datum: Datum): boolean {
  return datum.kind === 'preference' && datum.parts[0] !== datum.parts[1];
}

/** What tells a repetition of a training in one folder from the first, as in `train-reacher-sac-1.2-f7`. */
const REPETITION = /\.\d+(?=-f\d+$)/;

/**
 * FNV-1a: a fold that depends on nothing but the feedback's id. A repetition has the folds of the first: the same
 * seed gives the same model.
 */
export function foldOf(feedbackId: string, folds: number): number {
  const name = feedbackId.replace(REPETITION, '');
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % folds;
}

/** Turns feedback into data; returns an empty list for what is not fitted (skip, missing episodes …). */
export function createDataMaker(spec: EnvironmentSpec, config: RewardConfig) {
  const d = spec.observationSpace.size;
  const k = spec.actionSpace.size;
  const width = d + k;
  const seconds = (s: number) => Math.round(s / spec.controlDt);

  const writeRow = (
    e: Episode,
    step: number,
    actions: Float32Array,
    out: Float32Array,
    at: number,
  ) => writeStep(spec, e, step, actions, out, at);
  const segment = (s: Segment, episodes: EpisodeSource) =>
    segmentRows(spec, episodes.get(s.episodeId), s);

  function base(feedback: Feedback, pieces: readonly Float32Array[], teacherId?: string) {
    const rows = new Float32Array(pieces.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const piece of pieces) {
      rows.set(piece, at);
      at += piece.length;
    }
    return {
      feedbackId: feedback.id,
      teacherId: teacherId ?? feedback.teacherId,
      fold: foldOf(feedback.id, config.members),
      rows,
      weights: new Float32Array(rows.length / width).fill(1),
      parts: pieces.map((p) => p.length / width),
    };
  }

  function segments(list: readonly Segment[], episodes: EpisodeSource): Float32Array[] | undefined {
    const found = list.map((s) => segment(s, episodes));
    return found.every((rows) => rows !== undefined) ? (found as Float32Array[]) : undefined;
  }

  /** Two segments cut to their common length, the better one first, in pieces. */
  function better(
    feedback: Feedback,
    kind: 'correction' | 'counterfactual',
    good: Segment,
    bad: Segment,
    episodes: EpisodeSource,
  ): Datum[] {
    const data: Datum[] = [];
    const common = Math.min(good.to - good.from, bad.to - bad.from);
    for (let at = 0; at < common; at += config.pieceSteps) {
      const n = Math.min(config.pieceSteps, common - at);
      const cut = (s: Segment) => ({ ...s, from: s.from + at, to: s.from + at + n });
      const rows = segments([cut(good), cut(bad)], episodes);
      if (!rows) continue;
      const teacher = `${kind}/${feedback.teacherId}`;
      data.push({ ...base(feedback, rows, teacher), kind, choice: 'a', strength: 1 });
    }
    return data;
  }

  function reward(f: Extract<Feedback, { kind: 'reward' }>, episodes: EpisodeSource): Datum[] {
    // In an episode that has just begun, the key is about the first step: the person saw no earlier one.
    const last = Math.max(0, f.step - Math.max(1, seconds(config.creditFrom)));
    const first = Math.max(0, Math.min(last, f.step - seconds(config.creditTo)));
    const rows = segment({ episodeId: f.episodeId, from: first, to: last + 1 }, episodes);
    if (!rows) return [];
    const datum = base(f, [rows]);
    let sum = 0;
    for (let i = 0; i < datum.weights.length; i++) {
      const age = Math.max(0, (f.step - first - i) * spec.controlDt - config.creditFrom);
      datum.weights[i] = config.creditDensity === 'gamma' ? gammaDensity(age) : 1;
      sum += datum.weights[i]!;
    }
    for (let i = 0; i < datum.weights.length; i++) datum.weights[i]! /= sum;
    return [{ ...datum, kind: 'reward', value: f.value }];
  }

  function critique(
    feedback: Feedback,
    s: Segment,
    value: number,
    episodes: EpisodeSource,
  ): Datum[] {
    const rows = segment(s, episodes);
    if (!rows) return [];
    const datum = base(feedback, [rows]);
    datum.weights.fill(1 / datum.weights.length);
    return [{ ...datum, kind: 'critique', value }];
  }

  /** One row per step in `steps`, each a part of its own, all called good or bad. */
  function signs(feedback: Feedback, e: Episode, steps: readonly number[], sign: 1 | -1): Datum[] {
    if (steps.length === 0) return [];
    const rows = steps.map((t) => {
      const row = new Float32Array(width);
      writeRow(e, t, e.actions, row, 0);
      return row;
    });
    return [{ ...base(feedback, rows), kind: 'sign', sign }];
  }

  function pairs(feedback: Feedback, e: Episode, from: number, to: number): Datum[] {
    const data: Datum[] = [];
    let pieces: Float32Array[] = [];
    const flush = () => {
      if (pieces.length > 0) data.push({ ...base(feedback, pieces), kind: 'override' });
      pieces = [];
    };
    for (let t = from; t < to; t++) {
      if (e.sources[t] === SOURCE_CODE.blend) continue; // nobody did it alone
      const human = new Float32Array(width);
      const policy = new Float32Array(width);
      writeRow(e, t, e.actions, human, 0);
      writeRow(e, t, e.policyActions, policy, 0);
      let apart = 0;
      for (let i = d; i < width; i++) apart = Math.max(apart, Math.abs(human[i]! - policy[i]!));
      if (apart < SAME_ACTION) continue;
      pieces.push(human, policy);
      if (pieces.length >= 2 * OVERRIDE_PIECE) flush();
    }
    flush();
    return data;
  }

  function override(f: Extract<Feedback, { kind: 'override' }>, episodes: EpisodeSource): Datum[] {
    const e = episodes.get(f.episodeId);
    if (!e || f.from < 0 || f.from >= f.to || f.to > e.length) return [];
    const data = pairs(f, e, f.from, f.to);
    const warned = Math.max(0, f.from - seconds(config.beforeTakeoverSeconds));
    const byPolicy = (from: number, to: number) => {
      const steps: number[] = [];
      for (let t = to - 1; t >= from && e.sources[t] === 0; t--) steps.push(t);
      return steps;
    };
    data.push(...signs(f, e, byPolicy(warned, f.from), -1));
    const calm = byPolicy(0, warned);
    const stride = Math.max(1, Math.ceil(calm.length / APPROVED_STEPS));
    const approved = calm.filter((_, i) => i % stride === 0);
    data.push(...signs(f, e, approved, 1));
    if (f.counterfactual) data.push(...counterfactual(f, f.counterfactual, episodes));
    return data;
  }

  /** What the person did instead of the branch is preferred to it. */
  function counterfactual(
    f: Extract<Feedback, { kind: 'override' | 'counterfactual' }>,
    branch: Segment,
    episodes: EpisodeSource,
  ): Datum[] {
    const human = { episodeId: f.episodeId, from: f.from, to: f.to };
    return better(f, 'counterfactual', human, branch, episodes);
  }

  function demonstration(f: Feedback, s: Segment, episodes: EpisodeSource): Datum[] {
    const data: Datum[] = [];
    for (let at = s.from; at < s.to; at += config.pieceSteps) {
      const piece = { ...s, from: at, to: Math.min(s.to, at + config.pieceSteps) };
      const rows = segment(piece, episodes);
      if (!rows) continue;
      const teacher = `demonstration/${f.teacherId}`;
      const datum = base(f, [rows], teacher);
      data.push({ ...datum, kind: 'demonstration', choice: 'a', strength: 1, opponent: true });
    }
    return data;
  }

  function approval(
    f: Extract<Feedback, { kind: 'approval' }>,
    episodes: EpisodeSource,
    query: Query | undefined,
  ): Datum[] {
    const at = f.segment ?? query?.segments[0];
    const e = at && episodes.get(at.episodeId);
    if (!at || !e || at.from >= e.length) return [];
    const row = new Float32Array(width);
    writeRow(e, at.from, e.policyActions, row, 0);
    if (f.decision !== 'replace' || !f.action)
      return [{ ...base(f, [row]), kind: 'sign', sign: f.decision === 'allow' ? 1 : -1 }];
    const wanted = row.slice();
    const action = Float32Array.from(f.action);
    scaleActions(spec.actionSpace, action, 1, action);
    wanted.set(action, d);
    return [{ ...base(f, [wanted, row]), kind: 'override' }];
  }

  return {
    width,
    writeRow,
    /** `query` is needed for approvals. */
    make(feedback: Feedback, episodes: EpisodeSource, query?: Query): Datum[] {
      switch (feedback.kind) {
        case 'preference': {
          const { choice, a, b, strength = 1 } = feedback;
          if (choice === 'skip' || choice === 'incomparable') return [];
          const rows = segments([a, b], episodes);
          return rows ? [{ ...base(feedback, rows), kind: 'preference', choice, strength }] : [];
        }
        case 'ranking': {
          const rows = segments(feedback.segments, episodes);
          return rows ? [{ ...base(feedback, rows), kind: 'ranking', order: feedback.order }] : [];
        }
        case 'rating': {
          const rows = segments([feedback.segment], episodes);
          const { score, scale } = feedback;
          return rows ? [{ ...base(feedback, rows), kind: 'rating', score, scale }] : [];
        }
        case 'reward':
          return reward(feedback, episodes);
        case 'critique':
          return critique(feedback, feedback, feedback.value, episodes);
        case 'estop': {
          const { episodeId, step } = feedback;
          const from = Math.max(0, step - seconds(1));
          return critique(feedback, { episodeId, from, to: step }, ESTOP_VALUE, episodes);
        }
        case 'counterfactual': // goes with its override, also when that is taken back
          return counterfactual(
            { ...feedback, id: feedback.overrideId },
            feedback.counterfactual,
            episodes,
          );
        case 'override':
          return override(feedback, episodes);
        case 'correction':
          return better(feedback, 'correction', feedback.corrected, feedback.segment, episodes);
        case 'demonstration':
          return demonstration(feedback, feedback.segment, episodes);
        case 'approval':
          return approval(feedback, episodes, query);
        case 'retraction':
          return [];
      }
    },
  };
}

/** gamma(shape 2, scale 0.28 s) at age x ≥ 0 (TAMER's credit for mountain car and later work). */
function gammaDensity(x: number): number {
  const scale = 0.28;
  return ((x + 1e-3) / scale ** 2) * Math.exp(-x / scale);
}

/** The rows of all data, one after the other. */
export function joined(data: readonly Datum[]): Float32Array {
  const rows = new Float32Array(data.reduce((n, datum) => n + datum.rows.length, 0));
  let at = 0;
  for (const datum of data) {
    rows.set(datum.rows, at);
    at += datum.rows.length;
  }
  return rows;
}

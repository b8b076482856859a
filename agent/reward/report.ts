/**
 * What a reward model says about itself, on labels that the judged member never saw: accuracy with
 * its noise ceiling, log-likelihood, calibration; disagreement, distance of behaviour from the
 * labels, and correlation with the environment's reward where there is one.
 */
import type { Feedback, Metrics, Segment } from '../contract.ts';
import type { MetricValues } from '../metrics.ts';
import type { FittedKind } from './config.ts';
import { type Datum, joined } from './dataset.ts';
import { isDecided } from './label-set.ts';
import { datumNll, preferenceNoise, preferenceProbabilities } from './likelihoods.ts';
import type { Noise } from './noise.ts';
import { type InputScale, type Reference, scaleRows } from './reference.ts';
import {
  calibrationError,
  ceilingFromAgreement,
  isConstant,
  pearson,
  pearsonDistance,
  type ReliabilityBin,
  relativeDistance,
  reliability,
} from './statistics.ts';

export interface ReportSource {
  readonly data: readonly Datum[];
  readonly width: number;
  /** Weight of each kind in the loss. */
  readonly weights: Readonly<Record<FittedKind, number>>;
  readonly members: number;
  readonly reference: Reference;
  readonly noise: Noise;
  readonly repeats: Repeats;
  readonly scale: InputScale;
  /** Published tanh outputs of a member for n raw rows. */
  outputs(member: number, rows: Float32Array, n: number): Float32Array;
  /** The member's output, normalised. */
  normalise(member: number, r: number): number;
}

/** Most data of a kind that a report looks at: the newest. */
const MOST = 512;
/** Rows compared for the distance of behaviour. */
const DISTANCE_ROWS = 48;
const KNOWN_ROWS = 512;
/** Steps summed when returns of segments are correlated. */
const SEGMENT_STEPS = 25;
/** Fewest repeated queries that make a ceiling. */
export const FEWEST_REPEATS = 10;

export interface HeldOut {
  readonly metrics: Metrics;
  readonly bins: ReliabilityBin[];
  /** Σ over kinds of weight · mean nll of held-out data, as the training loss; undefined without any. */
  readonly validationLoss: number | undefined;
}

export function heldOutReport(source: ReportSource): HeldOut {
  const metrics: MetricValues = {};
  const judged = judge(source);
  const { confidences, right } = judged;
  const decisive = right.length;
  const bins = reliability(confidences, right);
  if (decisive > 0) {
    const accuracy = right.filter(Boolean).length / decisive;
    metrics['reward/accuracy'] = accuracy;
    metrics['reward/accuracyError'] = Math.sqrt((accuracy * (1 - accuracy)) / decisive);
    metrics['reward/ece'] = calibrationError(bins);
    Object.assign(metrics, binMetrics(bins));
  }
  metrics['reward/ceiling'] = source.repeats.ceiling();
  metrics['reward/repeats'] = source.repeats.count();
  metrics['reward/heldOut'] = decisive;
  metrics['reward/decided'] = source.members < 2 ? 0 : source.data.filter(isDecided).length;
  let loss: number | undefined;
  for (const [kind, sum] of judged.perKind) {
    metrics[`reward/heldOut/${kind}/logLikelihood`] = -sum.nll / sum.n;
    metrics[`reward/heldOut/${kind}/count`] = sum.n;
    loss = (loss ?? 0) + (source.weights[kind] * sum.nll) / sum.n;
  }
  const compared = judged.perKind.get('preference');
  if (compared) metrics['reward/logLikelihood'] = -compared.nll / compared.n;
  if (judged.overrides.total > 0)
    metrics['reward/overrideAccuracy'] = judged.overrides.right / judged.overrides.total;
  Object.assign(metrics, counts(source.data), behaviour(source), truth(source));
  return { metrics, bins, validationLoss: loss };
}

/** What a reliability diagram is drawn from: `i` counts the bins with answers, least confident first. */
function binMetrics(bins: readonly ReliabilityBin[]): Metrics {
  const metrics: MetricValues = {};
  for (const [i, bin] of bins.entries()) {
    metrics[`reward/reliability/${i}/confidence`] = bin.confidence;
    metrics[`reward/reliability/${i}/accuracy`] = bin.accuracy;
    metrics[`reward/reliability/${i}/count`] = bin.count;
  }
  return metrics;
}

/** Every datum judged by the member that never saw it. */
function judge(source: ReportSource) {
  const { data, width, members, noise } = source;
  const confidences: number[] = [];
  const right: boolean[] = [];
  const perKind = new Map<FittedKind, { nll: number; n: number }>();
  const overrides = { right: 0, total: 0 };
  if (members < 2) return { confidences, right, perKind, overrides };
  const recent = newest(data);
  for (let member = 0; member < members; member++) {
    const own = recent.filter((datum) => datum.fold === member);
    const rows = joined(own);
    const outputs = source.outputs(member, rows, rows.length / width);
    let at = 0;
    for (const datum of own) {
      const S = partReturns(datum, outputs, at);
      at += datum.rows.length / width;
      const nll = datumNll(datum, S, new Float64Array(S.length), { values: noise, scale: 0 });
      const sum = perKind.get(datum.kind) ?? { nll: 0, n: 0 };
      perKind.set(datum.kind, { nll: sum.nll + nll, n: sum.n + 1 });
      if (datum.kind === 'override') {
        for (let i = 0; i + 1 < S.length; i += 2) {
          overrides.total++;
          if (S[i]! > S[i + 1]!) overrides.right++;
        }
      }
      if (datum.kind !== 'preference' || datum.choice === 'equal') continue;
      const { beta, side, ...rest } = preferenceNoise(datum, noise);
      const x = beta * datum.strength * (S[0]! - S[1]!) + side;
      const p = preferenceProbabilities(x, rest);
      confidences.push(Math.max(p.a, p.b) / (p.a + p.b));
      right.push(p.a > p.b === (datum.choice === 'a'));
    }
  }
  return { confidences, right, perKind, overrides };
}

/** The newest data of each kind whose parts are all their own. */
function newest(data: readonly Datum[]): Datum[] {
  const counted = new Map<FittedKind, number>();
  const kept: Datum[] = [];
  for (let i = data.length - 1; i >= 0; i--) {
    const datum = data[i]!;
    const n = counted.get(datum.kind) ?? 0;
    if (datum.opponent || n >= MOST) continue;
    counted.set(datum.kind, n + 1);
    kept.push(datum);
  }
  return kept;
}

/** Σ weight · r̂ of every part, the datum's first row at `at` of `outputs`. */
export function partReturns(datum: Datum, outputs: Float32Array, at: number): Float64Array {
  const S = new Float64Array(datum.parts.length);
  let row = 0;
  for (const [p, n] of datum.parts.entries()) {
    for (let i = 0; i < n; i++, row++) S[p]! += datum.weights[row]! * outputs[at + row]!;
  }
  return S;
}

function counts(data: readonly Datum[]): Metrics {
  const ids = new Map<FittedKind, Set<string>>();
  for (const { kind, feedbackId } of data) {
    const set = ids.get(kind) ?? new Set();
    ids.set(kind, set.add(feedbackId));
  }
  const metrics: MetricValues = {};
  for (const [kind, set] of ids) metrics[`reward/labels/${kind}`] = set.size;
  return metrics;
}

/** Disagreement on recent behaviour, and how far it is from the labelled rows. */
function behaviour(source: ReportSource): Metrics {
  const { reference, width, members, data, scale } = source;
  const n = Math.min(DISTANCE_ROWS, reference.size);
  if (n === 0 || data.length === 0) return {};
  const recent = new Float32Array(n * width);
  const newest = reference.seen % (reference.rows.length / width);
  for (let i = 0; i < n; i++) {
    // Every third step back from the newest.
    const slot = (((newest - 1 - 3 * i) % reference.size) + reference.size) % reference.size;
    recent.set(reference.rows.subarray(slot * width, (slot + 1) * width), i * width);
  }
  let disagreement = 0;
  const perMember = Array.from({ length: members }, (_, m) => source.outputs(m, recent, n));
  for (let i = 0; i < n; i++) {
    const values = perMember.map((outputs, m) => source.normalise(m, outputs[i]!));
    const mean = values.reduce((a, b) => a + b, 0) / members;
    disagreement += Math.sqrt(values.reduce((a, v) => a + (v - mean) ** 2, 0) / members) / n;
  }
  const all = joined(data);
  const total = all.length / width;
  const stride = Math.max(1, Math.floor(total / KNOWN_ROWS));
  const m = Math.min(KNOWN_ROWS, Math.floor(total / stride));
  const known = new Float32Array(m * width);
  for (let i = 0; i < m; i++)
    known.set(all.subarray(i * stride * width, (i * stride + 1) * width), i * width);
  const plain = { ...scale, squared: 0 };
  scaleRows(recent, 0, n, width, plain, recent, 0);
  scaleRows(known, 0, m, width, plain, known, 0);
  return {
    'reward/disagreement': disagreement,
    'reward/distance': relativeDistance(recent, n, known, m, width),
  };
}

/** Correlation of learned with environment reward over recent behaviour: steps and segments; none where either is constant. */
function truth(source: ReportSource): Metrics {
  const { reference, members } = source;
  const n = reference.size;
  if (n < 2 * SEGMENT_STEPS) return {};
  const mean = new Float32Array(n);
  for (let m = 0; m < members; m++) {
    const outputs = source.outputs(m, reference.rows, n);
    for (let i = 0; i < n; i++) mean[i]! += source.normalise(m, outputs[i]!) / members;
  }
  // The task has no reward of its own, or the model gives everything the same reward.
  if (isConstant(mean, n) || isConstant(reference.rewards, n)) return {};
  const steps = pearson(mean, reference.rewards, n);
  const segments = Math.floor(n / SEGMENT_STEPS);
  const sum = (values: Float32Array, s: number) => {
    let total = 0;
    for (let i = 0; i < SEGMENT_STEPS; i++) total += values[s * SEGMENT_STEPS + i]!;
    return total;
  };
  const learned = Float64Array.from({ length: segments }, (_, s) => sum(mean, s));
  const real = Float64Array.from({ length: segments }, (_, s) => sum(reference.rewards, s));
  const correlation = pearson(learned, real, segments);
  return {
    'reward/pearson': correlation,
    'reward/pearsonSteps': steps,
    'reward/epicDistance': pearsonDistance(steps),
  };
}

/** Queries that were asked more than once: how well a teacher agrees with itself. */
export interface Repeats {
  add(feedback: Extract<Feedback, { kind: 'preference' }>): void;
  /** Best accuracy that can be expected; 1 (the strictest) until enough queries were repeated. */
  ceiling(): number;
  /** Answers to queries that the same teacher had answered before. */
  count(): number;
  save(): [string, ('a' | 'b')[]][];
  load(saved: readonly [string, ('a' | 'b')[]][]): void;
}

export function createRepeats(): Repeats {
  const answers = new Map<string, ('a' | 'b')[]>();
  const name = (s: Segment) => `${s.episodeId}:${s.from}:${s.to}`;

  function agreement() {
    let same = 0;
    let pairs = 0;
    for (const list of answers.values()) {
      for (let i = 1; i < list.length; i++) {
        pairs++;
        if (list[i] === list[i - 1]) same++;
      }
    }
    return { pairs, same };
  }

  return {
    add({ teacherId, a, b, choice }) {
      if (choice !== 'a' && choice !== 'b') return;
      const [first, second] = [name(a), name(b)];
      const swapped = first > second;
      const key = JSON.stringify([teacherId, ...(swapped ? [second, first] : [first, second])]);
      const answer = swapped ? (choice === 'a' ? 'b' : 'a') : choice;
      const list = answers.get(key);
      if (list) list.push(answer);
      else answers.set(key, [answer]);
    },
    ceiling() {
      const { pairs, same } = agreement();
      return pairs < FEWEST_REPEATS ? 1 : ceilingFromAgreement(same / pairs);
    },
    count: () => agreement().pairs,
    save: () => [...answers],
    load(saved) {
      answers.clear();
      for (const [key, list] of saved) answers.set(key, [...list]);
    },
  };
}

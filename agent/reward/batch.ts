/**
 * One member's minibatch: the rows of some data of every kind, and its loss with the gradient
 * with respect to every row's r̂. Loss = Σ over kinds of weight · mean nll of that kind.
 */
import type { BoxSpace } from '../../sim/contract.ts';
import type { Random } from '../../sim/random.ts';
import { mirrorInto } from '../../sim/spaces.ts';
import type { FittedKind, RewardConfig } from './config.ts';
import type { Comparison, Datum } from './dataset.ts';
import { intervalsOf, type PlacedInterval } from './intervals.ts';
import { datumNll, preferenceNoise, preferenceProbabilities } from './likelihoods.ts';
import type { Noise } from './noise.ts';
import { type InputScale, type Reference, scaleRows } from './reference.ts';
import type { Verdict } from './rime.ts';

/** A datum in a batch: where its rows are, and its share of the loss. */
interface Item {
  readonly datum: Datum;
  /** First row. */
  readonly at: number;
  readonly parts: readonly number[];
  readonly share: number;
  /** Rows left out at the start and end of both parts (SURF's crop). */
  readonly cropStart: number;
  readonly cropEnd: number;
  /** No label: one is made when the model is sure (SURF). */
  readonly pseudo: boolean;
}

export interface BatchResult {
  readonly loss: number;
  /** Comparisons ordered rightly, and how many there were (ties left out). */
  readonly right: number;
  readonly decisive: number;
}

export interface Batch {
  readonly rows: number;
  /** Rows as they are stored, (rows, width). */
  writeRaw(out: Float32Array): void;
  /** Rows as networks want them, valid until the next batch's. */
  inputs(): Float32Array;
  /** What the labels say as intervals, under `noise`; undefined where some of them are of another form, or pseudo-labels. */
  intervals(noise: Noise): PlacedInterval[] | undefined;
  /** outputs (rows) -> dOutputs (rows). */
  loss(
    outputs: Float32Array,
    dOutputs: Float32Array,
    noise: Noise,
    noiseScale: number,
  ): BatchResult;
}

export interface BatchSource {
  readonly width: number;
  /** The space of a row, for tasks that look the same in a mirror: each part of a datum is mirrored half the time. */
  readonly mirror?: BoxSpace | undefined;
  readonly config: RewardConfig;
  readonly scale: InputScale;
  readonly reference: Reference;
  /** RIME's verdicts on comparisons; absent: all are trusted. */
  readonly verdicts?: ReadonlyMap<Datum, Verdict> | undefined;
}

/** Buffers reused from batch to batch. */
export interface BatchScratch {
  inputs: Float32Array;
}

export function drawBatch(
  lists: ReadonlyMap<FittedKind, readonly Datum[]>,
  source: BatchSource,
  scratch: BatchScratch,
  random: Random,
): Batch | undefined {
  const { config } = source;
  const items: Item[] = [];
  let rows = 0;
  const push = (datum: Datum, share: number, pseudo: boolean) => {
    const parts = datum.opponent ? [datum.parts[0]!, datum.parts[0]!] : datum.parts;
    const crop = cropOf(datum, parts, config, random);
    items.push({ datum, at: rows, parts, share, pseudo, ...crop });
    for (const part of parts) rows += part;
  };
  for (const [kind, list] of lists) {
    const weight = config.weights[kind];
    if (weight === 0 || list.length === 0) continue;
    const n = Math.min(config.batch, list.length);
    for (let i = 0; i < n; i++) {
      const datum = n === list.length ? list[i]! : list[random.integer(list.length)]!;
      push(datum, weight / n, false);
    }
    if (kind !== 'preference' || !config.surf) continue;
    const pairs = n * config.surf.ratio;
    const length = list[0]!.parts[0]!;
    for (let i = 0; i < pairs; i++) {
      const pair = pseudoPair(length, source, random);
      if (pair) push(pair, (weight * config.surf.weight) / pairs, true);
    }
  }
  if (rows === 0) return undefined;
  const pieces = drawRows(items, source, random);
  return {
    rows,
    writeRaw(out) {
      for (const { at, rows } of pieces) out.set(rows, at * source.width);
    },
    inputs: () => scaledRows(pieces, rows, source, scratch),
    intervals: (noise) => intervalsOfBatch(items, source, noise),
    loss: (outputs, dOutputs, noise, noiseScale) =>
      batchLoss(items, source, outputs, dOutputs, noise, noiseScale),
  };
}

function cropOf(datum: Datum, parts: readonly number[], config: RewardConfig, random: Random) {
  const { surf } = config;
  const none = { cropStart: 0, cropEnd: 0 };
  if (!surf || datum.kind !== 'preference' || parts[0] !== parts[1]) return none;
  const most = Math.min(surf.crop, Math.floor((parts[0]! - 1) / 2));
  return { cropStart: random.integer(most + 1), cropEnd: random.integer(most + 1) };
}

/** Two runs of recent behaviour without an answer. */
function pseudoPair(
  length: number,
  { reference, width }: BatchSource,
  random: Random,
): Comparison | undefined {
  const a = reference.drawRun(length, random);
  const b = reference.drawRun(length, random);
  if (!a || !b) return undefined;
  const rows = new Float32Array(2 * length * width);
  rows.set(a, 0);
  rows.set(b, length * width);
  return {
    kind: 'preference',
    feedbackId: '',
    teacherId: 'pseudo',
    fold: -1,
    rows,
    weights: new Float32Array(2 * length).fill(1),
    parts: [length, length],
    choice: 'a',
    strength: 1,
  };
}

/** Stored rows that go to the batch's row `at`. */
interface Piece {
  readonly at: number;
  readonly rows: Float32Array;
}

function drawRows(
  items: readonly Item[],
  { width, reference, mirror }: BatchSource,
  random: Random,
): Piece[] {
  const pieces: Piece[] = [];
  for (const { datum, at, parts } of items) {
    const own = datum.rows.length / width;
    const rows = mirror ? mirrorParts(datum.rows, parts, mirror, random) : datum.rows;
    pieces.push({ at, rows });
    if (!datum.opponent) continue;
    // Before any behaviour was seen there is no opponent: the datum's own rows serve, which cancel out.
    pieces.push({ at: at + own, rows: reference.drawRun(own, random) ?? datum.rows });
  }
  return pieces;
}

function scaledRows(
  pieces: readonly Piece[],
  rows: number,
  { width, scale }: BatchSource,
  scratch: BatchScratch,
): Float32Array {
  const needed = rows * scale.mean.length;
  if (scratch.inputs.length < needed) scratch.inputs = new Float32Array(2 * needed);
  for (const { at, rows } of pieces)
    scaleRows(rows, 0, rows.length / width, width, scale, scratch.inputs, at);
  return scratch.inputs;
}

function intervalsOfBatch(
  items: readonly Item[],
  source: BatchSource,
  noise: Noise,
): PlacedInterval[] | undefined {
  const all: PlacedInterval[] = [];
  if (source.config.surf) return undefined;
  for (const item of items) {
    const datum = labelled(item, NONE, source, noise);
    if (!datum) continue;
    const intervals = intervalsOf(datum, noise);
    if (!intervals) return undefined;
    const starts = startsOf(item.parts);
    for (const interval of intervals) {
      const rows = interval.parts.map((part) => {
        const from = starts[part]!;
        return { at: item.at + from, weights: weightsOf(item, from, item.parts[part]!) };
      });
      all.push({ interval, share: item.share, rows });
    }
  }
  return all;
}

const NONE = new Float32Array(0);

/** First row of each part. */
function startsOf(parts: readonly number[]): number[] {
  let row = 0;
  return parts.map((n) => (row += n) - n);
}

/** Of n rows of a datum; an opponent's are 1. */
function weightsOf({ datum }: Item, from: number, n: number): Float32Array {
  const known = datum.weights.subarray(from, from + n);
  return known.length === n ? known : new Float32Array(n).fill(1);
}

/** Mirrors half of the parts at random; returns a new array where any was mirrored. */
function mirrorParts(
  rows: Float32Array,
  parts: readonly number[],
  space: BoxSpace,
  random: Random,
): Float32Array {
  const out = rows.slice();
  let row = 0;
  for (const n of parts) {
    const turned = random.next() < 0.5;
    for (let i = row; turned && i < Math.min(row + n, rows.length / space.size); i++)
      mirrorInto(space, rows, out, i * space.size);
    row += n;
  }
  return out;
}

function batchLoss(
  items: readonly Item[],
  source: BatchSource,
  outputs: Float32Array,
  dOutputs: Float32Array,
  noise: Noise,
  noiseScale: number,
): BatchResult {
  let loss = 0;
  let right = 0;
  let decisive = 0;
  const most = items.reduce((n, item) => Math.max(n, item.parts.length), 0);
  const S = new Float64Array(most);
  const dS = new Float64Array(most);
  for (const item of items) {
    sumParts(item, outputs, S);
    const datum = labelled(item, outputs, source, noise);
    if (!datum) continue;
    dS.fill(0);
    const scale = item.pseudo ? 0 : noiseScale * item.share;
    const nll = datumNll(datum, S, dS, { values: noise, scale });
    if (datum.kind === 'preference' && !item.pseudo && datum.choice !== 'equal') {
      decisive++;
      if (S[0]! > S[1]! === (datum.choice === 'a')) right++;
    }
    loss += item.share * nll;
    spread(item, dS, dOutputs);
  }
  return { loss, right, decisive };
}

/** Return per part over the rows that the crop leaves. */
function sumParts(item: Item, outputs: Float32Array, S: Float64Array): void {
  const { weights } = item.datum;
  let row = 0;
  for (let p = 0; p < item.parts.length; p++) {
    const n = item.parts[p]!;
    let sum = 0;
    for (let i = item.cropStart; i < n - item.cropEnd; i++)
      sum += (weights[row + i] ?? 1) * outputs[item.at + row + i]!;
    S[p] = sum;
    row += n;
  }
}

function spread(item: Item, dS: Float64Array, dOutputs: Float32Array): void {
  const { weights } = item.datum;
  let row = 0;
  for (let p = 0; p < item.parts.length; p++) {
    const n = item.parts[p]!;
    const g = item.share * dS[p]!;
    for (let i = item.cropStart; i < n - item.cropEnd; i++)
      dOutputs[item.at + row + i]! += g * (weights[row + i] ?? 1);
    row += n;
  }
}

/** The datum to fit: with SURF's label where there was none, or RIME's correction; undefined: leave it out. */
function labelled(
  item: Item,
  outputs: Float32Array,
  { config, verdicts }: BatchSource,
  noise: Noise,
): Datum | undefined {
  const { datum } = item;
  if (item.pseudo && datum.kind === 'preference') {
    const full = new Float64Array(2);
    sumParts({ ...item, cropStart: 0, cropEnd: 0 }, outputs, full);
    // Without lapses: how sure the model is, not how often a teacher answers at random.
    const { beta, ...rest } = preferenceNoise(datum, noise);
    const p = preferenceProbabilities(beta * (full[0]! - full[1]!), { ...rest, lapse: 0 });
    const sure = Math.max(p.a, p.b) / (p.a + p.b);
    if (sure < config.surf!.threshold) return undefined;
    return { ...datum, choice: p.a > p.b ? 'a' : 'b' };
  }
  if (datum.kind !== 'preference' || datum.choice === 'equal') return datum;
  switch (verdicts?.get(datum) ?? 'trust') {
    case 'trust':
      return datum;
    case 'flip':
      return { ...datum, choice: datum.choice === 'a' ? 'b' : 'a' };
    case 'ignore':
      return undefined;
  }
}

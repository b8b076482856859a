/**
 * A member's loss on a batch of intervals and its gradient, from rows as they are stored to the gradients of all
 * weights, as one graph: what lies between the passes never leaves the engine, which would cost as much as a product.
 */
import type { GraphEngine, Program } from '../backend/onnx-engine.ts';
import { createGraph, type Graph, type Value } from '../graphs/graph.ts';
import { network } from '../graphs/layers.ts';
import {
  add,
  columns,
  div,
  joinColumns,
  matMul,
  max,
  mul,
  neg,
  sigmoid,
  sub,
  withOnes,
} from '../graphs/operations.ts';
import type { Mlp } from '../nn/mlp.ts';
import type { Batch } from './batch.ts';
import { networkInputs } from './graph.ts';
import type { PlacedInterval } from './intervals.ts';
import { TINY } from './likelihoods.ts';
import type { InputScale } from './reference.ts';
import { createRepeatedScale, type RepeatedScale } from './repeated-scale.ts';

export interface IntervalGraph {
  /** Writes the gradient of the loss to the network's; returns r̂ of the rows, valid until the next call. */
  run(
    batch: Pick<Batch, 'rows' | 'writeRaw'>,
    intervals: readonly PlacedInterval[],
    scale: InputScale,
  ): Float32Array;
  dispose(): void;
}

/** Columns of what the graph is told of an interval. */
const E = { offset: 0, low: 1, high: 2, width: 3, trusted: 4, random: 5, share: 6, normal: 7 };
const EVENT = 8;
/** Factors of rows in intervals, (intervals, rows), that a graph is given at most. */
const MOST_FACTORS = 1 << 20;

interface Arrays {
  readonly rows: number;
  readonly intervals: number;
  readonly raw: Float32Array;
  readonly factors: Float32Array;
  readonly events: Float32Array;
  readonly rewards: Float32Array;
  readonly scale: RepeatedScale;
}

/** Whether so many intervals over so many rows are for a graph: every interval has a number for every row. */
export function fitsGraph(intervals: number, rows: number): boolean {
  return intervals * rows <= MOST_FACTORS;
}

/** `width`: columns of a stored row, of which `squared` are given as squares too. */
export function createIntervalGraph(
  engine: GraphEngine,
  net: Mlp,
  width: number,
  squared: number,
): IntervalGraph {
  let arrays: Arrays | undefined;
  let program: Program | undefined;

  /** Arrays with room for so much, twice that of earlier ones: sizes that vary settle soon. */
  function reserve(rows: number, intervals: number): Arrays {
    if (arrays && arrays.rows >= rows && arrays.intervals >= intervals) return arrays;
    const room = {
      rows: grown(arrays?.rows, rows),
      intervals: grown(arrays?.intervals, intervals),
    };
    program?.dispose();
    program = undefined;
    arrays = {
      ...room,
      raw: new Float32Array(room.rows * width),
      factors: new Float32Array(room.intervals * room.rows),
      events: new Float32Array(room.intervals * EVENT),
      rewards: new Float32Array(room.rows),
      scale: createRepeatedScale(room.rows, width, squared),
    };
    return arrays;
  }

  return {
    run(batch, intervals, scale) {
      const { rows } = batch;
      const room = reserve(rows, intervals.length);
      batch.writeRaw(room.raw);
      write(intervals, rows, room);
      room.scale.set(scale);
      program ??= engine.compile(intervalGraph(net, room, width));
      program.run({ rows, intervals: intervals.length });
      return room.rewards;
    },
    dispose: () => program?.dispose(),
  };
}

function grown(room: number | undefined, needed: number): number {
  if (room === undefined) return needed;
  return room >= needed ? room : Math.max(needed, 2 * room);
}

function write(intervals: readonly PlacedInterval[], n: number, { factors, events }: Arrays): void {
  factors.fill(0, 0, intervals.length * n);
  for (const [e, { interval, share, rows }] of intervals.entries()) {
    for (const [p, { at, weights }] of rows.entries()) {
      const factor = interval.factors[p]!;
      const from = e * n + at;
      // Added: a part may be compared with itself.
      for (let i = 0; i < weights.length; i++) factors[from + i]! += factor * weights[i]!;
    }
    const { offset, low, high, lapse, random, normal } = interval;
    const to = e * EVENT;
    events[to + E.offset] = offset;
    events[to + E.low] = low;
    events[to + E.high] = high;
    events[to + E.width] = 1 - Math.exp(low - high);
    events[to + E.trusted] = 1 - lapse;
    events[to + E.random] = lapse * random;
    events[to + E.share] = share * interval.share;
    events[to + E.normal] = normal ? 1 : 0;
  }
}

function intervalGraph(net: Mlp, of: Arrays, width: number): Graph {
  const graph = createGraph('intervals');
  const member = network(graph, 'member', net, { ones: true });
  const raw = graph.input('raw', 'rows', width, of.raw);
  const pass = member.forward(withOnes(networkInputs(raw, of.scale.values(graph))));
  const rewards = columns(pass.output, 0, 1);
  const factors = graph.input('factors', 'intervals', 'rows', of.factors);
  const events = graph.input('events', 'intervals', EVENT, of.events);
  const dRewards = matMul(factors, pull(events, matMul(factors, rewards)), { transposeA: true });
  member.backward(
    pass,
    net.outputs === 1
      ? dRewards
      : joinColumns(dRewards, mul(columns(pass.output, 1, net.outputs), 0)),
  );
  member.writeGradients();
  graph.output('rewards', rewards, of.rewards);
  return graph;
}

/**
 * share · d nll/du (intervals, 1), u = `sums` + offset. q = σ(a) − σ(b) = σ(a) σ(−b) (1 − e^(b−a)), where a and b are
 * the bounds less u: this form holds in float32 however far off u is; d log q/du = σ(b) − σ(−a).
 */
function pull(events: Value, sums: Value): Value {
  const column = (at: number) => columns(events, at, at + 1);
  const u = add(sums, column(E.offset));
  const a = sub(column(E.high), u);
  const b = sub(column(E.low), u);
  const q = mul(mul(sigmoid(a), sigmoid(neg(b))), column(E.width));
  const trusted = mul(q, column(E.trusted));
  const p = max(add(trusted, column(E.random)), TINY);
  const logistic = mul(div(trusted, p), sub(sigmoid(neg(a)), sigmoid(b)));
  return mul(add(logistic, mul(u, column(E.normal))), column(E.share));
}

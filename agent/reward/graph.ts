/** The published ensemble as graphs, from observations and actions as the environment has them. */
import type { EnvironmentSpec } from '../contract.ts';
import { createGraph, type Graph, type Value } from '../graphs/graph.ts';
import { type NetworkArrays, type NetworkOptions, network } from '../graphs/layers.ts';
import {
  add,
  clip,
  columns,
  joinColumns,
  mul,
  type Operand,
  sqrt,
  square,
  sub,
} from '../graphs/operations.ts';
import type { RewardConfig } from './config.ts';
import { CLIP, type InputScale } from './reference.ts';

type Published = Pick<RewardConfig, 'outputStd' | 'outputMean' | 'pessimism'>;
type Spaces = Pick<EnvironmentSpec, 'observationSpace' | 'actionSpace'>;

/**
 * observation (rows, d) and action (rows, k) in the environment's units -> reward (rows, 1) and, over more than one
 * member, disagreement (rows, 1): a graph for a file, with all numbers in it.
 */
export function rewardGraph(
  scale: InputScale,
  members: readonly (NetworkArrays & { readonly zero: number; readonly inverseStd: number })[],
  spaces: Spaces,
  config: Published,
): Graph {
  const graph = createGraph('reward');
  const observations = graph.input('observation', 'rows', spaces.observationSpace.size);
  const actions = graph.input('action', 'rows', spaces.actionSpace.size);
  // What is read from arrays where a graph is run is written into a file.
  const held: Graph = {
    ...graph,
    input: (_name, rows, columns, array) =>
      graph.constant(Number(rows), Number(columns), array!.slice()),
  };
  const units = actionUnits(spaces);
  const size = spaces.actionSpace.size;
  const row = (values: Float32Array) => graph.constant(1, size, values);
  const scaled = scaledActions(actions, row(units.low), row(units.factor));
  const x = networkInputs(joinColumns(observations, scaled), scaleOf(held, scale));
  const rewards = memberRewards(held, x, members);
  const { reward, disagreement } = publishedReward(rewards, members, config);
  graph.output('reward', reward);
  if (members.length > 1) graph.output('disagreement', disagreement);
  return graph;
}

/** Reward of every member (n, 1) for inputs of the networks; arrays are read where they are. */
export function memberRewards(
  graph: Graph,
  x: Value,
  members: readonly NetworkArrays[],
  options: NetworkOptions = {},
): Value[] {
  return members.map((net, m) =>
    columns(network(graph, `member ${m}`, net, options).forward(x).output, 0, 1),
  );
}

function scaleOf(graph: Graph, { mean, inverse, squared }: InputScale): ScaleValues {
  const width = mean.length - squared;
  const part = (name: string, from: number, to: number) => ({
    mean: graph.input(`${name}/mean`, 1, to - from, mean.subarray(from, to)),
    inverse: graph.input(`${name}/inverse`, 1, to - from, inverse.subarray(from, to)),
  });
  const squares = squared === 0 ? undefined : part('squares', width, width + squared);
  return { ...part('scale', 0, width), squares };
}

/** What `predict` and `disagreement` of the ensemble give, (n, 1), from its members' rewards. */
export function publishedReward(
  rewards: readonly Value[],
  members: readonly { readonly zero: Operand; readonly inverseStd: Operand }[],
  config: Published,
): { reward: Value; disagreement: Value } {
  const normalised = rewards.map((r, m) => mul(sub(r, members[m]!.zero), members[m]!.inverseStd));
  const mean = average(normalised);
  const deviation = sqrt(average(normalised.map((r) => square(sub(r, mean)))));
  const reward = sub(add(mean, config.outputMean), mul(deviation, config.pessimism));
  return { reward: mul(reward, config.outputStd), disagreement: mul(deviation, config.outputStd) };
}

const average = (values: readonly Value[]): Value =>
  mul(
    values.reduce((sum, value) => add(sum, value)),
    1 / values.length,
  );

/** Lower bounds of actions, and what makes of their ranges a range of 2. */
export function actionUnits({ actionSpace }: Spaces): { low: Float32Array; factor: Float32Array } {
  const { low, high } = actionSpace;
  return {
    low: Float32Array.from(low),
    factor: Float32Array.from(low, (lo, j) => 2 / (high[j]! - lo)),
  };
}

/** Actions in [−1, 1], as `scaleActions` makes them. */
export function scaledActions(actions: Value, low: Value, factor: Value): Value {
  return clip(sub(mul(sub(actions, low), factor), 1), -1, 1);
}

/** A scale in a graph: its numbers as one row, or repeated for every row. */
export interface ScaleValues {
  readonly mean: Value;
  readonly inverse: Value;
  /** Those of squares; absent: nothing is squared. */
  readonly squares?: { readonly mean: Value; readonly inverse: Value } | undefined;
}

/** Inputs of the networks from rows as they are stored, as `scaleRows` makes them. */
export function networkInputs(raw: Value, { mean, inverse, squares }: ScaleValues): Value {
  const plain = clip(mul(sub(raw, mean), inverse), -CLIP, CLIP);
  if (!squares) return plain;
  const width = Number(raw.shape[1]);
  const of = columns(plain, width - Number(squares.mean.shape[1]), width);
  const centred = sub(square(of), squares.mean);
  return joinColumns(plain, clip(mul(centred, squares.inverse), -CLIP, CLIP));
}

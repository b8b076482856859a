/** The published ensemble as graphs, from observations and actions as the environment has them. */
import type { EnvironmentSpec } from '../contract.ts';
import { createGraph, type Graph, type Value } from '../graphs/graph.ts';
import { type NetworkArrays, network } from '../graphs/layers.ts';
import { add, clip, columns, joinColumns, mul, sqrt, square, sub } from '../graphs/operations.ts';
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
  const rewards = memberRewards(held, observations, actions, scale, members, spaces);
  const { reward, disagreement } = publishedReward(rewards, members, config);
  graph.output('reward', reward);
  if (members.length > 1) graph.output('disagreement', disagreement);
  return graph;
}

/** Reward of every member (n, 1) for observations (n, d) and actions (n, k); arrays are read where they are. */
export function memberRewards(
  graph: Graph,
  observations: Value,
  actions: Value,
  scale: InputScale,
  members: readonly NetworkArrays[],
  spaces: Spaces,
): Value[] {
  const x = networkInputs(graph, observations, scaledActions(graph, actions, spaces), scale);
  return members.map((net, m) =>
    columns(network(graph, `member ${m}`, net).forward(x).output, 0, 1),
  );
}

/** What `predict` and `disagreement` of the ensemble give, (n, 1), from its members' rewards. */
function publishedReward(
  rewards: readonly Value[],
  members: readonly { readonly zero: number; readonly inverseStd: number }[],
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

/** Actions in [−1, 1], as `scaleActions` makes them. */
function scaledActions(graph: Graph, actions: Value, { actionSpace }: Spaces): Value {
  const { low, high, size } = actionSpace;
  const factors = low.map((lo, j) => 2 / (high[j]! - lo));
  const fromLow = sub(actions, graph.constant(1, size, low));
  return clip(sub(mul(fromLow, graph.constant(1, size, factors)), 1), -1, 1);
}

/** Inputs of the networks, as `scaleRows` makes them. */
function networkInputs(
  graph: Graph,
  observations: Value,
  actions: Value,
  scale: InputScale,
): Value {
  const raw = joinColumns(observations, actions);
  const width = Number(raw.shape[1]);
  const inputs = scale.mean.length;
  const mean = graph.input('scale/mean', 1, inputs, scale.mean);
  const inverse = graph.input('scale/inverse', 1, inputs, scale.inverse);
  const scaled = (x: Value, from: number) => {
    const to = from + Number(x.shape[1]);
    const centred = sub(x, columns(mean, from, to));
    return clip(mul(centred, columns(inverse, from, to)), -CLIP, CLIP);
  };
  const plain = scaled(raw, 0);
  if (scale.squared === 0) return plain;
  return joinColumns(plain, scaled(square(columns(plain, width - scale.squared, width)), width));
}

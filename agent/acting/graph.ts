/** A policy as a graph, for a file that other programs run: normaliser, network and squash in one. */
import type { PolicySnapshot } from '../contract.ts';
import { createGraph, type Graph, type Value } from '../graphs/graph.ts';
import { activate } from '../graphs/layers.ts';
import { add, affine, clip, columns, max, min, mul, sub, tanh } from '../graphs/operations.ts';
import { LOG_STD_MAX, LOG_STD_MIN } from '../nn/gaussian.ts';

/**
 * observation (rows, d) -> action (rows, k), the policy's mean in the environment's units. Where it samples, also
 * `mean` (rows, k) and `logStd` ((rows, k) or (1, k)): add exp(logStd) · noise to the mean, then squash and clip as
 * `squash`, `low` and `high` in the file's metadata say.
 */
export function policyGraph({
  layers,
  logStd,
  normaliser,
  squash,
  actionSpace,
}: PolicySnapshot): Graph {
  const graph = createGraph('policy');
  const { size: k, low, high } = actionSpace;
  let x = graph.input('observation', 'rows', layers[0]!.inputs);
  if (normaliser) {
    const { mean, invStd, clip: bound } = normaliser;
    const centred = sub(x, graph.constant(1, mean.length, mean));
    x = clip(mul(centred, graph.constant(1, mean.length, invStd)), -bound, bound);
  }
  for (const { inputs, outputs, activation, weights, bias } of layers) {
    const z = affine(x, graph.constant(inputs, outputs, weights), graph.constant(1, outputs, bias));
    x = activate(activation, z);
  }
  const mean = logStd === 'network' ? columns(x, 0, k) : x;
  const lowest = graph.constant(1, k, low);
  const highest = graph.constant(1, k, high);
  const range = sub(highest, lowest);
  const scaled = squash === 'tanh' ? add(lowest, mul(mul(add(tanh(mean), 1), 0.5), range)) : mean;
  graph.output('action', min(max(scaled, lowest), highest));
  if (logStd === 'deterministic') return graph;
  graph.output('mean', mean);
  graph.output(
    'logStd',
    logStd === 'network' ? bounded(columns(x, k, 2 * k)) : graph.constant(1, k, logStd),
  );
  return graph;
}

/** As `boundLogStd`. */
function bounded(raw: Value): Value {
  const half = 0.5 * (LOG_STD_MAX - LOG_STD_MIN);
  return add(mul(tanh(raw), half), LOG_STD_MIN + half);
}

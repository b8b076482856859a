/** A policy without its noise. */
import type { Layer, PolicySnapshot } from '../contract.ts';

/** The same policy, of which a sample is the mean: as `reins eval` measures it. */
export function meanPolicy(snapshot: PolicySnapshot): PolicySnapshot {
  const { layers, logStd, actionSpace } = snapshot;
  if (logStd !== 'network') return { ...snapshot, logStd: 'deterministic' };
  const last = layers.at(-1)!;
  return {
    ...snapshot,
    layers: [...layers.slice(0, -1), firstOutputs(last, actionSpace.size)],
    logStd: 'deterministic',
  };
}

/** The network gives means and then log standard deviations; these go. */
function firstOutputs({ inputs, outputs, activation, weights, bias }: Layer, k: number): Layer {
  const kept = new Float32Array(inputs * k);
  for (let i = 0; i < inputs; i++) kept.set(weights.subarray(i * outputs, i * outputs + k), i * k);
  return { inputs, outputs: k, activation, weights: kept, bias: bias.slice(0, k) };
}

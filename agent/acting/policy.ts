/**
 * Acting from a snapshot without TensorFlow, whose call overhead alone (0.2–1 ms) is a multiple of what an
 * action takes here. Allocates nothing per step.
 */
import type { Random } from '../../sim/random.ts';
import type { Layer, Policy, PolicySnapshot } from '../contract.ts';
import { boundLogStd } from '../nn/gaussian.ts';
import { createNetwork, type Network } from './network.ts';

/**
 * A policy that acts from `snapshot`; `random` draws its samples, `build` makes its networks.
 * @throws RangeError when the snapshot's sizes do not fit together.
 */
export function createPolicy(
  snapshot: PolicySnapshot,
  random: Random,
  build: (layers: readonly Layer[]) => Network = createNetwork,
): Policy {
  let current = snapshot;
  checkSizes(snapshot);
  let network = build(snapshot.layers);

  return {
    get version() {
      return current.version;
    },
    act(observation, out, mode) {
      const { layers, logStd, normaliser, squash } = current;
      const { low, high, size } = current.actionSpace;
      const d = layers[0]!.inputs;
      if (observation.length !== d)
        throw new RangeError(`observation: has ${observation.length} numbers, expected ${d}`);
      const { input } = network;
      if (normaliser) {
        const { mean, invStd, clip } = normaliser;
        for (let i = 0; i < d; i++) {
          const value = (observation[i]! - mean[i]!) * invStd[i]!;
          input[i] = Math.min(clip, Math.max(-clip, value));
        }
      } else input.set(observation);
      const output = network.run();
      for (let k = 0; k < size; k++) {
        let action = output[k]!;
        if (mode === 'sample' && logStd !== 'deterministic') {
          const log = logStd === 'network' ? boundLogStd(output[size + k]!) : logStd[k]!;
          action += Math.exp(log) * random.normal();
        }
        const lo = low[k]!;
        const hi = high[k]!;
        if (squash === 'tanh') action = lo + 0.5 * (Math.tanh(action) + 1) * (hi - lo);
        out[k] = Math.min(hi, Math.max(lo, action));
      }
    },
    setSnapshot(next) {
      if (sameShape(current.layers, next.layers)) network.setLayers(next.layers);
      else {
        checkSizes(next);
        network = build(next.layers);
      }
      current = next;
    },
  };
}

function sameShape(a: readonly Layer[], b: readonly Layer[]): boolean {
  return (
    a.length === b.length &&
    a.every((layer, i) => layer.inputs === b[i]!.inputs && layer.outputs === b[i]!.outputs)
  );
}

function checkSizes(snapshot: PolicySnapshot): void {
  const { layers, logStd, actionSpace } = snapshot;
  if (layers.length === 0) throw new RangeError('snapshot.layers: is empty, needs at least 1');
  for (const [i, layer] of layers.entries()) {
    const previous = layers[i - 1];
    if (previous && previous.outputs !== layer.inputs) {
      throw new RangeError(
        `snapshot.layers[${i}].inputs: is ${layer.inputs}, expected ${previous.outputs}`,
      );
    }
    const weights = layer.inputs * layer.outputs;
    if (layer.weights.length !== weights || layer.bias.length !== layer.outputs) {
      throw new RangeError(
        `snapshot.layers[${i}]: has ${layer.weights.length} weights and ${layer.bias.length} biases, ` +
          `expected ${weights} and ${layer.outputs}`,
      );
    }
  }
  const outputs = layers[layers.length - 1]!.outputs;
  const expected = logStd === 'network' ? 2 * actionSpace.size : actionSpace.size;
  if (outputs !== expected)
    throw new RangeError(`snapshot.layers: has ${outputs} outputs, expected ${expected}`);
}

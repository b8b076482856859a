/** Multi-layer perceptron with all its numbers in one flat array and hand-written gradients. */
import type { Random } from '../../sim/random.ts';
import type { Backend, Tensor } from '../backend/backend.ts';
import type { Layer } from '../contract.ts';
import { type Initialiser, initialiseLayer } from './init.ts';
import { type NormRows, normaliseRows } from './layer-norm.ts';
import { type Backward, createBackward, type MlpPass } from './mlp-backward.ts';
import { createMlpGraphs, type MlpGraphs } from './mlp-graphs.ts';
import {
  activate,
  createWeightTensors,
  dense,
  type LayerSlots,
  type LayersConfig,
  layout,
} from './mlp-layers.ts';

export interface MlpConfig extends LayersConfig {
  readonly initialiser?: Initialiser;
}

export interface Mlp {
  readonly inputs: number;
  readonly outputs: number;
  /** Where each layer's numbers lie in `parameters`. */
  readonly slots: readonly LayerSlots[];
  /** Weights (inputs, outputs) then bias per layer, then gain and shift where normalised. Call `changed` after writing. */
  readonly parameters: Float32Array;
  /** Same layout; `backward` adds to it. */
  readonly gradients: Float32Array;
  /** x: (1, n, inputs). Call inside a `tidy`. */
  forward(x: Tensor, n: number): MlpPass;
  /** Call inside the same `tidy` as `forward`. */
  readonly backward: Backward;
  /** Both passes outside of TensorFlow.js, where the backend has an engine for graphs; nn/fit.ts uses them. */
  readonly graphs: MlpGraphs | undefined;
  /** `parameters` were written: drop the tensors made of them. */
  changed(): void;
  /** Draw new initial parameters. */
  initialise(random: Random): void;
  /** Copies of the weights for a snapshot. @throws Error with layer normalisation. */
  layers(): Layer[];
  dispose(): void;
}

/** `arrays`: where its numbers shall lie, of the length that `layout` says; default: arrays of its own. */
export function createMlp(
  backend: Backend,
  config: MlpConfig,
  random: Random,
  arrays?: Pick<Mlp, 'parameters' | 'gradients'>,
): Mlp {
  const { slots, size } = layout(config);
  const { parameters, gradients } = arrays ?? {
    parameters: new Float32Array(size),
    gradients: new Float32Array(size),
  };
  const first = slots[0]!;
  const last = slots[slots.length - 1]!;
  const weights = createWeightTensors(backend, parameters, slots);
  const graphs =
    backend.graphs && createMlpGraphs(backend.graphs, { slots, parameters, gradients });
  const mlp: Mlp = {
    inputs: first.inputs,
    outputs: last.outputs,
    slots,
    parameters,
    gradients,
    forward(x, n) {
      const values: Tensor[] = [x];
      const norms: (NormRows | undefined)[] = [];
      for (let l = 0; l < slots.length; l++) {
        const slot = slots[l]!;
        const input = values[l]!;
        const { w, b } = weights.get(l);
        if (slot.norm >= 0) {
          const z = backend.matMul(input, w, b);
          const norm = normaliseRows(backend.view(z), n, slot.outputs, parameters, slot.norm);
          norms.push(norm);
          values.push(activate(backend, backend.upload(norm.out, z.shape), slot.activation));
        } else {
          norms.push(undefined);
          values.push(dense(backend, input, w, b, slot.activation));
        }
      }
      return { n, values, norms, output: backend.view(values[slots.length]!).slice() };
    },
    backward: createBackward({ backend, slots, parameters, gradients, weights }),
    graphs,
    changed: weights.dispose,
    initialise(source) {
      for (const slot of slots) {
        initialiseLayer(
          config.initialiser ?? { kind: 'uniform' },
          parameters.subarray(slot.weights, slot.bias),
          parameters.subarray(slot.bias, slot.bias + slot.outputs),
          slot === last,
          source,
        );
        if (slot.norm >= 0) {
          parameters.fill(1, slot.norm, slot.norm + slot.outputs);
          parameters.fill(0, slot.norm + slot.outputs, slot.norm + 2 * slot.outputs);
        }
      }
      weights.dispose();
    },
    layers: () =>
      slots.map((slot) => {
        if (slot.norm >= 0)
          throw new Error('layers: a normalised network has no plain layers to export');
        return {
          inputs: slot.inputs,
          outputs: slot.outputs,
          activation: slot.activation,
          weights: parameters.slice(slot.weights, slot.bias),
          bias: parameters.slice(slot.bias, slot.bias + slot.outputs),
        };
      }),
    dispose() {
      weights.dispose();
      graphs?.dispose();
    },
  };
  mlp.initialise(random);
  return mlp;
}

/** Networks in graphs: forward and backward passes over the flat parameters of an `Mlp` (agent/nn/mlp.ts). */
import type { Activation } from '../contract.ts';
import { LEAKY_SLOPE } from '../nn/kernels.ts';
import { NORM_EPSILON } from '../nn/layer-norm.ts';
import type { LayerSlots } from '../nn/mlp-layers.ts';
import { describe, type Graph, type Value } from './graph.ts';
import {
  add,
  affine,
  div,
  leakyRelu,
  matMul,
  max,
  mul,
  positive,
  relu,
  sqrt,
  square,
  sub,
  sumColumns,
  sumRows,
  tanh,
} from './operations.ts';

/** Of an `Mlp`, what a graph reads and writes. */
export interface NetworkArrays {
  readonly slots: readonly LayerSlots[];
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
}

interface NormPass {
  /** (z − mean) / standard deviation, per row. */
  readonly hat: Value;
  readonly inverseStd: Value;
}

/** What `backward` needs of a forward pass. */
export interface GraphPass {
  /** Input of every layer, then the output. */
  readonly values: readonly Value[];
  readonly norms: readonly (NormPass | undefined)[];
  readonly output: Value;
}

export interface GraphNetwork {
  /** x (n, inputs) -> output (n, outputs). */
  forward(x: Value): GraphPass;
  /**
   * dOutput: dLoss/dOutput. Collects the gradients of all parameters; those of several passes add up.
   * With `inputs` [from, to) it returns dLoss/dx of those columns.
   */
  backward(
    pass: GraphPass,
    dOutput: Value,
    want?: { inputs?: readonly [from: number, to: number] },
  ): Value | undefined;
  /** dLoss/dx of columns [from, to), parameters left alone: how a value changes with an action. */
  inputGradient(pass: GraphPass, dOutput: Value, from: number, to: number): Value;
  /** What `backward` collected becomes outputs into the network's `gradients`. Once, at the end. */
  writeGradients(): void;
}

interface LayerValues {
  readonly weights: Value;
  /** None: it is the last row of the weights. */
  readonly bias: Value | undefined;
  readonly gain: Value | undefined;
  readonly shift: Value | undefined;
}

export interface NetworkOptions {
  /**
   * The last column of every x, beside the inputs, is ones (`withOnes`): with the bias below the weights, as it lies in the
   * flat array, one product saves writing the bias to every row and, backwards, a sum of rows.
   */
  readonly ones?: boolean;
}

/** Reads the parameters of `net`; `name` distinguishes it from the graph's other networks. */
export function network(
  graph: Graph,
  name: string,
  net: NetworkArrays,
  { ones = false }: NetworkOptions = {},
): GraphNetwork {
  const { slots } = net;
  const layers = slots.map((slot, l) =>
    readLayer(graph, `${name}/${l}`, slot, net.parameters, ones && l === 0),
  );
  const collected = new Map<string, Collected>();

  function collect(what: string, at: number, value: Value): void {
    const before = collected.get(what);
    collected.set(what, { at, value: before ? add(before.value, value) : value });
  }

  function forward(x: Value): GraphPass {
    const inputs = slots[0]!.inputs + (ones ? 1 : 0);
    if (x.shape[1] !== inputs)
      throw new RangeError(`graph.${name}: input is ${describe(x.shape)}, needs ${inputs} columns`);
    const values = [x];
    const norms: (NormPass | undefined)[] = [];
    for (const [l, slot] of slots.entries()) {
      const { weights, bias, gain, shift } = layers[l]!;
      let z = affine(values[l]!, weights, bias);
      norms.push(gain && normalise(z, slot.outputs));
      if (gain && shift) z = add(mul(norms[l]!.hat, gain), shift);
      values.push(activate(slot.activation, z));
    }
    return { values, norms, output: values[slots.length]! };
  }

  /** Of all parameters if `wantParameters`, and of the inputs' columns [from, to) if given. */
  function descend(
    pass: GraphPass,
    dOutput: Value,
    wantParameters: boolean,
    inputs: readonly [number, number] | undefined,
  ): Value | undefined {
    let dh = dOutput;
    for (let l = slots.length - 1; l >= 0; l--) {
      const slot = slots[l]!;
      const { weights, bias, gain } = layers[l]!;
      let dz = activationGradient(slot.activation, dh, pass.values[l + 1]!);
      const norm = pass.norms[l];
      if (norm && gain) {
        if (wantParameters) {
          collect(`${l}/gain`, slot.norm, sumRows(mul(dz, norm.hat)));
          collect(`${l}/shift`, slot.norm + slot.outputs, sumRows(dz));
        }
        dz = normaliseGradient(norm, mul(dz, gain), slot.outputs);
      }
      if (wantParameters) {
        collect(`${l}/weights`, slot.weights, matMul(pass.values[l]!, dz, { transposeA: true }));
        if (bias) collect(`${l}/bias`, slot.bias, sumRows(dz));
      }
      if (l > 0) dh = matMul(dz, weights, { transposeB: true });
      else if (inputs)
        return matMul(dz, partOfRows(graph, name, net, inputs), { transposeB: true });
    }
    return undefined;
  }

  return {
    forward,
    backward: (pass, dOutput, want = {}) => descend(pass, dOutput, true, want.inputs),
    inputGradient: (pass, dOutput, from, to) => descend(pass, dOutput, false, [from, to])!,
    writeGradients() {
      for (const [what, { at, value }] of collected) {
        const count = Number(value.shape[0]) * Number(value.shape[1]);
        graph.output(`${name}/${what} gradient`, value, net.gradients.subarray(at, at + count));
      }
    },
  };
}

interface Collected {
  readonly at: number;
  readonly value: Value;
}

function readLayer(
  graph: Graph,
  name: string,
  slot: LayerSlots,
  from: Float32Array,
  ones: boolean,
): LayerValues {
  const read = (what: string, at: number, rows: number) =>
    graph.input(`${name}/${what}`, rows, slot.outputs, from.subarray(at, at + rows * slot.outputs));
  return {
    weights: read('weights', slot.weights, slot.inputs + (ones ? 1 : 0)),
    bias: ones ? undefined : read('bias', slot.bias, 1),
    gain: slot.norm < 0 ? undefined : read('gain', slot.norm, 1),
    shift: slot.norm < 0 ? undefined : read('shift', slot.norm + slot.outputs, 1),
  };
}

/** Rows [from, to) of the first layer's weights lie together in the flat array: read there, not cut out. */
function partOfRows(
  graph: Graph,
  name: string,
  net: NetworkArrays,
  [from, to]: readonly [number, number],
): Value {
  const { weights, outputs } = net.slots[0]!;
  const part = net.parameters.subarray(weights + from * outputs, weights + to * outputs);
  const what = `${name}/0/weights [${from}, ${to})`;
  const known = graph.inputs.find((port) => port.name === what);
  return known
    ? { graph, name: what, shape: known.shape }
    : graph.input(what, to - from, outputs, part);
}

export function activate(activation: Activation, z: Value): Value {
  switch (activation) {
    case 'linear':
      return z;
    case 'relu':
      return relu(z);
    case 'leaky-relu':
      return leakyRelu(z, LEAKY_SLOPE);
    case 'tanh':
      return tanh(z);
  }
}

/** dz = dh ⊙ f'(z), from the activation's output h. */
export function activationGradient(activation: Activation, dh: Value, h: Value): Value {
  switch (activation) {
    case 'linear':
      return dh;
    case 'relu':
      return mul(dh, positive(h));
    case 'leaky-relu':
      return mul(dh, max(positive(h), LEAKY_SLOPE));
    case 'tanh':
      return mul(dh, sub(1, square(h)));
  }
}

/** (z − mean) / √(variance + ε) per row (Ba et al. 2016). */
function normalise(z: Value, width: number): NormPass {
  const centred = sub(z, mul(sumColumns(z), 1 / width));
  const variance = mul(sumColumns(square(centred)), 1 / width);
  const inverseStd = div(1, sqrt(add(variance, NORM_EPSILON)));
  return { hat: mul(centred, inverseStd), inverseStd };
}

/** dz = (dẑ − mean dẑ − ẑ · mean (dẑ ⊙ ẑ)) / standard deviation. */
function normaliseGradient({ hat, inverseStd }: NormPass, dHat: Value, width: number): Value {
  const mean = mul(sumColumns(dHat), 1 / width);
  const dot = mul(sumColumns(mul(dHat, hat)), 1 / width);
  return mul(sub(sub(dHat, mean), mul(hat, dot)), inverseStd);
}

/** Graphs of random networks with a loss, for properties. */
import fc from 'fast-check';
import type { Activation } from '../../../agent/contract.ts';
import { createGraph, type Graph } from '../../../agent/graphs/graph.ts';
import { type NetworkArrays, network } from '../../../agent/graphs/layers.ts';
import { squaredError } from '../../../agent/graphs/losses.ts';
import { withOnes } from '../../../agent/graphs/operations.ts';
import { layout } from '../../../agent/nn/mlp-layers.ts';
import { createRandom, type Random } from '../../../sim/random.ts';

export interface NetworkCase {
  readonly sizes: readonly number[];
  readonly activation: Activation;
  readonly outputActivation: Activation;
  readonly layerNorm: boolean;
  readonly rows: number;
  readonly named: boolean;
  /** The first bias is the weights of a column of ones. */
  readonly ones: boolean;
  readonly seed: number;
}

const activation = fc.constantFrom<Activation>('linear', 'relu', 'leaky-relu', 'tanh');

export function networkCases(widest: number, mostRows: number): fc.Arbitrary<NetworkCase> {
  return fc.record({
    sizes: fc.array(fc.integer({ min: 1, max: widest }), { minLength: 2, maxLength: 4 }),
    activation,
    outputActivation: activation,
    layerNorm: fc.boolean(),
    rows: fc.integer({ min: 1, max: mostRows }),
    named: fc.boolean(),
    ones: fc.boolean(),
    seed: fc.nat(),
  });
}

export const normals = (count: number, random: Random, scale = 1) =>
  Float32Array.from({ length: count }, () => scale * random.normal());

export function randomNetwork(
  of: Pick<NetworkCase, 'sizes' | 'activation' | 'outputActivation' | 'layerNorm'>,
  random: Random,
): NetworkArrays {
  const { slots, size } = layout(of);
  const scale = 1 / Math.sqrt(Math.max(...of.sizes));
  return { slots, parameters: normals(size, random, scale), gradients: new Float32Array(size) };
}

/** Mean squared error of a network, with the gradients of its parameters and inputs. Output 0 is the loss. */
export function regressionGraph(of: NetworkCase): {
  graph: Graph;
  net: NetworkArrays;
  sizes: Record<string, number>;
} {
  const random = createRandom(of.seed);
  const net = randomNetwork(of, random);
  const [inputs, outputs] = [of.sizes[0]!, of.sizes.at(-1)!];
  const rows = of.named ? 'rows' : of.rows;
  const graph = createGraph('regression');
  const x = graph.input('x', rows, inputs, normals(of.rows * inputs, random));
  const y = graph.input('y', rows, outputs, normals(of.rows * outputs, random));
  const model = network(graph, 'net', net, { ones: of.ones });
  const pass = model.forward(of.ones ? withOnes(x) : x);
  const { loss, dOutput } = squaredError(pass.output, y, 1 / of.rows);
  graph.output('loss', loss, new Float32Array(1));
  const dx = model.backward(pass, dOutput, { inputs: [0, inputs] })!;
  graph.output('dx', dx, new Float32Array(of.rows * inputs));
  model.writeGradients();
  return { graph, net, sizes: of.named ? { rows: of.rows } : {} };
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadOnnxEngine } from '../../../agent/backend/onnx-engine.ts';
import { countOf, createGraph, type Graph, type Port } from '../../../agent/graphs/graph.ts';
import { type NetworkArrays, network } from '../../../agent/graphs/layers.ts';
import { logistic, squaredError } from '../../../agent/graphs/losses.ts';
import {
  add,
  affine,
  columns,
  div,
  exp,
  joinColumns,
  joinRows,
  log,
  matMul,
  max,
  min,
  mul,
  reshape,
  rows,
  sqrt,
  square,
  sumAll,
  sumColumns,
  sumRows,
  transpose,
  whereLess,
} from '../../../agent/graphs/operations.ts';
import { sampleSquashed, squashedGradient } from '../../../agent/graphs/squashed.ts';
import { layout } from '../../../agent/nn/mlp-layers.ts';
import { createRandom } from '../../../sim/random.ts';
import { computeFloat64, derivativeError, distanceFromKink } from './float64.ts';
import { networkCases, normals, randomNetwork, regressionGraph } from './random-graph.ts';

const engine = loadOnnxEngine(1);

/** Runs the graph; largest difference of its outputs from float64, relative to the largest number. */
function engineError(graph: Graph, sizes: Record<string, number> = {}): number {
  const program = engine.compile(graph);
  program.run(sizes);
  program.dispose();
  const exact = computeFloat64(graph, sizes);
  let worst = 0;
  for (const [o, port] of graph.outputs.entries()) {
    const array = port.array as Float32Array;
    const largest = exact[o]!.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    for (const [i, value] of exact[o]!.entries())
      worst = Math.max(worst, Math.abs(array[i]! - value) / largest);
  }
  return worst;
}

/**
 * Inputs that read parameters, each with the output that lies at the same place of the gradients. `ones`: the first bias is
 * a row of the weights.
 */
function gradientsOf(
  graph: Graph,
  net: NetworkArrays,
  ones = false,
): [input: string, output: number][] {
  const lies = (port: Port, at: number, buffer: ArrayBufferLike) =>
    port.array instanceof Float32Array &&
    port.array.buffer === buffer &&
    port.array.byteOffset === at;
  return net.slots
    .flatMap(({ weights, bias, norm, outputs }, l) => [
      weights,
      ...(ones && l === 0 ? [] : [bias]),
      ...(norm < 0 ? [] : [norm, norm + outputs]),
    ])
    .map((at) => {
      const read = graph.inputs.find((port) => lies(port, 4 * at, net.parameters.buffer))!;
      const written = graph.outputs.findIndex((port) => lies(port, 4 * at, net.gradients.buffer));
      return [read.name, written];
    });
}

describe('networks in graphs', () => {
  test('[GRAPH-1] derivatives of networks equal finite differences in float64', () => {
    const one = fc.property(networkCases(5, 4), (of) => {
      const { graph, net, sizes } = regressionGraph(of);
      fc.pre(distanceFromKink(graph, sizes) > 1e-5);
      const all = [['x', 1] as [string, number], ...gradientsOf(graph, net, of.ones)];
      expect(derivativeError(graph, 0, all, sizes)).toBeLessThan(2e-5);
    });
    fc.assert(one, { numRuns: 60 });
  });

  test('[GRAPH-2] the engine computes what float64 does, for any sizes', () => {
    const one = fc.property(networkCases(67, 70), (of) => {
      const { graph, sizes } = regressionGraph(of);
      fc.pre(distanceFromKink(graph, sizes) > 1e-5);
      // Where a row's numbers are nearly alike, layer norm divides rounding by the root of its ε, 0.003.
      expect(engineError(graph, sizes)).toBeLessThan(of.layerNorm ? 5e-4 : 2e-5);
    });
    fc.assert(one, { numRuns: 40 });
  });

  test('[GRAPH-1] gradients of several passes through one network add up', () => {
    const random = createRandom(5);
    const net = randomNetwork(
      { sizes: [3, 4, 2], activation: 'relu', outputActivation: 'linear', layerNorm: true },
      random,
    );
    const graph = createGraph('twice');
    const model = network(graph, 'net', net);
    const losses = [2, 3].map((count, i) => {
      const pass = model.forward(graph.input(`x${i}`, count, 3, normals(3 * count, random)));
      const { loss, dOutput } = squaredError(pass.output, 0.5, 1 / count);
      model.backward(pass, dOutput);
      return loss;
    });
    graph.output('loss', add(losses[0]!, losses[1]!), new Float32Array(1));
    model.writeGradients();
    expect(derivativeError(graph, 0, gradientsOf(graph, net))).toBeLessThan(1e-6);
  });

  test('[GRAPH-1] a value’s gradient by the action leaves the parameters’ alone', () => {
    const random = createRandom(6);
    const net = randomNetwork(
      { sizes: [5, 6, 1], activation: 'tanh', outputActivation: 'linear', layerNorm: false },
      random,
    );
    const graph = createGraph('action');
    const state = graph.input('state', 4, 3, normals(12, random));
    const action = graph.input('action', 4, 2, normals(8, random));
    const model = network(graph, 'net', net);
    const pass = model.forward(joinColumns(state, action));
    graph.output('sum', sumAll(pass.output), new Float32Array(1));
    const one = graph.constant(4, 1, new Float32Array(4).fill(1));
    graph.output('slope', model.inputGradient(pass, one, 3, 5), new Float32Array(8));
    model.writeGradients();
    expect(graph.outputs.length).toBe(2);
    expect(derivativeError(graph, 0, [['action', 1]])).toBeLessThan(1e-7);
    expect(engineError(graph)).toBeLessThan(1e-6);
  });
});

describe('losses in graphs', () => {
  test('[GRAPH-3] the squashed Gaussian’s derivatives equal finite differences in float64', () => {
    const one = fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      fc.nat(),
      (n, k, seed) => {
        const random = createRandom(seed);
        const graph = createGraph('squashed');
        const raw = graph.input('raw', n, 2 * k, normals(n * 2 * k, random));
        const noise = graph.input('noise', n, k, normals(n * k, random));
        const weights = graph.input('weights', n, k, normals(n * k, random));
        const perRow = graph.input('perRow', n, 1, normals(n, random));
        const sample = sampleSquashed(raw, noise);
        const loss = add(
          sumAll(mul(sample.actions, weights)),
          sumAll(mul(sample.logProbs, perRow)),
        );
        graph.output('loss', loss, new Float32Array(1));
        const { dMu, dRaw } = squashedGradient(sample, weights, perRow);
        graph.output('dOutput', joinColumns(dMu, dRaw), new Float32Array(n * 2 * k));
        expect(derivativeError(graph, 0, [['raw', 1]])).toBeLessThan(1e-6);
        expect(engineError(graph)).toBeLessThan(1e-5);
      },
    );
    fc.assert(one, { numRuns: 60 });
  });

  test('[GRAPH-3] the logistic loss’s derivative equals finite differences in float64', () => {
    const random = createRandom(4);
    const graph = createGraph('logistic');
    const z = graph.input(
      'z',
      9,
      1,
      Float32Array.from({ length: 9 }, (_, i) => 20 * (i - 4)),
    );
    const { loss, dOutput } = logistic(z, graph.input('weight', 9, 1, normals(9, random)));
    graph.output('loss', loss, new Float32Array(1));
    graph.output('dz', dOutput, new Float32Array(9));
    expect(derivativeError(graph, 0, [['z', 1]])).toBeLessThan(1e-7);
    expect(engineError(graph)).toBeLessThan(1e-6);
  });
});

describe('operations', () => {
  test('[GRAPH-2] every operation computes what float64 does, also with sizes that a run says', () => {
    const random = createRandom(7);
    const sizes = { rows: 3, double: 6 };
    for (const size of [3, 'rows'] as const) {
      const graph = createGraph('operations');
      const a = graph.input('a', size, 4, normals(12, random));
      const b = graph.input('b', size, 4, normals(12, random));
      const w = graph.input('w', 4, 2, normals(8, random));
      const results = [
        affine(a, w, columns(rows(w, 1, 2), 0, 2)),
        matMul(a, b, { transposeA: true }),
        matMul(a, b, { transposeB: true }),
        div(log(add(square(a), 1)), sqrt(exp(b))),
        max(min(a, b), sumRows(a)),
        whereLess(a, 0.1, sumColumns(b), b),
        transpose(joinColumns(a, b)),
        reshape(a, typeof size === 'string' ? 'double' : 6, 2),
        joinRows(w, w),
      ];
      for (const [i, value] of results.entries())
        graph.output(`${i}`, value, new Float32Array(countOf(value.shape, sizes)));
      const program = engine.compile(graph);
      for (const [i, exact] of computeFloat64(graph, sizes).entries()) {
        program.run(sizes);
        const got = (graph.outputs[i]!.array as Float32Array).subarray(0, exact.length);
        for (const [j, value] of exact.entries()) expect(got[j]).toBeCloseTo(value, 5);
      }
      program.dispose();
    }
  });

  test('[GRAPH-2] one program serves runs of different sizes', () => {
    const graph = createGraph('sizes');
    const x = graph.input('x', 'rows', 2, Float32Array.of(1, 2, 3, 4, 5, 6));
    const sums = new Float32Array(2);
    graph.output('sums', sumRows(x), sums);
    const program = engine.compile(graph);
    for (const [count, expected] of [
      [3, [9, 12]],
      [1, [1, 2]],
      [2, [4, 6]],
    ] as const) {
      program.run({ rows: count });
      expect([...sums]).toEqual(expected);
    }
    expect(() => program.run({ rows: 4 })).toThrow('graph sizes: x has 6 numbers, (4, 2) needs 8');
    expect(() => program.run()).toThrow('size rows is undefined');
    program.dispose();
  });
});

describe('a graph is checked as it is built', () => {
  const graph = createGraph('checked');
  const a = graph.input('a', 3, 4, new Float32Array(12));
  const b = graph.input('b', 5, 4);
  const n = graph.input('n', 'rows', 4);
  const wrong: readonly (readonly [string, () => unknown, string])[] = [
    ['a product', () => matMul(a, b), 'graph.product: shapes do not fit: (3, 4) · (5, 4)'],
    ['a transposed product', () => matMul(a, b, { transposeA: true }), '(3, 4)ᵀ · (5, 4)'],
    ['a bias', () => affine(a, transpose(b), a), '(3, 4) · (4, 5) + (3, 4)'],
    ['a sum', () => add(a, b), 'graph.Add: shapes do not fit: (3, 4) and (5, 4)'],
    ['a named size', () => mul(a, n), '(3, 4) and (rows, 4)'],
    [
      'columns side by side',
      () => joinColumns(a, b),
      'graph.joinColumns: shapes do not fit: (3, 4), (5, 4)',
    ],
    [
      'columns that are not there',
      () => columns(a, 2, 5),
      'columns: is [2, 5), allowed a part of [0, 4)',
    ],
    ['another order', () => reshape(a, 5, 2), '(3, 4) to (5, 2)'],
    [
      'an array',
      () => graph.input('c', 2, 2, new Float32Array(3)),
      'array has 3 numbers, (2, 2) needs 4',
    ],
    ['a name', () => graph.input('a', 1, 1), 'graph checked: a is declared twice'],
    ['a size', () => graph.input('d', 0, 1), 'checked.d: shape is (0, 1)'],
    [
      'a network’s input',
      () =>
        network(graph, 'net', {
          ...layout({ sizes: [3, 1], activation: 'relu' }),
          parameters: new Float32Array(4),
          gradients: new Float32Array(4),
        }).forward(a),
      'graph.net: input is (3, 4), needs 3 columns',
    ],
    [
      'a value of another graph',
      () => createGraph('other').output('x', a),
      'other.x: is of another graph',
    ],
    [
      'an output over an input',
      () => graph.output('x', add(a, 1), graph.inputs[0]!.array as Float32Array),
      'shares memory with that of a',
    ],
  ];
  test.each(wrong)('[GRAPH-4] refused with what does not fit: %s', (_, build, message) => {
    expect(build).toThrow(message);
  });

  test('[GRAPH-4] what is run needs an array for everything', () => {
    const bare = createGraph('bare');
    bare.output('y', add(bare.input('x', 1, 1), 1), new Float32Array(1));
    const program = engine.compile(bare);
    expect(() => program.run()).toThrow('graph bare: x has no array');
    program.dispose();
  });
});

test('[GRAPH-5] on one thread a graph computes the same bits at every run', () => {
  const one = fc.property(networkCases(200, 300), (of) => {
    const { graph, sizes } = regressionGraph(of);
    const bits = [1, 2].map(() => {
      const program = engine.compile(graph);
      program.run(sizes);
      program.dispose();
      return graph.outputs.map((port) => [
        ...new Uint32Array((port.array as Float32Array).slice().buffer),
      ]);
    });
    expect(bits[1]).toEqual(bits[0]);
  });
  fc.assert(one, { numRuns: 10 });
});

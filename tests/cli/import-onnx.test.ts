import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { policyGraph } from '../../agent/acting/graph.ts';
import { createPolicy } from '../../agent/acting/policy.ts';
import type { PolicySnapshot } from '../../agent/contract.ts';
import { createGraph, type Graph, type Value } from '../../agent/graphs/graph.ts';
import { encodeOnnx } from '../../agent/graphs/onnx.ts';
import {
  add,
  affine,
  clip,
  joinColumns,
  mul,
  relu,
  sigmoid,
  sub,
  tanh,
} from '../../agent/graphs/operations.ts';
import { importOnnx } from '../../cli/import-onnx.ts';
import { createRandom } from '../../sim/random.ts';
import { box } from '../../sim/spaces.ts';
import { inProcess } from './in-process.ts';
import { D, K, KINDS, oddPolicy, SPACE } from './odd-policies.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-import-onnx-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const random = createRandom(9);
const normals = (size: number, scale = 1) =>
  Float32Array.from({ length: size }, () => scale * random.normal());

function written(graph: Graph): string {
  const file = join(folder, 'model.onnx');
  writeFileSync(file, encodeOnnx(graph));
  return file;
}

const acts = (snapshot: PolicySnapshot) => {
  const policy = createPolicy(snapshot, createRandom(1));
  return (observation: Float32Array) => {
    const out = new Float32Array(K);
    policy.act(observation, out, 'mean');
    return out;
  };
};

/** Largest difference from what ONNX Runtime makes of the file, over so many observations. */
async function difference(file: string, snapshot: PolicySnapshot, rows: number): Promise<number> {
  const session = await InferenceSession.create(file);
  const observations = normals(rows * D, 2);
  const results = await session.run({
    observation: new Tensor('float32', observations, [rows, D]),
  });
  const theirs = results.action!.data as Float32Array;
  const act = acts(snapshot);
  let most = 0;
  for (let i = 0; i < rows; i++)
    for (const [j, value] of act(observations.subarray(i * D, (i + 1) * D)).entries())
      most = Math.max(most, Math.abs(value - theirs[i * K + j]!));
  return most;
}

describe.each(KINDS)('a policy with %s', (kind) => {
  test('[CLI-40] acts as ONNX Runtime does, over 10,000 observations', async () => {
    const policy = oddPolicy(kind);
    expect(await difference(written(policyGraph(policy)), policy, 10_000)).toBeLessThan(1e-5);
  });

  test('[CLI-64] comes back from its ONNX file and acts alike', async () => {
    const file = written(policyGraph(oddPolicy(kind)));
    const back = importOnnx(file, D, SPACE);
    expect(await difference(file, back, 2000)).toBeLessThan(1e-5);
    expect(back.squash).toBe(oddPolicy(kind).squash);
    expect(back.layers.length).toBe(oddPolicy(kind).layers.length);
  });
});

/** A layer of the test's own, and what else a graph may do. */
function graphOf(build: (x: Value, graph: Graph) => Value): string {
  const graph = createGraph('theirs');
  const x = graph.input('observation', 'rows', D);
  graph.output('action', build(x, graph));
  return written(graph);
}

const layer = (x: Value, graph: Graph, from: number, to: number) =>
  affine(x, graph.constant(from, to, normals(from * to, 0.4)), graph.constant(1, to, normals(to)));

const FOREIGN: Readonly<Record<string, (x: Value, graph: Graph) => Value>> = {
  'scales between layers': (x, g) =>
    layer(mul(add(tanh(layer(sub(x, 0.5), g, D, 8)), 1), 2), g, 8, K),
  'a sigmoid, and a tanh in other units than ours': (x, g) =>
    mul(tanh(layer(sigmoid(layer(x, g, D, 8)), g, 8, K)), 0.3),
  'no layer before its first activation': (x, g) => layer(relu(mul(x, 3)), g, D, K),
  'two activations in a row': (x, g) => layer(relu(tanh(layer(x, g, D, 8))), g, 8, K),
  'observations of large mean and small spread': (x, g) =>
    layer(tanh(layer(mul(sub(mul(x, 2 ** -10), 2 ** 10), 16), g, D, 8)), g, 8, K),
};

test.each(Object.keys(FOREIGN))('[CLI-64] a model of %s acts as it does there', async (name) => {
  const file = graphOf(FOREIGN[name]!);
  const imported = importOnnx(file, D, SPACE);
  const session = await InferenceSession.create(file);
  const act = acts(imported);
  for (let i = 0; i < 500; i++) {
    const mean = name.includes('large mean') ? 2 ** 20 : 0;
    const observation = normals(D).map((v) => v + mean);
    const { action } = await session.run({
      observation: new Tensor('float32', observation, [1, D]),
    });
    for (const [j, value] of act(observation).entries()) {
      const theirs = (action!.data as Float32Array)[j]!;
      const within = Math.min(SPACE.high[j]!, Math.max(SPACE.low[j]!, theirs));
      expect(Math.abs(value - within), name).toBeLessThan(1e-5);
    }
  }
});

const REFUSED: readonly (readonly [why: string, build: (x: Value, graph: Graph) => Value])[] = [
  ['Add joins 2 values', (x, g) => layer(add(x, layer(x, g, D, D)), g, D, K)],
  ['Concat joins 2 values', (x, g) => layer(joinColumns(x, tanh(x)), g, 2 * D, K)],
  [`gives ${K + 1} actions, the environment has ${K}`, (x, g) => layer(x, g, D, K + 1)],
  ['has no layer', (x) => clip(x, -1, 1)],
  ['clips between layers', (x, g) => layer(clip(layer(x, g, D, 8), -1, 1), g, 8, K)],
  [
    "clips action 0 to -0.1 … 0.1, the environment's is -2",
    (x, g) => clip(layer(x, g, D, K), -0.1, 0.1),
  ],
  [
    'has Softplus, allowed Gemm',
    (x, g) => x.graph.apply('Softplus', [layer(x, g, D, K)], ['rows', K]),
  ],
];

test.each(REFUSED)('[CLI-64] a model that %s is refused in these words', (why, build) => {
  expect(() => importOnnx(graphOf(build), D, SPACE)).toThrow(why);
});

test('[CLI-64] other sizes, other files and damaged ones are refused by name', () => {
  const file = written(policyGraph(oddPolicy(KINDS[0]!)));
  expect(() => importOnnx(file, D + 1, SPACE)).toThrow(
    `takes observation (any, ${D}), the environment has ${D + 1} observations`,
  );
  expect(() => importOnnx(file, D, box(-1, 1, { size: K + 2 }))).toThrow(
    `gives ${K} actions, the environment has ${K + 2}`,
  );
  const whole = readFileSync(file);
  for (const bytes of [
    whole.subarray(0, whole.length - 7),
    Buffer.from('no model'),
    Buffer.alloc(0),
  ]) {
    writeFileSync(file, bytes);
    expect(() => importOnnx(file, D, SPACE)).toThrow('is no ONNX model that reins reads');
  }
});

test('[CLI-64] the command makes a policy file that eval plays', async () => {
  const graph = createGraph('arm');
  const x = graph.input('observation', 'rows', 10);
  graph.output('action', tanh(layer(tanh(layer(x, graph, 10, 8)), graph, 8, 2)));
  const file = written(graph);
  const imported = await inProcess('import', 'policy', file, '--env', 'reacher', '--json');
  expect(imported.code, imported.err).toBe(0);
  const { out, layers } = JSON.parse(imported.text);
  expect([out, layers]).toEqual([join(folder, 'model.policy'), '10x8 8x2']);
  const played = await inProcess(
    ...['eval', '--env', 'reacher', '--policy', out, '--episodes', '2', '--json'],
  );
  expect(played.code, played.err).toBe(0);
  expect(JSON.parse(played.text).return.mean).toBeLessThan(0);
});

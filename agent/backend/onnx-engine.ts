/**
 * Runs training graphs (agent/graphs) on onnxruntime-node. The only file that imports it.
 *
 * Its public `run` waits for the next turn of the event loop and then computes on the calling thread all the same;
 * the binding below it is synchronous, as learners are. A version of the package is fixed in package.json for that.
 */
import { createRequire } from 'node:module';
import type { Tensor } from 'onnxruntime-node';
import type * as BindingModule from 'onnxruntime-node/dist/binding.js';
import { describe, dimsOf, type Graph, type Port } from '../graphs/graph.ts';
import { encodeOnnx } from '../graphs/onnx.ts';
import { nativeCall } from './native-calls.ts';

/** Names in the shapes of a graph, and how large they are in a run. */
export type Sizes = Readonly<Record<string, number>>;

/** A compiled graph, bound to its arrays. */
export interface Program {
  /**
   * Reads the arrays of the inputs, writes those of the outputs. Not to be called before an earlier call returned.
   * @throws RangeError where a size is missing or larger than an array.
   */
  run(sizes?: Sizes): void;
  dispose(): void;
}

export interface GraphEngine {
  /** Of onnxruntime. */
  readonly version: string;
  /** Threads that compute, the calling one included. */
  readonly threads: number;
  /** @throws RangeError where an input or output has no array. */
  compile(graph: Graph): Program;
}

type TensorOf = new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor;
type Tensors = Record<string, Tensor>;

/** @throws Error where the package or a binary for this machine is missing or does not load. */
export function loadOnnxEngine(threads: number): GraphEngine {
  const require = createRequire(import.meta.url);
  const { binding, initOrt } = require('onnxruntime-node/dist/binding.js') as typeof BindingModule;
  const { Tensor } = require('onnxruntime-node') as { Tensor: TensorOf };
  const { version } = require('onnxruntime-node/package.json') as { version: string };
  nativeCall(initOrt);
  const options = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // Threads that wait by spinning take the core that a simulation needs.
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  } as const;

  function compile(graph: Graph): Program {
    const session = new binding.InferenceSession();
    const model = encodeOnnx(graph);
    const { buffer, byteOffset, byteLength } = model;
    nativeCall(() => session.loadModel(buffer as ArrayBuffer, byteOffset, byteLength, options));
    const bind = createBinder(Tensor, graph);
    return {
      run(sizes = {}) {
        const { feeds, fetches } = bind(sizes);
        nativeCall(() => session.run(feeds, fetches, {}));
      },
      dispose: () => session.dispose(),
    };
  }
  return { version, threads, compile };
}

/** Tensors over the arrays of a graph, made anew only when sizes change. */
function createBinder(Tensor: TensorOf, graph: Graph) {
  let bound: { key: string; feeds: Tensors; fetches: Tensors } | undefined;
  const tensor = (port: Port, sizes: Sizes): Tensor => {
    const dims = dimsOf(port.shape, sizes);
    const count = dims[0] * dims[1];
    if (port.array === undefined)
      throw new RangeError(`graph ${graph.name}: ${port.name} has no array, give it one to run`);
    const array = port.array === 'ones' ? new Float32Array(count).fill(1) : port.array;
    if (array.length < count)
      throw new RangeError(
        `graph ${graph.name}: ${port.name} has ${array.length} numbers, ${describe(dims)} needs ${count}`,
      );
    return new Tensor('float32', array.length === count ? array : array.subarray(0, count), dims);
  };
  return (sizes: Sizes): { feeds: Tensors; fetches: Tensors } => {
    const key = JSON.stringify(sizes);
    if (bound?.key !== key) {
      const entries = (ports: readonly Port[]) =>
        Object.fromEntries(ports.map((port) => [port.name, tensor(port, sizes)]));
      bound = { key, feeds: entries(graph.inputs), fetches: entries(graph.outputs) };
    }
    return bound;
  };
}

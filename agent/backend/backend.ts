/**
 * The one place that decides what learners compute with: graphs on ONNX Runtime (onnx-engine.ts) beside tensors on
 * TensorFlow.js, else TensorFlow.js alone: native, else wasm, else cpu. Learners speak to the `Backend` it returns;
 * the control loop never does (see agent/acting/policy.ts).
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import type { BackendName } from '../contract.ts';
import { createGraph } from '../graphs/graph.ts';
import { matMul } from '../graphs/operations.ts';
import {
  type NodeUtil,
  prepareNativeEnvironment,
  restoreRemovedByNode,
} from './native-environment.ts';
import { createNativeKernels, type GradientKernels, type NativeRunner } from './native-kernels.ts';
import { type GraphEngine, loadOnnxEngine } from './onnx-engine.ts';

export type { BackendName };
export type TensorFlowName = Exclude<BackendName, 'onnx'>;
export type Tensor = TensorFlow.Tensor;

export interface BackendOptions {
  /** Tried first; the others follow in the order onnx, native, wasm, cpu. Default: onnx. */
  readonly prefer?: BackendName;
  /**
   * Same seed and log, same weights, bit for bit: one thread, and not native, whose threads may reorder sums. On the
   * same kind of processor: kernels of others add in another order.
   */
  readonly deterministic?: boolean;
  /** Threads of onnx, the learner's own included; default 1. */
  readonly threads?: number;
  /**
   * False: tensors are not wanted where graphs compute, and a thread without TensorFlow.js takes some 30 MB less.
   * Default true.
   */
  readonly tensors?: boolean;
}

export interface Backend {
  readonly name: BackendName;
  /** Why this backend was chosen, in one sentence. */
  readonly reason: string;
  /** Runs training graphs; without it, and for a learner that has none, tensors compute. */
  readonly graphs: GraphEngine | undefined;
  /** What `tf` computes with; undefined: it was not wanted, and whoever asks for it gets an error. */
  readonly tensors: TensorFlowName | undefined;
  /** Its core: gradients are written out (docs/decisions/0003), so those of TensorFlow.js are not loaded. */
  readonly tf: typeof TensorFlow;
  /**
   * A tensor of a copy of the first `shape` product numbers of `values`. Made inside a `tidy`, it is
   * freed there; `tf.keep` it to hold on to it.
   */
  upload(values: Float32Array, shape: number[]): Tensor;
  /**
   * The numbers of a tensor, without a copy where the backend allows it. Valid only until the next
   * TensorFlow operation (wasm memory may move when it grows); read-only.
   */
  view(tensor: Tensor): Float32Array;
  /**
   * activation(a · b + bias), a (1, n, m), b (1, m, k), bias (k): one fused kernel.
   */
  matMul(
    a: Tensor,
    b: Tensor,
    bias?: Tensor,
    activation?: 'linear' | 'relu' | 'leakyrelu',
    leakySlope?: number,
  ): Tensor;
  /**
   * Gradients of a network's layers as kernels, where they beat loops in JavaScript: on native, where
   * reading a tensor's numbers costs as much as the arithmetic. Elsewhere it costs nothing.
   */
  readonly gradients: GradientKernels<Tensor> | undefined;
}

/** The part of the wasm backend that reads its heap without a copy. */
interface WasmHeap {
  typedArrayFromHeap(tensor: Tensor): Float32Array;
}

const require = createRequire(import.meta.url);
const loaded = new Map<string, Backend>();
const failures = new Map<BackendName, string>();
const titles = {
  onnx: 'ONNX Runtime (onnxruntime-node)',
  native: 'native TensorFlow (@tensorflow/tfjs-node)',
  wasm: 'TensorFlow.js wasm',
  cpu: 'TensorFlow.js in plain JavaScript',
} as const satisfies Record<BackendName, string>;

/**
 * Load the first backend that works. Idempotent per thread: the same choice returns the same object.
 * @throws Error with every backend's reason when none loads.
 */
export async function loadBackend(options: BackendOptions = {}): Promise<Backend> {
  return loadFirst(order(options), options);
}

async function loadFirst(
  wanted: readonly BackendName[],
  options: BackendOptions,
): Promise<Backend> {
  for (const name of wanted) {
    const { deterministic, tensors } = options;
    const key =
      name === 'onnx' ? `onnx, ${threadsOf(options)}, ${deterministic}, ${tensors}` : name;
    const known = loaded.get(key);
    if (known) {
      if (known.tensors) known.tf.setBackend(engineName(known.tensors));
      return known;
    }
    if (failures.has(name)) continue;
    try {
      const reason = explain(name, options, wanted);
      const backend =
        name === 'onnx' ? await withGraphs(options, reason) : wrap(name, reason, await start(name));
      loaded.set(key, backend);
      return backend;
    } catch (error) {
      failures.set(name, firstLine(error));
    }
  }
  const why = [...failures].map(([name, reason]) => `${name}: ${reason}`).join('; ');
  throw new Error(`backend: no TensorFlow.js backend loads (${why})`);
}

/** Graphs on ONNX Runtime, beside the TensorFlow.js backend that would be used without them where it is wanted. */
async function withGraphs(options: BackendOptions, reason: string): Promise<Backend> {
  const graphs = loadOnnxEngine(threadsOf(options));
  tryGraph(graphs);
  const how = `version ${graphs.version}, threads: ${graphs.threads}`;
  if (options.tensors === false) return withoutTensors(graphs, `${reason}; ${how}`);
  const others = order(options).filter((name) => name !== 'onnx');
  const tensors = await loadFirst(others, options);
  const rest = `what has no graph runs on ${titles[tensors.name]}`;
  return { ...tensors, name: 'onnx', reason: `${reason}; ${how}; ${rest}`, graphs };
}

function withoutTensors(graphs: GraphEngine, reason: string): Backend {
  const refuse = (): never => {
    throw new Error('backend: has no tensors, for { tensors: false } was asked for');
  };
  return {
    ...{ name: 'onnx', reason, graphs, tensors: undefined, gradients: undefined },
    get tf() {
      return refuse();
    },
    upload: refuse,
    view: refuse,
    matMul: refuse,
  };
}

/** @throws Error where a small product comes out wrong. */
function tryGraph(graphs: GraphEngine): void {
  const graph = createGraph('trial');
  const x = graph.input('x', 1, 2, Float32Array.of(1, 2));
  const product = new Float32Array(1);
  graph.output('product', matMul(x, x, { transposeB: true }), product);
  const program = graphs.compile(graph);
  program.run();
  program.dispose();
  if (product[0] !== 5) throw new Error('it computes wrong numbers here');
}

function threadsOf(options: BackendOptions): number {
  const { threads = 1, deterministic = false } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > 64)
    throw new RangeError(`backend.threads: is ${threads}, allowed whole numbers from 1 to 64`);
  return deterministic ? 1 : threads;
}

function order(options: BackendOptions): BackendName[] {
  const all: BackendName[] = [
    'onnx',
    ...(options.deterministic ? [] : ['native' as const]),
    'wasm',
    'cpu',
  ];
  const prefer = options.prefer;
  if (!prefer) return all;
  if (!(prefer in titles))
    throw new RangeError(`backend: is ${prefer}, allowed onnx, native, wasm or cpu`);
  if (!all.includes(prefer)) return all;
  return [prefer, ...all.filter((name) => name !== prefer)];
}

function engineName(name: TensorFlowName): string {
  return name === 'native' ? 'tensorflow' : name;
}

async function start(name: TensorFlowName): Promise<typeof TensorFlow> {
  // CommonJS builds: every TensorFlow.js package then shares the same core. The whole of TensorFlow.js, with gradients
  // and layers that nothing here uses, would keep 11 MB more of each thread's heap and 20 MB more of memory.
  const tf = require('@tensorflow/tfjs-core') as typeof TensorFlow;
  switch (name) {
    case 'native':
      prepareNativeEnvironment();
      restoreRemovedByNode(require('node:util') as NodeUtil);
      require('@tensorflow/tfjs-node');
      break;
    case 'wasm': {
      const wasm = require('@tensorflow/tfjs-backend-wasm') as {
        setWasmPaths(prefix: string): void;
      };
      wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
      break;
    }
    case 'cpu':
      require('@tensorflow/tfjs-backend-cpu');
      break;
  }
  tf.enableProdMode(); // no banner on stderr, no checks of every operation's result
  if (!(await tf.setBackend(engineName(name)))) throw new Error('it does not start');
  await tf.ready();
  // Before training begins, so that a library that loads but lacks an operation here is passed over.
  // It also uses the library: a thread that ends with it loaded but unused takes the process with it.
  tryOperations(tf);
  return tf;
}

/**
 * The operations that networks need, on a tiny one.
 * @throws Error that names the first one that fails.
 */
export function tryOperations(tf: typeof TensorFlow): void {
  tf.tidy(() => {
    const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const w = tf.tensor2d([0.5, -0.5, 0.25, 1], [2, 2]);
    const products = tf.matMul(x, w).dataSync();
    const slopes = tf.leakyRelu(tf.relu(tf.sub(x, 2)), 0.5).dataSync();
    const bounded = tf.tanh(w).dataSync();
    if (products.join() !== '1,1.5,2.5,2.5' || slopes.join() !== '0,0,1,2' || !(bounded[0]! < 0.5))
      throw new Error('it computes wrong numbers here');
  });
}

function explain(
  name: BackendName,
  options: BackendOptions,
  wanted: readonly BackendName[],
): string {
  const parts: string[] = [];
  for (const earlier of wanted.slice(0, wanted.indexOf(name)))
    parts.push(`${earlier} does not load: ${failures.get(earlier)}`);
  if (options.deterministic) parts.push('deterministic runs leave out native');
  if (options.prefer === name) parts.push('as asked for');
  if (parts.length === 0) parts.push('the fastest, and it loads');
  return `${titles[name]}: ${parts.join('; ')}`;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0]!.slice(0, 160);
}

function wrap(name: TensorFlowName, reason: string, tf: typeof TensorFlow): Backend {
  const engine = tf.engine();
  const wasm = name === 'wasm' ? (tf.backend() as unknown as WasmHeap) : undefined;
  const native =
    name === 'native'
      ? createNativeKernels(tf.backend() as unknown as NativeRunner<Tensor>)
      : undefined;
  return {
    name,
    reason,
    graphs: undefined,
    tensors: name,
    tf,
    upload: (values, shape) => {
      // TensorFlow.js has one current backend per thread; another learner may have chosen its own.
      if (engine.backendName !== engineName(name)) tf.setBackend(engineName(name));
      let size = 1;
      for (const n of shape) size *= n;
      const part = values.length === size ? values : values.subarray(0, size);
      // wasm copies into its heap; the others keep a reference to what they are given.
      return engine.makeTensor(wasm ? part : part.slice(), shape, 'float32');
    },
    view: wasm
      ? (tensor) => wasm.typedArrayFromHeap(tensor)
      : (tensor) => tensor.dataSync<'float32'>(),
    matMul: (a, b, bias, activation = 'linear', leakySlope = 0) => {
      if (native) return native.matMul(a, b, bias, activation, leakySlope);
      const untransposed = { transposeA: false, transposeB: false };
      if (!bias && activation === 'linear')
        return engine.runKernel<Tensor>('BatchMatMul', { a, b }, untransposed);
      return engine.runKernel<Tensor>('_FusedMatMul', bias ? { a, b, bias } : { a, b }, {
        ...untransposed,
        activation,
        leakyreluAlpha: leakySlope,
      });
    },
    gradients: native?.gradients,
  };
}

/**
 * Kernels in WebAssembly SIMD and the memory that they work in. Every Node that Reins runs on has SIMD
 * where the processor has it; elsewhere callers keep to plain TypeScript.
 */
import type { Activation } from '../../contract.ts';
import { KERNELS } from './module.ts';

/** Arrays start at multiples of this many bytes: a vector. */
const ALIGNMENT = 16;
const PAGE = 65_536;
/** Columns of a layer are padded to a multiple of this. */
export const PANEL = 16;

const ACTIVATIONS: Readonly<Record<Activation, number>> = {
  linear: 0,
  relu: 1,
  'leaky-relu': 2,
  tanh: 3,
};

/** Coefficients of one step: m += (g − m) rate1, v += (g² − v) rate2, p = p decay − rate m / (√v + ε). */
export interface AdamStep {
  /** Factor of the gradients. */
  readonly clip: number;
  readonly rate1: number;
  readonly rate2: number;
  readonly rate: number;
  readonly epsilon: number;
  readonly decay: number;
}

/**
 * Every array that a kernel is given is one of `arrays` or a part of one; others are refused with a
 * RangeError. Their numbers stay where they are for good.
 */
export interface Simd {
  /** Zeros, as long as asked for. */
  readonly arrays: readonly Float32Array[];
  /**
   * y = f(x W + b). y and b are padded with zeros to a multiple of PANEL; W is packed by `packWeights`;
   * `rows` is working memory of at least 2 (n + 1) numbers. Rows of W where x is 0 are left out.
   */
  dense(
    activation: Activation,
    x: Float32Array,
    weights: Float32Array,
    bias: Float32Array,
    y: Float32Array,
    rows: Float32Array,
  ): void;
  /** One step of Adam on parameters p, gradients g and moments m and v of equal length. */
  adam(p: Float32Array, g: Float32Array, m: Float32Array, v: Float32Array, step: AdamStep): void;
  /** target += tau (source − target) */
  polyak(target: Float32Array, source: Float32Array, tau: number): void;
  /** Σ x² */
  squares(x: Float32Array): number;
}

/** What assembly/kernels.ts exports. */
interface Kernels {
  dense(...addresses: number[]): void;
  adam(...numbers: number[]): void;
  polyak(target: number, source: number, n: number, tau: number): void;
  squares(x: number, n: number): number;
}

/** What is used of WebAssembly, whose types come with browsers' alone. */
interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Memory: new (pages: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: WebAssemblyApi };
let compiled: object | undefined | 'none';

/** The module, compiled once per thread; undefined where the processor has no SIMD. */
function kernels(): object | undefined {
  if (compiled === undefined) {
    const bytes = Buffer.from(KERNELS, 'base64');
    compiled = wasm.validate(bytes) ? new wasm.Module(bytes) : 'none';
  }
  return compiled === 'none' ? undefined : compiled;
}

/** Arrays of the given lengths in a memory of their own, and kernels for them; undefined without SIMD. */
export function createSimd(lengths: readonly number[]): Simd | undefined {
  const module = kernels();
  if (!module) return undefined;
  const starts: number[] = [];
  let size = 0;
  for (const length of lengths) {
    starts.push(size);
    size += Math.ceil((length * Float32Array.BYTES_PER_ELEMENT) / ALIGNMENT) * ALIGNMENT;
  }
  const pages = Math.max(1, Math.ceil(size / PAGE));
  const memory = new wasm.Memory({ initial: pages, maximum: pages });
  const run = new wasm.Instance(module, { env: { memory } }).exports as Kernels;

  function at(array: Float32Array, length: number): number {
    if (array.buffer !== memory.buffer)
      throw new RangeError('simd: an array lies outside of the memory, take one of `arrays`');
    if (array.length !== length)
      throw new RangeError(`simd: an array has ${array.length} numbers, expected ${length}`);
    return array.byteOffset;
  }

  return {
    arrays: lengths.map((length, i) => new Float32Array(memory.buffer, starts[i], length)),
    dense(activation, x, weights, bias, y, rows) {
      const n = x.length;
      const m = y.length;
      if (m % PANEL !== 0)
        throw new RangeError(`simd.y: has ${m} numbers, needs a multiple of ${PANEL}`);
      if (rows.length < 2 * (n + 1))
        throw new RangeError(`simd.rows: has ${rows.length} numbers, needs ${2 * (n + 1)}`);
      run.dense(
        at(x, n),
        n,
        at(weights, n * m),
        at(bias, m),
        at(y, m),
        m,
        ACTIVATIONS[activation],
        at(rows, rows.length),
      );
    },
    adam(p, g, m, v, { clip, rate1, rate2, rate, epsilon, decay }) {
      const n = p.length;
      const moments = [at(m, n), at(v, n)] as const;
      run.adam(at(p, n), at(g, n), ...moments, n, clip, rate1, rate2, rate, epsilon, decay);
    },
    polyak(target, source, tau) {
      const n = target.length;
      run.polyak(at(target, n), at(source, n), n, tau);
    },
    squares: (x) => run.squares(at(x, x.length), x.length),
  };
}

/** Outputs of a layer, padded. */
export function paddedOutputs(outputs: number): number {
  return Math.ceil(outputs / PANEL) * PANEL;
}

/**
 * Weights (inputs, outputs) as `dense` wants them: panels of PANEL columns, the rows of a panel one after
 * the other, zeros in the columns that the layer does not have.
 */
export function packWeights(
  weights: Float32Array,
  inputs: number,
  outputs: number,
  into: Float32Array,
): void {
  for (let from = 0; from < outputs; from += PANEL) {
    const width = Math.min(PANEL, outputs - from);
    for (let i = 0; i < inputs; i++) {
      const row = i * outputs + from;
      const packed = from * inputs + i * PANEL;
      for (let j = 0; j < width; j++) into[packed + j] = weights[row + j]!;
    }
  }
}

/**
 * The operations of graphs. Each checks the shapes it is given and throws a RangeError that names both. Numbers stand
 * for (1, 1); sizes of 1 are broadcast.
 */
import { describe, type Graph, type Shape, type Size, type Value } from './graph.ts';

export type Operand = Value | number;

/** Gradients through it: dA = dC · Bᵀ, dB = Aᵀ · dC. */
export interface Transposes {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

// ------------------------------------------------------------------ products and sums

/** a · b, of either the transpose if so asked. */
export function matMul(a: Value, b: Value, transposes: Transposes = {}): Value {
  return product(a, b, undefined, transposes);
}

/**
 * x · weights + bias: x (n, k), weights (k, m), bias (1, m). The engine makes it one with the activation that follows, also
 * without a bias, which it does not with a `matMul`.
 */
export function affine(x: Value, weights: Value, bias?: Value): Value {
  return product(x, weights, bias, {}, 'Gemm');
}

function product(
  a: Value,
  b: Value,
  bias: Value | undefined,
  t: Transposes,
  operation?: 'Gemm',
): Value {
  const [n, inner] = t.transposeA ? flip(a.shape) : a.shape;
  const [other, m] = t.transposeB ? flip(b.shape) : b.shape;
  const fits = inner === other && (!bias || (bias.shape[0] === 1 && bias.shape[1] === m));
  if (!fits) {
    const sides = `${describe(a.shape)}${t.transposeA ? 'ᵀ' : ''} · ${describe(b.shape)}${t.transposeB ? 'ᵀ' : ''}`;
    throw misfit('product', bias ? `${sides} + ${describe(bias.shape)}` : sides);
  }
  const plain = !operation && !t.transposeA && !t.transposeB;
  const attributes = {
    transA: BigInt(t.transposeA ?? false),
    transB: BigInt(t.transposeB ?? false),
  };
  const operands = bias ? [a, b, bias] : [a, b];
  return a.graph.apply(plain ? 'MatMul' : 'Gemm', operands, [n, m], plain ? {} : attributes);
}

/** Σ over rows, (1, m): a product with a row of ones, whose order of adding is fixed on one thread. */
export function sumRows(x: Value): Value {
  return matMul(x.graph.ones(x.shape[0]), x);
}

/** Σ over columns, (n, 1). */
export function sumColumns(x: Value): Value {
  return x.shape[1] === 1 ? x : matMul(x, x.graph.ones(x.shape[1]), { transposeB: true });
}

/** Σ of all, (1, 1). */
export function sumAll(x: Value): Value {
  return sumColumns(sumRows(x));
}

// ------------------------------------------------------------------ number by number

export const add = binary('Add');
export const sub = binary('Sub');
export const mul = binary('Mul');
export const div = binary('Div');
export const min = binary('Min');
export const max = binary('Max');

export const neg = unary('Neg');
export const exp = unary('Exp');
export const log = unary('Log');
export const tanh = unary('Tanh');
export const sqrt = unary('Sqrt');
export const relu = unary('Relu');
export const sigmoid = unary('Sigmoid');
/** log(1 + eˣ), without overflow. */
export const softplus = unary('Softplus');

export const square = (x: Value): Value => mul(x, x);

/** x where it is positive, slope · x elsewhere. */
export function leakyRelu(x: Value, slope: number): Value {
  return x.graph.apply('LeakyRelu', [x], x.shape, { alpha: slope });
}

/** 1 where x > 0 (from 1e-20 on), 0 elsewhere: twice as fast as Sign here. */
export function positive(x: Value): Value {
  return x.graph.apply('HardSigmoid', [x], x.shape, { alpha: 1e20, beta: 0 });
}

export function clip(x: Value, low: number, high: number): Value {
  return max(min(x, high), low);
}

/** `then` where a < b, `otherwise` elsewhere. */
export function whereLess(a: Operand, b: Operand, then: Operand, otherwise: Operand): Value {
  const graph = graphOf(a, b, then, otherwise);
  const [x, y, p, q] = [a, b, then, otherwise].map((operand) => toValue(graph, operand));
  const compared = broadcast('whereLess', x!, y!);
  const less = graph.apply('Less', [x!, y!], compared);
  const shape = broadcast('whereLess', { ...p!, shape: broadcast('whereLess', p!, q!) }, less);
  return graph.apply('Where', [less, p!, q!], shape);
}

// ------------------------------------------------------------------ shapes

/** Columns side by side: (n, a), (n, b) … -> (n, a + b …). Widths are numbers. */
export function joinColumns(...parts: readonly Value[]): Value {
  const rows = parts[0]!.shape[0];
  if (parts.some((part) => part.shape[0] !== rows)) throw misfit('joinColumns', list(parts));
  const width = total(
    'joinColumns',
    parts.map((part) => part.shape[1]),
  );
  return parts[0]!.graph.apply('Concat', parts, [rows, width], { axis: 1n });
}

/** Columns side by side and one of ones behind them: a (n, k) becomes (n, k + 1). */
export function withOnes(...parts: readonly Value[]): Value {
  const { graph, shape } = parts[0]!;
  return joinColumns(...parts, reshape(graph.ones(shape[0]), shape[0], 1));
}

/** Rows below each other. Their numbers are numbers. */
export function joinRows(...parts: readonly Value[]): Value {
  const columns = parts[0]!.shape[1];
  if (parts.some((part) => part.shape[1] !== columns)) throw misfit('joinRows', list(parts));
  const height = total(
    'joinRows',
    parts.map((part) => part.shape[0]),
  );
  return parts[0]!.graph.apply('Concat', parts, [height, columns], { axis: 0n });
}

/** Columns [from, to). */
export function columns(x: Value, from: number, to: number): Value {
  checkPart('columns', x.shape[1], from, to);
  if (from === 0 && to === x.shape[1]) return x;
  return x.graph.apply('Slice', [x], [x.shape[0], to - from], {}, [[from], [to], [1]]);
}

/** Rows [from, to). */
export function rows(x: Value, from: number, to: number): Value {
  checkPart('rows', x.shape[0], from, to);
  return x.graph.apply('Slice', [x], [to - from, x.shape[1]], {}, [[from], [to], [0]]);
}

export function transpose(x: Value): Value {
  return x.graph.apply('Transpose', [x], flip(x.shape));
}

/** The same numbers in the same order, as (rows, columns); one of them may be a name. */
export function reshape(x: Value, toRows: Size, toColumns: Size): Value {
  const sizes = [...x.shape, toRows, toColumns];
  const [a, b] = x.shape;
  const known = sizes.every((size) => typeof size === 'number');
  if (known && Number(a) * Number(b) !== Number(toRows) * Number(toColumns))
    throw misfit('reshape', `${describe(x.shape)} to ${describe([toRows, toColumns])}`);
  if (typeof toRows === 'string' && typeof toColumns === 'string')
    throw misfit('reshape', `${describe(x.shape)} to ${describe([toRows, toColumns])}`);
  const dims = [toRows, toColumns].map((size) => (typeof size === 'number' ? size : -1));
  return x.graph.apply('Reshape', [x], [toRows, toColumns], {}, [dims]);
}

// ------------------------------------------------------------------

function unary(operation: string) {
  return (x: Value): Value => x.graph.apply(operation, [x], x.shape);
}

function binary(operation: string) {
  return (a: Operand, b: Operand): Value => {
    const graph = graphOf(a, b);
    const [x, y] = [toValue(graph, a), toValue(graph, b)];
    return graph.apply(operation, [x, y], broadcast(operation, x, y));
  };
}

function graphOf(...operands: readonly Operand[]): Graph {
  for (const operand of operands) if (typeof operand !== 'number') return operand.graph;
  throw new RangeError(
    'graph: an operation on numbers alone belongs to no graph; compute it outside',
  );
}

function toValue(graph: Graph, operand: Operand): Value {
  return typeof operand === 'number' ? graph.number(operand) : operand;
}

function broadcast(operation: string, a: Pick<Value, 'shape'>, b: Pick<Value, 'shape'>): Shape {
  const one = (x: Size, y: Size): Size => {
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    throw misfit(operation, `${describe(a.shape)} and ${describe(b.shape)}`);
  };
  return [one(a.shape[0], b.shape[0]), one(a.shape[1], b.shape[1])];
}

function checkPart(operation: string, size: Size, from: number, to: number): void {
  if (!(from >= 0 && from < to && (typeof size === 'string' || to <= size)))
    throw new RangeError(`${operation}: is [${from}, ${to}), allowed a part of [0, ${size})`);
}

function total(operation: string, sizes: readonly Size[]): number {
  return sizes.reduce<number>((sum, size) => {
    if (typeof size === 'string') throw misfit(operation, `size ${size}, which only a run knows`);
    return sum + size;
  }, 0);
}

const flip = (shape: Shape): Shape => [shape[1], shape[0]];
const list = (parts: readonly Value[]) => parts.map((part) => describe(part.shape)).join(', ');
const misfit = (operation: string, what: string) =>
  new RangeError(`graph.${operation}: shapes do not fit: ${what}`);

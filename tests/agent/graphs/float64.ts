/** Graphs computed in plain float64: what engines are compared with, and what finite differences are taken of. */
import { dimsOf, type Graph, type Node, type Port } from '../../../agent/graphs/graph.ts';

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

type Sizes = Readonly<Record<string, number>>;
export type Inputs = Readonly<Record<string, Float64Array>>;

/** Outputs by the name of their port, in the order of the graph. Inputs are read from arrays, or from `instead`. */
export function computeFloat64(
  graph: Graph,
  sizes: Sizes = {},
  instead: Inputs = {},
): Float64Array[] {
  const known = computeAll(graph, sizes, instead);
  return graph.outputs.map((port) => known.get(port.name)!.values);
}

/**
 * How near a rectifier's argument comes to 0, where its slope jumps: nearer than float32 can tell, another precision
 * may be on the other side, and both are right.
 */
export function distanceFromKink(graph: Graph, sizes: Sizes = {}): number {
  const known = computeAll(graph, sizes, {});
  return graph.nodes
    .filter(({ operation }) => operation === 'Relu' || operation === 'LeakyRelu')
    .flatMap(({ inputs }) => [...known.get(inputs[0]!)!.values])
    .reduce((least, value) => Math.min(least, Math.abs(value)), Number.POSITIVE_INFINITY);
}

function computeAll(graph: Graph, sizes: Sizes, instead: Inputs): Map<string, Matrix> {
  const known = new Map<string, Matrix>();
  for (const port of graph.inputs) known.set(port.name, read(port, sizes, instead));
  for (const { name, dims, values } of graph.constants)
    known.set(name, {
      rows: dims.length === 2 ? dims[0]! : 1,
      columns: dims[dims.length - 1]!,
      values: Float64Array.from(values as ArrayLike<number | bigint>, Number),
    });
  for (const node of graph.nodes)
    known.set(
      node.output,
      compute(
        node,
        node.inputs.map((name) => known.get(name)!),
      ),
    );
  return known;
}

function read(port: Port, sizes: Sizes, instead: Inputs): Matrix {
  const [rows, columns] = dimsOf(port.shape, sizes);
  const count = rows * columns;
  if (port.array === 'ones') return { rows, columns, values: new Float64Array(count).fill(1) };
  const values = instead[port.name] ?? Float64Array.from(port.array!.subarray(0, count));
  return { rows, columns, values };
}

const UNARY: Readonly<Record<string, (x: number) => number>> = {
  Identity: (x) => x,
  Neg: (x) => -x,
  Exp: Math.exp,
  Log: Math.log,
  Tanh: Math.tanh,
  Sqrt: Math.sqrt,
  Relu: (x) => Math.max(0, x),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

const BINARY: Readonly<Record<string, (x: number, y: number) => number>> = {
  Add: (x, y) => x + y,
  Sub: (x, y) => x - y,
  Mul: (x, y) => x * y,
  Div: (x, y) => x / y,
  Min: Math.min,
  Max: Math.max,
  Less: (x, y) => (x < y ? 1 : 0),
};

function compute(node: Node, inputs: readonly Matrix[]): Matrix {
  const [a, b, c] = inputs as [Matrix, Matrix, Matrix];
  const unary = UNARY[node.operation];
  if (unary) return { ...a, values: a.values.map(unary) };
  const binary = BINARY[node.operation];
  if (binary) return broadcast([a, b], ([x, y]) => binary(x!, y!));
  const number = (name: string) => Number(node.attributes[name] ?? 0);
  switch (node.operation) {
    case 'LeakyRelu':
      return { ...a, values: a.values.map((x) => (x > 0 ? x : number('alpha') * x)) };
    case 'HardSigmoid': {
      const line = (x: number) => Math.min(1, Math.max(0, number('alpha') * x + number('beta')));
      return { ...a, values: a.values.map(line) };
    }
    case 'Where':
      return broadcast([a, b, c], ([condition, x, y]) => (condition === 1 ? x! : y!));
    case 'MatMul':
      return product(a, b);
    case 'Gemm': {
      const dot = product(number('transA') ? turn(a) : a, number('transB') ? turn(b) : b);
      return c ? broadcast([dot, c], ([x, y]) => x! + y!) : dot;
    }
    case 'Transpose':
      return turn(a);
    case 'Concat':
      return number('axis') === 1 ? turn(stack(inputs.map(turn))) : stack(inputs);
    case 'Slice': {
      const [from, to] = [b.values[0]!, c.values[0]!];
      const part = (m: Matrix) => ({
        rows: to - from,
        columns: m.columns,
        values: m.values.slice(from * m.columns, to * m.columns),
      });
      return inputs[3]!.values[0] === 1 ? turn(part(turn(a))) : part(a);
    }
    case 'Reshape': {
      const [p, q] = b.values as unknown as [number, number];
      const size = a.values.length;
      return { rows: p < 0 ? size / q : p, columns: q < 0 ? size / p : q, values: a.values };
    }
    default:
      throw new Error(`float64: ${node.operation} is missing`);
  }
}

function broadcast(of: readonly Matrix[], value: (at: number[]) => number): Matrix {
  const rows = Math.max(...of.map((m) => m.rows));
  const columns = Math.max(...of.map((m) => m.columns));
  const at = (m: Matrix, i: number, j: number) =>
    m.values[(m.rows === 1 ? 0 : i) * m.columns + (m.columns === 1 ? 0 : j)]!;
  const values = Float64Array.from({ length: rows * columns }, (_, index) =>
    value(of.map((m) => at(m, Math.floor(index / columns), index % columns))),
  );
  return { rows, columns, values };
}

function product(a: Matrix, b: Matrix): Matrix {
  const values = new Float64Array(a.rows * b.columns);
  for (let i = 0; i < a.rows; i++)
    for (let k = 0; k < a.columns; k++)
      for (let j = 0; j < b.columns; j++)
        values[i * b.columns + j]! += a.values[i * a.columns + k]! * b.values[k * b.columns + j]!;
  return { rows: a.rows, columns: b.columns, values };
}

function turn(m: Matrix): Matrix {
  const values = m.values.map(
    (_, at) => m.values[(at % m.rows) * m.columns + Math.floor(at / m.rows)]!,
  );
  return { rows: m.columns, columns: m.rows, values };
}

function stack(parts: readonly Matrix[]): Matrix {
  const values = Float64Array.from(parts.flatMap((part) => [...part.values]));
  return { rows: values.length / parts[0]!.columns, columns: parts[0]!.columns, values };
}

/**
 * Largest error of hand-written derivatives, relative to the largest of all. `loss` is an output of the graph, (1, 1);
 * `of` names inputs, each with the output that is its derivative. Central differences in float64.
 */
export function derivativeError(
  graph: Graph,
  loss: number,
  of: readonly (readonly [input: string, gradient: number])[],
  sizes: Sizes = {},
): number {
  const outputs = computeFloat64(graph, sizes);
  const step = 1e-6;
  let worst = 0;
  let largest = 1e-3;
  for (const [name, gradient] of of) {
    const port = graph.inputs.find((input) => input.name === name)!;
    const { values } = read(port, sizes, {});
    const at = (index: number, by: number) => {
      const moved = values.slice();
      moved[index]! += by;
      return computeFloat64(graph, sizes, { [name]: moved })[loss]![0]!;
    };
    for (let index = 0; index < values.length; index++) {
      const slope = (at(index, step) - at(index, -step)) / (2 * step);
      largest = Math.max(largest, Math.abs(slope));
      worst = Math.max(worst, Math.abs(slope - outputs[gradient]![index]!));
    }
  }
  return worst / largest;
}

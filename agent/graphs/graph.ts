/**
 * Training graphs: a learner's arithmetic written down once as operations on matrices, checked as it is written, and
 * run as a whole by an engine (agent/backend). An update is stated like this:
 *
 * ```ts
 * const graph = createGraph('regression');
 * const x = graph.input('x', n, d, batch.observations);          // read from this array at every run
 * const y = graph.input('y', n, 1, targets);
 * const net = network(graph, 'net', mlp);                        // reads mlp.parameters
 * const pass = net.forward(x);
 * const { loss, dOutput } = squaredError(pass.output, y, 1 / n); // every loss comes with its derivative
 * net.backward(pass, dOutput);                                   // collects the gradient of every layer
 * net.writeGradients();                                          // to mlp.gradients, in place
 * graph.output('loss', loss, lossOut);                           // a Float32Array of one number
 *
 * const program = backend.graphs!.compile(graph);
 * program.run();                                                 // then descend(mlp, adam)
 * ```
 *
 * - Every value is a matrix (rows, columns) of float32; a number per row is (n, 1), a number is (1, 1). Operations
 *   (operations.ts) take values or plain numbers and broadcast a size of 1.
 * - A size may be a name ('rows') in place of a number: each run then says how large it is, and arrays are used from
 *   their start. Means over such rows take their weights as an input.
 * - Arrays are given where inputs and outputs are declared and belong to the graph from then on: fill them, run, read.
 *   The memory of an output may not be that of another array of the graph: engines write while they still read.
 * - Derivatives are written by hand beside what they are of (layers.ts, losses.ts, squashed.ts);
 *   tests/agent/graphs compares them with finite differences in float64. Of a new loss, do the same
 *   (tests/agent/graphs/float64.ts).
 * - Adam and Polyak averages run outside, over the flat arrays (agent/nn/adam.ts): measured faster than in a graph.
 */

/** A number, or a name whose number is said at every run. */
export type Size = number | string;
export type Shape = readonly [rows: Size, columns: Size];

/** A matrix of float32 inside a graph. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly shape: Shape;
}

/** An operation of ONNX's standard set with one output. */
export interface Node {
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, number | bigint>>;
}

export interface Constant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

/** What a graph reads or writes. */
export interface Port {
  readonly name: string;
  readonly shape: Shape;
  /** `ones`: row of ones as long as a run says, made by the engine. None: the graph is written to a file, not run. */
  readonly array: Float32Array | 'ones' | undefined;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly Node[];
  readonly constants: readonly Constant[];
  /** @throws RangeError where a name is taken, a size is none, or the array is too short. */
  input(name: string, rows: Size, columns: Size, array?: Float32Array): Value;
  /** `values` are not copied. */
  constant(rows: number, columns: number, values: Float32Array): Value;
  /** The same number as (1, 1), once however often it is asked for. */
  number(value: number): Value;
  /** A row of ones, (1, size). */
  ones(size: Size): Value;
  /** @throws RangeError as `input`, and where `array` shares memory with another array of the graph. */
  output(name: string, value: Value, array?: Float32Array): void;
  /** For operations.ts: a new value computed by one operation. `indices` are its integer inputs, after the others. */
  apply(
    operation: string,
    inputs: readonly Value[],
    shape: Shape,
    attributes?: Node['attributes'],
    indices?: readonly (readonly number[])[],
  ): Value;
}

/** `name` is for messages and files. */
export function createGraph(name: string): Graph {
  const inputs: Port[] = [];
  const outputs: Port[] = [];
  const nodes: Node[] = [];
  const constants: Constant[] = [];
  const names = new Set<string>();
  const kept = new Map<string, Value>();

  function claim(what: string): string {
    if (names.has(what)) throw new RangeError(`graph ${name}: ${what} is declared twice`);
    names.add(what);
    return what;
  }

  /** Made at the first call with this key. */
  function once(key: string, make: () => Value): Value {
    const known = kept.get(key) ?? make();
    kept.set(key, known);
    return known;
  }

  function integers(values: readonly number[]): string {
    const key = `[${values}]`;
    if (!names.has(key)) {
      const numbers = BigInt64Array.from(values, BigInt);
      constants.push({ name: claim(key), dims: [values.length], values: numbers });
    }
    return key;
  }

  const graph: Graph = {
    name,
    inputs,
    outputs,
    nodes,
    constants,
    input(what, rows, columns, array) {
      const shape = checkShape(`${name}.${what}`, rows, columns);
      checkLength(`${name}.${what}`, shape, array);
      inputs.push({ name: claim(what), shape, array });
      return { graph, name: what, shape };
    },
    constant(rows, columns, values) {
      const what = claim(`constant ${constants.length}`);
      const shape = checkShape(`${name}.${what}`, rows, columns);
      if (values.length !== rows * columns)
        throw new RangeError(`${name}.${what}: ${values.length} numbers for ${describe(shape)}`);
      constants.push({ name: what, dims: [rows, columns], values });
      return { graph, name: what, shape };
    },
    number: (value) => once(`number ${value}`, () => graph.constant(1, 1, Float32Array.of(value))),
    ones: (size) =>
      once(`ones ${size}`, () => {
        if (typeof size === 'number')
          return graph.constant(1, size, new Float32Array(size).fill(1));
        const shape: Shape = [1, size];
        inputs.push({ name: claim(`ones ${size}`), shape, array: 'ones' });
        return { graph, name: `ones ${size}`, shape };
      }),
    output(what, value, array) {
      if (value.graph !== graph) throw new RangeError(`${name}.${what}: is of another graph`);
      checkLength(`${name}.${what}`, value.shape, array);
      for (const port of [...inputs, ...outputs])
        if (array && port.array instanceof Float32Array && overlap(array, port.array))
          throw new RangeError(
            `${name}.${what}: its array shares memory with that of ${port.name}; write to another`,
          );
      claim(what);
      // A file shows the name; where the graph is run no copy is made for one.
      const bare = array && nodes.some(({ output }) => output === value.name);
      if (bare && !outputs.some((port) => port.name === value.name)) {
        outputs.push({ name: value.name, shape: value.shape, array });
        return;
      }
      nodes.push({ operation: 'Identity', inputs: [value.name], output: what, attributes: {} });
      outputs.push({ name: what, shape: value.shape, array });
    },
    apply(operation, of, shape, attributes = {}, indices = []) {
      for (const value of of)
        if (value.graph !== graph)
          throw new RangeError(
            `${operation}: ${value.name} is of graph ${value.graph.name}, not ${name}`,
          );
      const output = claim(`${operation} ${nodes.length}`);
      const all = [...of.map((value) => value.name), ...indices.map(integers)];
      nodes.push({ operation, inputs: all, output, attributes });
      return { graph, name: output, shape };
    },
  };
  return graph;
}

/** Numbers of a shape, names replaced by `sizes`. @throws RangeError where one is missing. */
export function countOf(shape: Shape, sizes: Readonly<Record<string, number>> = {}): number {
  const [rows, columns] = dimsOf(shape, sizes);
  return rows * columns;
}

export function dimsOf(
  shape: Shape,
  sizes: Readonly<Record<string, number>> = {},
): [rows: number, columns: number] {
  const dim = (size: Size) => {
    const value = typeof size === 'number' ? size : sizes[size];
    if (value === undefined || !Number.isInteger(value) || value < 1)
      throw new RangeError(`graph: size ${size} is ${value}, needs an integer of at least 1`);
    return value;
  };
  return [dim(shape[0]), dim(shape[1])];
}

export function describe(shape: Shape): string {
  return `(${shape[0]}, ${shape[1]})`;
}

function checkShape(what: string, rows: Size, columns: Size): Shape {
  for (const size of [rows, columns])
    if (typeof size === 'number' ? !Number.isInteger(size) || size < 1 : size === '')
      throw new RangeError(
        `${what}: shape is ${describe([rows, columns])}, needs integers of at least 1, or names`,
      );
  return [rows, columns];
}

/** Of shapes with names, only a run can tell. */
function checkLength(what: string, shape: Shape, array: Float32Array | undefined): void {
  if (!array || shape.some((size) => typeof size === 'string')) return;
  if (array.length !== countOf(shape))
    throw new RangeError(
      `${what}: array has ${array.length} numbers, ${describe(shape)} needs ${countOf(shape)}`,
    );
}

function overlap(a: Float32Array, b: Float32Array): boolean {
  return (
    a.buffer === b.buffer &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  );
}

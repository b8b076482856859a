/** What an ONNX graph computes of constants alone: bounds and scales that exporters write as arithmetic. */
import type { OnnxModel, OnnxNode, OnnxTensor } from './onnx-file.ts';

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

/** The same numbers in another form. */
const SAME = new Set(['Identity', 'Cast', 'Unsqueeze', 'Squeeze', 'Flatten', 'Reshape']);

/** Constants by name, those that follow from others included. Nodes come after what they need. */
export function constantsOf({ nodes, constants }: OnnxModel): ReadonlyMap<string, OnnxTensor> {
  const known = new Map(constants);
  for (const node of nodes) {
    const value = computed(node, known);
    if (value) known.set(node.outputs[0]!, value);
  }
  return known;
}

function computed(
  { operation, inputs, attributes }: OnnxNode,
  known: ReadonlyMap<string, OnnxTensor>,
): OnnxTensor | undefined {
  if (operation === 'Constant') {
    const { tensor, float, ints } = {
      tensor: attributes.get('value')?.tensor,
      float: attributes.get('value_float')?.float,
      ints: attributes.get('value_ints')?.ints,
    };
    const one = float ?? attributes.get('value_int')?.int;
    if (tensor) return tensor;
    if (ints && ints.length > 0) return { dims: [ints.length], values: Float64Array.from(ints) };
    return one === undefined ? undefined : { dims: [], values: Float64Array.of(one) };
  }
  const [a, b] = inputs.map((name) => known.get(name));
  if (!a) return undefined;
  if (SAME.has(operation)) return a;
  if (operation === 'Transpose' && a.dims.length === 2) return turned(a);
  const { [operation]: compute } = ARITHMETIC;
  if (!compute || !b) return undefined;
  const [more, fewer] = a.values.length >= b.values.length ? [a, b] : [b, a];
  if (fewer.values.length !== 1 && fewer.values.length !== more.values.length) return undefined;
  const at = ({ values }: OnnxTensor, i: number) => values[values.length === 1 ? 0 : i]!;
  return { dims: more.dims, values: more.values.map((_, i) => compute(at(a, i), at(b, i))) };
}

function turned({ dims, values }: OnnxTensor): OnnxTensor {
  const [rows, columns] = dims as [number, number];
  const turn = (_: number, i: number) => values[(i % rows) * columns + Math.floor(i / rows)]!;
  return { dims: [columns, rows], values: values.map(turn) };
}

/** One number per column. @throws RangeError for a tensor that is no such row. */
export function numbersFor(
  tensor: OnnxTensor | undefined,
  width: number,
  operation: string,
): Float64Array {
  const { values, dims } = tensor ?? { values: new Float64Array(0), dims: [] };
  if (values.length === 1) return new Float64Array(width).fill(values[0]!);
  if (values.length !== width || dims.at(-1) !== width)
    throw new RangeError(`${operation} has numbers (${dims.join(', ')}) for ${width} columns`);
  return values;
}

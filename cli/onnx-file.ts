/** An ONNX model as plain data (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; field numbers are from there). */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

export interface OnnxTensor {
  readonly dims: readonly number[];
  readonly values: Float64Array;
}

export interface OnnxNode {
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export interface OnnxAttribute {
  readonly float: number | undefined;
  readonly int: number | undefined;
  readonly ints: readonly number[];
  readonly tensor: OnnxTensor | undefined;
}

export interface OnnxPort {
  readonly name: string;
  /** undefined: any size. */
  readonly dims: readonly (number | undefined)[];
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  /** Without those that are constants. */
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

/** TensorProto.DataType: how the numbers of each lie in `raw_data`. */
const RAW = {
  1: { name: 'float', read: (v: DataView, i: number) => v.getFloat32(4 * i, true) },
  6: { name: 'int32', read: (v: DataView, i: number) => v.getInt32(4 * i, true) },
  7: { name: 'int64', read: (v: DataView, i: number) => Number(v.getBigInt64(8 * i, true)) },
  11: { name: 'double', read: (v: DataView, i: number) => v.getFloat64(8 * i, true) },
} as const;

/** @throws RangeError saying what it is instead of a model of numbers. */
export function decodeOnnx(bytes: Uint8Array): OnnxModel {
  const [graph] = part(messageOf(bytes), 7);
  if (!graph) throw new RangeError('has no graph');
  const constants = new Map(
    part(graph, 5).map((tensor) => [text(tensor, 8), tensorOf(tensor)] as const),
  );
  return {
    nodes: part(graph, 1).map(nodeOf),
    constants,
    inputs: part(graph, 11)
      .map(portOf)
      .filter(({ name }) => !constants.has(name)),
    outputs: part(graph, 12).map(portOf),
  };
}

/** Values by field, as they lie there. */
type Message = ReadonlyMap<number, readonly (Uint8Array | number)[]>;

function messageOf(bytes: Uint8Array): Message {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, (Uint8Array | number)[]>();
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const values = fields.get(field) ?? [];
    fields.set(field, values);
    switch (type) {
      case WireType.Varint:
        values.push(Number(reader.int64()));
        break;
      case WireType.LengthDelimited:
        values.push(reader.bytes());
        break;
      case WireType.Bit32:
        values.push(reader.float());
        break;
      default:
        reader.skip(type, field);
    }
  }
  return fields;
}

const bytesOf = (message: Message, field: number) =>
  (message.get(field) ?? []).filter((value) => value instanceof Uint8Array);

const part = (message: Message, field: number): Message[] => bytesOf(message, field).map(messageOf);

const texts = (message: Message, field: number): string[] =>
  bytesOf(message, field).map((bytes) => new TextDecoder().decode(bytes));

const text = (message: Message, field: number): string => texts(message, field)[0] ?? '';

const number = (message: Message, field: number): number | undefined =>
  message.get(field)?.find((value) => typeof value === 'number');

/** Packed or one by one. */
function numbers(message: Message, field: number, read: (r: BinaryReader) => number): number[] {
  return (message.get(field) ?? []).flatMap((value) => {
    if (typeof value === 'number') return [value];
    const reader = new BinaryReader(value);
    const found: number[] = [];
    while (reader.pos < reader.len) found.push(read(reader));
    return found;
  });
}

const integers = (message: Message, field: number) =>
  numbers(message, field, (reader) => Number(reader.int64()));

function tensorOf(tensor: Message): OnnxTensor {
  const dims = integers(tensor, 1);
  const count = dims.reduce((product, dim) => product * dim, 1);
  const type = number(tensor, 2) ?? 0;
  const raw = RAW[type as keyof typeof RAW];
  const what = `tensor "${text(tensor, 8)}"`;
  if (!raw)
    throw new RangeError(
      `${what} has numbers of type ${type}, allowed ${Object.values(RAW).map(({ name }) => name)}`,
    );
  if (number(tensor, 14) === 1)
    throw new RangeError(`${what} lies in a file of its own, allowed models of one file`);
  const [bytes] = bytesOf(tensor, 9);
  if (bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return { dims, values: Float64Array.from({ length: count }, (_, i) => raw.read(view, i)) };
  }
  const listed = [
    ...numbers(tensor, 4, (reader) => reader.float()),
    ...integers(tensor, 5),
    ...integers(tensor, 7),
    ...numbers(tensor, 10, (reader) => reader.double()),
  ];
  if (listed.length !== count)
    throw new RangeError(`${what} has ${listed.length} numbers, expected ${count}`);
  return { dims, values: Float64Array.from(listed) };
}

function nodeOf(node: Message): OnnxNode {
  const attributes = part(node, 5).map((of): [string, OnnxAttribute] => {
    const [tensor] = part(of, 5);
    return [
      text(of, 1),
      {
        ...{ float: number(of, 2), int: number(of, 3), ints: integers(of, 8) },
        tensor: tensor && tensorOf(tensor),
      },
    ];
  });
  return {
    operation: text(node, 4),
    inputs: texts(node, 1),
    outputs: texts(node, 2),
    attributes: new Map(attributes),
  };
}

function portOf(port: Message): OnnxPort {
  const [type] = part(port, 2);
  const [tensor] = type ? part(type, 1) : [];
  const [shape] = tensor ? part(tensor, 2) : [];
  return { name: text(port, 1), dims: shape ? part(shape, 1).map((dim) => number(dim, 1)) : [] };
}

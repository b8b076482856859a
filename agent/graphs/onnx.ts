/** A graph as an ONNX model (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; field numbers are from there). */
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Constant, Graph, Node, Port } from './graph.ts';

const IR_VERSION = 8;
const OPERATOR_SET = 17;
/** TensorProto.DataType */
const FLOAT = 1;
const INT64 = 7;
/** AttributeProto.AttributeType */
const FLOAT_ATTRIBUTE = 1;
const INT_ATTRIBUTE = 2;

/** @param notes go into the model's metadata, readable by every ONNX tool. */
export function encodeOnnx(graph: Graph, notes: Readonly<Record<string, string>> = {}): Uint8Array {
  const model = new BinaryWriter();
  int(model, 1, IR_VERSION);
  text(model, 2, 'reins');
  message(model, 7, (out) => writeGraph(out, graph));
  message(model, 8, (out) => int(out, 2, OPERATOR_SET));
  for (const [key, value] of Object.entries(notes))
    message(model, 14, (out) => {
      text(out, 1, key);
      text(out, 2, value);
    });
  return model.finish();
}

function writeGraph(out: BinaryWriter, graph: Graph): void {
  for (const node of graph.nodes) message(out, 1, (into) => writeNode(into, node));
  text(out, 2, graph.name);
  for (const constant of graph.constants) message(out, 5, (into) => writeTensor(into, constant));
  for (const port of graph.inputs) message(out, 11, (into) => writePort(into, port));
  for (const port of graph.outputs) message(out, 12, (into) => writePort(into, port));
}

function writeNode(out: BinaryWriter, node: Node): void {
  for (const name of node.inputs) text(out, 1, name);
  text(out, 2, node.output);
  text(out, 4, node.operation);
  for (const [name, value] of Object.entries(node.attributes))
    message(out, 5, (into) => {
      text(into, 1, name);
      if (typeof value === 'bigint') int(into, 3, value);
      else into.tag(2, 5).float(value);
      int(into, 20, typeof value === 'bigint' ? INT_ATTRIBUTE : FLOAT_ATTRIBUTE);
    });
}

function writeTensor(out: BinaryWriter, { name, dims, values }: Constant): void {
  for (const dim of dims) int(out, 1, dim);
  int(out, 2, values instanceof Float32Array ? FLOAT : INT64);
  text(out, 8, name);
  const { buffer, byteOffset, byteLength } = values;
  out.tag(9, 2).bytes(new Uint8Array(buffer, byteOffset, byteLength));
}

function writePort(out: BinaryWriter, { name, shape }: Port): void {
  text(out, 1, name);
  message(out, 2, (type) =>
    message(type, 1, (tensor) => {
      int(tensor, 1, FLOAT);
      message(tensor, 2, (dims) => {
        for (const size of shape)
          message(dims, 1, (dim) =>
            typeof size === 'number' ? int(dim, 1, size) : text(dim, 2, size),
          );
      });
    }),
  );
}

function int(out: BinaryWriter, field: number, value: number | bigint): void {
  out.tag(field, 0).int64(value);
}

function text(out: BinaryWriter, field: number, value: string): void {
  out.tag(field, 2).string(value);
}

function message(out: BinaryWriter, field: number, write: (out: BinaryWriter) => void): void {
  out.tag(field, 2).fork();
  write(out);
  out.join();
}

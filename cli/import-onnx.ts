/** Policies of ONNX files: a network of layers one after another, observation in, action out. */
import { readFileSync } from 'node:fs';
import type { PolicySnapshot } from '../agent/contract.ts';
import { UsageError } from '../experiments/errors.ts';
import { constantsOf, numbersFor } from './onnx-constants.ts';
import { decodeOnnx, type OnnxModel, type OnnxNode, type OnnxTensor } from './onnx-file.ts';
import { OnnxNetwork } from './onnx-network.ts';

type ActionSpace = PolicySnapshot['actionSpace'];
type Constants = ReadonlyMap<string, OnnxTensor>;

const OPERATIONS =
  'Gemm, MatMul, Add, Sub, Mul, Div, Neg, Relu, LeakyRelu (0.01), Tanh, Sigmoid, Clip, Min, Max, Slice, Flatten, Reshape, Identity, Cast, Dropout';

/**
 * Acts as the model does, to float32's accuracy: what scales and clips observations and actions in it becomes normaliser and squash.
 * @throws UsageError for other models and for sizes that do not fit.
 */
export function importOnnx(
  path: string,
  observationSize: number,
  actionSpace: ActionSpace,
): PolicySnapshot {
  try {
    return snapshotOf(decodeOnnx(readFileSync(path)), observationSize, actionSpace);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`policy: ${path} is no ONNX model that reins reads (${why})`);
  }
}

function snapshotOf(
  model: OnnxModel,
  observationSize: number,
  actionSpace: ActionSpace,
): PolicySnapshot {
  const [input, second] = model.inputs;
  if (!input || second)
    throw new RangeError(
      `has inputs ${model.inputs.map(({ name }) => name).join(', ') || 'none'}, allowed one: the observation`,
    );
  const inputs = input.dims.at(-1);
  if (input.dims.length > 2 || (inputs !== undefined && inputs !== observationSize))
    throw new RangeError(
      `takes ${input.name} (${input.dims.map((dim) => dim ?? 'any').join(', ')}), the environment has ${observationSize} observations`,
    );
  const output = outputOf(model);
  const constants = constantsOf(model);
  const network = new OnnxNetwork(observationSize);
  for (const node of chainTo(output, input.name, model, constants)) apply(network, node, constants);
  return network.snapshot(actionSpace);
}

function outputOf({ outputs }: OnnxModel): string {
  const named = outputs.find(({ name }) => name === 'action');
  const [only, second] = outputs;
  if (named) return named.name;
  if (!only || second)
    throw new RangeError(
      `has outputs ${outputs.map(({ name }) => name).join(', ') || 'none'}, allowed one, or one called action`,
    );
  return only.name;
}

/** What leads from the input to the output, first things first. */
function chainTo(
  output: string,
  input: string,
  { nodes }: OnnxModel,
  constants: Constants,
): OnnxNode[] {
  const makers = new Map(
    nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)),
  );
  const chain: OnnxNode[] = [];
  for (let name = output; name !== input; ) {
    const node = makers.get(name);
    if (!node) throw new RangeError(`"${name}" does not come from ${input}`);
    const from = new Set(node.inputs.filter((other) => other !== '' && !constants.has(other)));
    if (from.size !== 1)
      throw new RangeError(
        `${node.operation} joins ${from.size} values, allowed layers one after another`,
      );
    chain.unshift(node);
    name = [...from][0]!;
  }
  return chain;
}

/** @throws RangeError for an operation that is no part of such a network. */
function apply(network: OnnxNetwork, node: OnnxNode, constants: Constants): void {
  const { operation, inputs, attributes } = node;
  const { width } = network;
  const tensor = (i: number) => constants.get(inputs[i] ?? '');
  const each = (i: number) => numbersFor(tensor(i), width, operation);
  switch (operation) {
    case 'Gemm':
    case 'MatMul':
      network.multiply(matrixOf(node, constants));
      break;
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
    case 'Neg':
      network.affine(...affineOf(operation, tensor(0) !== undefined, each, width));
      break;
    case 'Relu':
      network.activate('relu');
      break;
    case 'Tanh':
      network.activate('tanh');
      break;
    case 'LeakyRelu':
      expectSlope(attributes.get('alpha')?.float ?? 0.01);
      network.activate('leaky-relu');
      break;
    case 'Sigmoid': // (tanh(x / 2) + 1) / 2
      network.affine(filled(width, 0.5), filled(width, 0));
      network.activate('tanh');
      network.affine(filled(width, 0.5), filled(width, 0.5));
      break;
    case 'Clip':
    case 'Min':
    case 'Max':
      network.clamp(...boundsOf(node, each, tensor));
      break;
    case 'Slice':
      network.take(...sliceOf(node, constants, width));
      break;
    case 'Reshape':
      if (![-1, 0, width].includes(tensor(1)?.values.at(-1) ?? -1))
        throw new RangeError(`reshapes to (${tensor(1)?.values.join(', ')})`);
      break;
    case 'Flatten':
    case 'Identity':
    case 'Cast':
    case 'Dropout':
      break;
    default:
      throw new RangeError(`has ${operation}, allowed ${OPERATIONS}`);
  }
}

const filled = (width: number, value: number) => new Float64Array(width).fill(value);

function expectSlope(slope: number): void {
  if (Math.abs(slope - 0.01) > 1e-6)
    throw new RangeError(`has LeakyRelu of ${Number(slope.toPrecision(4))}, allowed 0.01`);
}

/** `isTurned`: the constant comes first. */
function affineOf(
  operation: 'Add' | 'Sub' | 'Mul' | 'Div' | 'Neg',
  isTurned: boolean,
  each: (i: number) => Float64Array,
  width: number,
): [scale: Float64Array, shift: Float64Array] {
  const [none, ones] = [filled(width, 0), filled(width, 1)];
  const by = operation === 'Neg' ? none : each(isTurned ? 0 : 1);
  switch (operation) {
    case 'Add':
      return [ones, by];
    case 'Sub':
      return isTurned ? [filled(width, -1), by] : [ones, by.map((v) => -v)];
    case 'Mul':
      return [by, none];
    case 'Div':
      if (isTurned) throw new RangeError('divides a constant by a value');
      return [by.map((v) => 1 / v), none];
    case 'Neg':
      return [filled(width, -1), none];
  }
}

/** Weights (inputs, outputs) and bias. */
function matrixOf({ operation, inputs, attributes }: OnnxNode, constants: Constants) {
  const [x, b, c] = inputs;
  const matrix = constants.get(b ?? '');
  if (constants.has(x ?? '') || matrix?.dims.length !== 2 || attributes.get('transA')?.int === 1)
    throw new RangeError(`${operation} is no layer: allowed a value times a constant matrix`);
  const [rows, columns] = matrix.dims as [number, number];
  const isTurned = attributes.get('transB')?.int === 1;
  const [from, to] = isTurned ? [columns, rows] : [rows, columns];
  const alpha = attributes.get('alpha')?.float ?? 1;
  const weights = new Float64Array(from * to);
  for (let i = 0; i < from; i++)
    for (let j = 0; j < to; j++)
      weights[i * to + j] = alpha * matrix.values[isTurned ? j * from + i : i * to + j]!;
  const beta = attributes.get('beta')?.float ?? 1;
  const bias = c ? numbersFor(constants.get(c), to, operation).map((v) => beta * v) : undefined;
  return { inputs: from, outputs: to, weights, bias: bias ?? new Float64Array(to) };
}

function boundsOf(
  { operation, inputs, attributes }: OnnxNode,
  each: (i: number) => Float64Array,
  tensor: (i: number) => OnnxTensor | undefined,
): [low: Float64Array | number, high: Float64Array | number] {
  const none = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
  if (operation === 'Clip') {
    const bound = (i: 1 | 2, name: string) =>
      inputs[i] ? each(i) : (attributes.get(name)?.float ?? none[i - 1]!);
    return [bound(1, 'min'), bound(2, 'max')];
  }
  if (inputs.length !== 2)
    throw new RangeError(`${operation} has ${inputs.length} inputs, allowed two`);
  const by = each(tensor(0) ? 0 : 1);
  return operation === 'Min' ? [none[0], by] : [by, none[1]];
}

/** Of the last axis. */
function sliceOf(
  { inputs, attributes }: OnnxNode,
  constants: Constants,
  width: number,
): [from: number, to: number] {
  const one = (i: number, name: string) => {
    const listed = constants.get(inputs[i] ?? '')?.values ?? attributes.get(name)?.ints;
    return listed && listed.length === 1 ? listed[0]! : undefined;
  };
  const [start, end, axis = 0, step = 1] = [
    ...[one(1, 'starts'), one(2, 'ends'), one(3, 'axes'), one(4, 'steps')],
  ];
  if (start === undefined || end === undefined || (axis !== 1 && axis !== -1) || step !== 1)
    throw new RangeError('has a Slice, allowed one of columns that lie side by side');
  const at = (place: number) => Math.min(width, place < 0 ? width + place : place);
  return [at(start), at(end)];
}

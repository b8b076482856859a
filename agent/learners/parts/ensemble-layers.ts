/** Several policies as one network, so that a snapshot can carry their mean. */
import type { Layer } from '../../contract.ts';

/**
 * Members' layers side by side (block-diagonal after the first), then a layer that averages their
 * outputs: exactly the mean of the members, outputs still in [−1, 1].
 */
export function averageLayers(members: readonly (readonly Layer[])[]): Layer[] {
  const first = members[0]!;
  if (members.length === 1) return [...first];
  const layers = first.map((_, l) =>
    sideBySide(
      members.map((layers) => layers[l]!),
      l === 0,
    ),
  );
  const k = first[first.length - 1]!.outputs;
  const inputs = k * members.length;
  const weights = new Float32Array(inputs * k);
  for (let i = 0; i < inputs; i++) weights[i * k + (i % k)] = 1 / members.length;
  return [
    ...layers,
    { inputs, outputs: k, activation: 'linear', weights, bias: new Float32Array(k) },
  ];
}

function sideBySide(parts: readonly Layer[], sharedInput: boolean): Layer {
  const { inputs: rows, outputs: columns, activation } = parts[0]!;
  const inputs = sharedInput ? rows : rows * parts.length;
  const outputs = columns * parts.length;
  const weights = new Float32Array(inputs * outputs);
  const bias = new Float32Array(outputs);
  for (const [p, part] of parts.entries()) {
    const rowOffset = sharedInput ? 0 : p * rows;
    for (let i = 0; i < rows; i++) {
      const row = part.weights.subarray(i * columns, (i + 1) * columns);
      weights.set(row, (rowOffset + i) * outputs + p * columns);
    }
    bias.set(part.bias, p * columns);
  }
  return { inputs, outputs, activation, weights, bias };
}

/** Equal but for rounding. */
const isNear = (a: number, b: number) => Math.abs(a - b) < 1e-6;

/** The members that `averageLayers` put together; any other network is the only one of itself. */
export function membersOf(layers: readonly Layer[]): (readonly Layer[])[] {
  const { inputs, outputs: k, activation, weights, bias } = layers.at(-1)!;
  const count = inputs / k;
  const body = layers.slice(0, -1);
  const isMean =
    body.length > 0 &&
    activation === 'linear' &&
    Number.isInteger(count) &&
    bias.every((b) => isNear(b, 0)) &&
    weights.every((w, at) => isNear(w, at % k === Math.floor(at / k) % k ? 1 / count : 0));
  const areApart = () => body.every((layer, l) => l === 0 || isBlockDiagonal(layer, count));
  if (!isMean || !areApart()) return [layers];
  return Array.from({ length: count }, (_, m) =>
    body.map((layer, l) => blockOf(layer, m, count, l === 0)),
  );
}

function isBlockDiagonal(layer: Layer, count: number): boolean {
  const [rows, columns] = [layer.inputs / count, layer.outputs / count];
  if (!Number.isInteger(rows) || !Number.isInteger(columns)) return false;
  return layer.weights.every(
    (w, at) =>
      w === 0 ||
      Math.floor(Math.floor(at / layer.outputs) / rows) ===
        Math.floor((at % layer.outputs) / columns),
  );
}

/** The part of member `m`: what `sideBySide` put there. */
function blockOf(layer: Layer, m: number, count: number, sharedInput: boolean): Layer {
  const outputs = layer.outputs / count;
  const inputs = sharedInput ? layer.inputs : layer.inputs / count;
  const weights = new Float32Array(inputs * outputs);
  for (let i = 0; i < inputs; i++) {
    const at = ((sharedInput ? 0 : m * inputs) + i) * layer.outputs + m * outputs;
    weights.set(layer.weights.subarray(at, at + outputs), i * outputs);
  }
  const bias = layer.bias.slice(m * outputs, (m + 1) * outputs);
  return { inputs, outputs, activation: layer.activation, weights, bias };
}

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

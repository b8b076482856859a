/** A policy's numbers as safetensors or npz: for programs that bring the network themselves. */
import { zipSync } from 'fflate';
import type { PolicySnapshot } from '../agent/contract.ts';

export interface Named {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * `layers.N.weight` is (inputs, outputs), row-major: y = activation(x · weight + bias). Beside them `normaliser.*`,
 * `logStd` where it is numbers, and the bounds of the action.
 */
export function tensorsOf({ layers, normaliser, logStd, actionSpace }: PolicySnapshot): Named[] {
  const vector = (name: string, values: Float32Array) => ({ name, shape: [values.length], values });
  return [
    ...layers.flatMap(({ inputs, outputs, weights, bias }, i) => [
      { name: `layers.${i}.weight`, shape: [inputs, outputs], values: weights },
      vector(`layers.${i}.bias`, bias),
    ]),
    ...(normaliser
      ? [vector('normaliser.mean', normaliser.mean), vector('normaliser.invStd', normaliser.invStd)]
      : []),
    ...(logStd instanceof Float32Array ? [vector('logStd', logStd)] : []),
    vector('action.low', actionSpace.low),
    vector('action.high', actionSpace.high),
  ];
}

/** What the numbers do not say: activations, squash, clip. */
export function notesOf(environmentId: string, snapshot: PolicySnapshot): Record<string, string> {
  const { version, squash, layers, normaliser, logStd } = snapshot;
  return {
    format: 'reins-policy',
    environment: environmentId,
    version: String(version),
    activations: layers.map((layer) => layer.activation).join(','),
    squash,
    logStd: logStd instanceof Float32Array ? 'numbers' : logStd,
    ...(normaliser ? { normaliserClip: String(normaliser.clip) } : {}),
  };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** https://huggingface.co/docs/safetensors: length of the header, header, numbers. */
export function encodeSafetensors(
  tensors: readonly Named[],
  notes: Readonly<Record<string, string>>,
): Uint8Array {
  let at = 0;
  const entries = tensors.map(({ name, shape, values }) => {
    const data_offsets = [at, (at += values.byteLength)];
    return [name, { dtype: 'F32', shape, data_offsets }] as const;
  });
  const json = JSON.stringify({ __metadata__: notes, ...Object.fromEntries(entries) });
  const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8)); // numbers aligned
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...tensors.map(({ values }) => bytesOf(values))]);
}

/** A zip of .npy files; the notes are `notes`, JSON as bytes. */
export function encodeNpz(
  tensors: readonly Named[],
  notes: Readonly<Record<string, string>>,
): Uint8Array {
  const text = Buffer.from(JSON.stringify(notes));
  const files = tensors.map(
    ({ name, shape, values }) => [`${name}.npy`, npy('<f4', shape, bytesOf(values))] as const,
  );
  const all = [...files, ['notes.npy', npy('|u1', [text.length], text)] as const];
  return zipSync(Object.fromEntries(all), { level: 0, mtime: '1980-01-01' });
}

/** https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0. */
function npy(descr: string, shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const tuple = `(${shape.map((n) => `${n},`).join(' ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const start = 10; // magic, version, length
  const padded = Math.ceil((start + text.length + 1) / 64) * 64 - start;
  const head = Buffer.from(`\x93NUMPY\x01\x00__${text.padEnd(padded - 1)}\n`, 'latin1');
  head.writeUInt16LE(padded, 8);
  return Buffer.concat([head, bytes]);
}

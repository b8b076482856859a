/** A kept model as the bytes of a binary file: arrays are columns, and the rest names them by number. */
import { packBinary, parseBinary } from './binary.ts';
import type { KeptModel } from './models-contract.ts';

const FORMAT = 1;

export function packModel({ environmentId, observationSize, policy, reward }: KeptModel): Buffer {
  const columns: Record<string, Float32Array> = {};
  const kept: KeptModel = { environmentId, observationSize, policy, reward };
  const text = JSON.stringify(kept, (_key, value) => {
    if (!(value instanceof Float32Array)) return value;
    const column = String(Object.keys(columns).length);
    columns[column] = value;
    return { column };
  });
  return packBinary({ format: FORMAT, model: JSON.parse(text) }, columns);
}

/** @throws Error naming what is wrong when the bytes are not those of a whole model. */
export function parseModel(bytes: Buffer): KeptModel {
  const { meta, columns } = parseBinary(bytes);
  const { format, model } = meta as { format?: number; model: unknown };
  if (format !== FORMAT) throw new Error(`is of format ${format}, expected ${FORMAT}`);
  return JSON.parse(JSON.stringify(model), (_key, value) =>
    typeof value?.column === 'string' ? columns[value.column] : value,
  ) as KeptModel;
}

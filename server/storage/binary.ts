/**
 * Named typed arrays with a JSON header in one file: magic, header length, CRC-32 of everything
 * after it, header, padding, arrays at multiples of eight. Written to a temporary name, synced, renamed.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const MAGIC = 0x42534e52; // "RNSB", little-endian
const PREFIX = 16;

const TYPES = { Float32Array, Float64Array, Uint8Array, Uint32Array } as const;
type TypeName = keyof typeof TYPES;
export type Column = Float32Array | Float64Array | Uint8Array | Uint32Array;

interface Layout {
  readonly name: string;
  readonly type: TypeName;
  readonly length: number;
}

const align = (n: number) => Math.ceil(n / 8) * 8;

export function writeBinary(
  path: string,
  meta: unknown,
  columns: Readonly<Record<string, Column>>,
): void {
  const layout: Layout[] = Object.entries(columns).map(([name, c]) => ({
    name,
    type: c.constructor.name as TypeName,
    length: c.length,
  }));
  const header = Buffer.from(JSON.stringify({ meta, layout }));
  let size = align(PREFIX + header.length);
  for (const column of Object.values(columns)) size += align(column.byteLength);
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(header.length, 4);
  header.copy(bytes, PREFIX);
  let at = align(PREFIX + header.length);
  for (const c of Object.values(columns)) {
    bytes.set(new Uint8Array(c.buffer, c.byteOffset, c.byteLength), at);
    at += align(c.byteLength);
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(PREFIX)), 8);
  const temporary = `${path}.tmp`;
  const file = openSync(temporary, 'w');
  try {
    writeSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** @throws Error naming what is wrong when the file is not whole. */
export function readBinary(path: string): { meta: unknown; columns: Record<string, Column> } {
  const file = readFileSync(path);
  if (file.length < PREFIX || file.readUInt32LE(0) !== MAGIC) throw new Error('not a Reins file');
  if (crc32(file.subarray(PREFIX)) !== file.readUInt32LE(8)) throw new Error('checksum differs');
  const headerLength = file.readUInt32LE(4);
  const { meta, layout } = JSON.parse(file.subarray(PREFIX, PREFIX + headerLength).toString()) as {
    meta: unknown;
    layout: Layout[];
  };
  // Node's small buffers share one store: the arrays need offsets of their own.
  const whole = new Uint8Array(file).buffer;
  const columns: Record<string, Column> = {};
  let at = align(PREFIX + headerLength);
  for (const { name, type, length } of layout) {
    columns[name] = new TYPES[type](whole, at, length);
    at += align(length * TYPES[type].BYTES_PER_ELEMENT);
  }
  return { meta, columns };
}

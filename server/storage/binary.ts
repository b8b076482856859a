/**
 * Named typed arrays with a JSON header in one file: magic, header length, CRC-32 of everything
 * after it, header, padding, arrays at multiples of eight. Written to a temporary name, synced, renamed.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
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

function layoutOf(columns: Readonly<Record<string, Column>>): Layout[] {
  return Object.entries(columns).map(([name, c]) => ({
    name,
    type: c.constructor.name as TypeName,
    length: c.length,
  }));
}

export function writeBinary(
  path: string,
  meta: unknown,
  columns: Readonly<Record<string, Column>>,
): void {
  const header = Buffer.from(JSON.stringify({ meta, layout: layoutOf(columns) }));
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

/** Bytes written and summed at once, so that other work comes in between. */
const PIECE = 4 * 1024 * 1024;

/** Like `writeBinary`, for files too large to stop the thread for. */
export async function writeBinaryInPieces(
  path: string,
  meta: unknown,
  columns: Readonly<Record<string, Column>>,
): Promise<void> {
  const header = Buffer.from(JSON.stringify({ meta, layout: layoutOf(columns) }));
  const start = Buffer.alloc(align(PREFIX + header.length));
  start.writeUInt32LE(MAGIC, 0);
  start.writeUInt32LE(header.length, 4);
  header.copy(start, PREFIX);
  let sum = crc32(start.subarray(PREFIX));
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w');
  try {
    let at = start.length;
    for (const c of Object.values(columns)) {
      const bytes = new Uint8Array(c.buffer, c.byteOffset, c.byteLength);
      const padding = new Uint8Array(align(c.byteLength) - c.byteLength);
      for (let from = 0; from < bytes.length; from += PIECE) {
        const piece = bytes.subarray(from, from + PIECE);
        sum = crc32(piece, sum);
        await file.write(piece, 0, piece.length, at + from);
      }
      sum = crc32(padding, sum);
      await file.write(padding, 0, padding.length, at + c.byteLength);
      at += align(c.byteLength);
    }
    start.writeUInt32LE(sum, 8);
    await file.write(start, 0, start.length, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** @throws Error naming what is wrong when the file is not whole. */
export function readBinary(path: string): { meta: unknown; columns: Record<string, Column> } {
  return parseBinary(readFileSync(path));
}

/** @throws Error naming what is wrong when the bytes are not those of a whole file. */
export function parseBinary(file: Buffer): { meta: unknown; columns: Record<string, Column> } {
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

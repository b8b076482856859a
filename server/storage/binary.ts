/**
 * Named typed arrays with a JSON header in one file: magic, header length, CRC-32 of everything
 * after it, header, padding, arrays at multiples of eight.
 */
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import {
  type DiskCalls,
  type WriteOptions,
  writeDraft,
  writeFile,
  writeFileInPieces,
} from './write-file.ts';

const MAGIC = 0x42534e52; // "RNSB", little-endian
const PREFIX = 16;

const TYPES = { Float32Array, Float64Array, Uint8Array, Uint32Array } as const;
type TypeName = keyof typeof TYPES;
export type Column = Float32Array | Float64Array | Uint8Array | Uint32Array;
type Columns = Readonly<Record<string, Column>>;

interface Layout {
  readonly name: string;
  readonly type: TypeName;
  readonly length: number;
}

const align = (n: number) => Math.ceil(n / 8) * 8;

function layoutOf(columns: Columns): Layout[] {
  return Object.entries(columns).map(([name, c]) => ({
    name,
    type: c.constructor.name as TypeName,
    length: c.length,
  }));
}

/** Everything but the checksum, which is 0 in it. */
function startOf(meta: unknown, columns: Columns): Buffer {
  const header = Buffer.from(JSON.stringify({ meta, layout: layoutOf(columns) }));
  const start = Buffer.alloc(align(PREFIX + header.length));
  start.writeUInt32LE(MAGIC, 0);
  start.writeUInt32LE(header.length, 4);
  header.copy(start, PREFIX);
  return start;
}

/** Bytes summed and written at once, so that other work comes in between. */
const PIECE = 4 * 1024 * 1024;

/** The arrays in order, each padded to a multiple of eight. */
function* piecesOf(columns: Columns): Generator<Uint8Array> {
  for (const c of Object.values(columns)) {
    const bytes = new Uint8Array(c.buffer, c.byteOffset, c.byteLength);
    for (let from = 0; from < bytes.length; from += PIECE) yield bytes.subarray(from, from + PIECE);
    const padding = align(c.byteLength) - c.byteLength;
    if (padding > 0) yield new Uint8Array(padding);
  }
}

/** The bytes of a whole file. */
export function packBinary(meta: unknown, columns: Columns): Buffer {
  const bytes = Buffer.concat([startOf(meta, columns), ...piecesOf(columns)]);
  bytes.writeUInt32LE(crc32(bytes.subarray(PREFIX)), 8);
  return bytes;
}

/** @throws Error of the system when it cannot be written; the file that was there is whole then. */
export function writeBinary(
  path: string,
  meta: unknown,
  columns: Columns,
  options?: WriteOptions,
): void {
  writeFile(path, packBinary(meta, columns), options);
}

/** Like `writeBinary`, under a name of its own, for `adopt` in write-file.ts. Nothing is copied. */
export function draftBinary(
  draft: string,
  meta: unknown,
  columns: Columns,
  calls?: DiskCalls,
): void {
  const start = startOf(meta, columns);
  let sum = crc32(start.subarray(PREFIX));
  for (const piece of piecesOf(columns)) sum = crc32(piece, sum);
  start.writeUInt32LE(sum, 8);
  writeDraft(draft, concat([start], piecesOf(columns)), calls);
}

/** Like `writeBinary`, for files too large to stop the thread for. */
export async function writeBinaryInPieces(
  path: string,
  meta: unknown,
  columns: Columns,
  options?: WriteOptions,
): Promise<void> {
  const start = startOf(meta, columns);
  let sum = crc32(start.subarray(PREFIX));
  for (const piece of piecesOf(columns)) {
    sum = crc32(piece, sum);
    await setImmediate();
  }
  start.writeUInt32LE(sum, 8);
  await writeFileInPieces(path, concat([start], piecesOf(columns)), options);
}

function* concat(...lists: Iterable<Uint8Array>[]): Generator<Uint8Array> {
  for (const list of lists) yield* list;
}

/** @throws Error naming what is wrong when the file is not whole. */
export function readBinary(path: string): { meta: unknown; columns: Record<string, Column> } {
  return parseBinary(readFileSync(path));
}

/**
 * Every array has a buffer of its own, to be transferred.
 * @throws Error naming what is wrong when the bytes are not those of a whole file.
 */
export function parseBinary(file: Buffer): { meta: unknown; columns: Record<string, Column> } {
  if (file.length < PREFIX || file.readUInt32LE(0) !== MAGIC) throw new Error('not a Reins file');
  if (crc32(file.subarray(PREFIX)) !== file.readUInt32LE(8)) throw new Error('checksum differs');
  const headerLength = file.readUInt32LE(4);
  const { meta, layout } = JSON.parse(file.subarray(PREFIX, PREFIX + headerLength).toString()) as {
    meta: unknown;
    layout: Layout[];
  };
  const columns: Record<string, Column> = {};
  let at = align(PREFIX + headerLength);
  for (const { name, type, length } of layout) {
    const column = new TYPES[type](length);
    new Uint8Array(column.buffer).set(file.subarray(at, at + column.byteLength));
    columns[name] = column;
    at += align(column.byteLength);
  }
  return { meta, columns };
}

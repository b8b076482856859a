/**
 * TensorBoard's event files: records of TFRecord (length, masked CRC-32C of it, data, masked CRC-32C of that), each
 * an `Event` of tensorflow/core/util/event.proto in protocol buffers.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

export interface EventFile {
  readonly path: string;
  /** Numbers after `step` steps; `time` in s since epoch. */
  scalars(step: number, time: number, values: Readonly<Record<string, number>>): void;
  /** What other files of the folder say of `step` and later no longer counts. */
  restart(step: number, time: number): void;
}

/** Makes the folder. @throws Error of the system. */
export function createEventFile(folder: string, time: number): EventFile {
  mkdirSync(folder, { recursive: true });
  const path = join(
    folder,
    `events.out.tfevents.${Math.floor(time)}.${hostname()}.${process.pid}.reins`,
  );
  const write = (step: number, at: number, field: Uint8Array) =>
    appendFileSync(path, recordOf(eventOf(step, at, field)));
  write(0, time, bytesField(3, Buffer.from('brain.Event:2')));
  return {
    path,
    scalars(step, at, values) {
      const entries = Object.entries(values).map(([tag, value]) =>
        bytesField(1, Buffer.concat([bytesField(1, Buffer.from(tag)), floatField(2, value)])),
      );
      write(step, at, bytesField(5, Buffer.concat(entries)));
    },
    // SessionLog with status START.
    restart: (step, at) => write(step, at, bytesField(7, Buffer.from([1 << 3, 1]))),
  };
}

/** wall_time (1, double), step (2, int64), and one field more. */
function eventOf(step: number, time: number, field: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head[0] = (1 << 3) | 1;
  head.writeDoubleLE(time, 1);
  return Buffer.concat([head, Buffer.from([2 << 3]), varint(step), field]);
}

function bytesField(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
}

function floatField(number: number, value: number): Buffer {
  const field = Buffer.alloc(5);
  field[0] = (number << 3) | 5;
  field.writeFloatLE(value, 1);
  return field;
}

/** Of a whole number from 0 to 2^53. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Buffer.from([...bytes, left]);
}

function recordOf(data: Buffer): Buffer {
  const record = Buffer.alloc(16 + data.length);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(masked(record.subarray(0, 8)), 8);
  data.copy(record, 12);
  record.writeUInt32LE(masked(data), 12 + data.length);
  return record;
}

/** Castagnoli's polynomial, reflected. */
const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  return c;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** So that a checksum of data that holds checksums stays a good one (tsl/lib/hash/crc32c.h). */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crc32c, createEventFile } from '../../../experiments/train/tensorboard.ts';

interface Event {
  time: number;
  step: number;
  version?: string;
  session?: number;
  values: Record<string, number>;
}

/** Fields of a protocol buffer: number, and varint, fixed bytes or length-delimited bytes. */
function* fieldsOf(bytes: Buffer): Generator<[number: number, value: number | Buffer]> {
  let at = 0;
  const varint = () => {
    let [value, scale] = [0, 1];
    for (let more = true; more; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      more = byte > 127;
    }
    return value;
  };
  const take = (n: number) => bytes.subarray(at, (at += n));
  while (at < bytes.length) {
    const key = varint();
    const sizes: Record<number, () => number | Buffer> = {
      0: varint,
      1: () => take(8),
      2: () => take(varint()),
      5: () => take(4),
    };
    yield [key >> 3, sizes[key & 7]!()];
  }
}

function eventOf(data: Buffer): Event {
  const event: Event = { time: Number.NaN, step: Number.NaN, values: {} };
  for (const [number, value] of fieldsOf(data)) {
    if (number === 1) event.time = (value as Buffer).readDoubleLE();
    if (number === 2) event.step = value as number;
    if (number === 3) event.version = String(value);
    if (number === 7)
      for (const [, status] of fieldsOf(value as Buffer)) event.session = status as number;
    if (number !== 5) continue;
    for (const [, summary] of fieldsOf(value as Buffer)) {
      const [[, tag], [, number]] = [...fieldsOf(summary as Buffer)] as [[1, Buffer], [2, Buffer]];
      event.values[String(tag)] = number.readFloatLE();
    }
  }
  return event;
}

/** Reads TFRecords, checking both checksums of each. */
function read(path: string): Event[] {
  const bytes = readFileSync(path);
  const events: Event[] = [];
  const unmask = (at: number) => {
    const rotated = (bytes.readUInt32LE(at) - 0xa282ead8) >>> 0;
    return ((rotated >>> 17) | (rotated << 15)) >>> 0;
  };
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    expect(unmask(at + 8)).toBe(crc32c(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(unmask(at + 12 + length)).toBe(crc32c(data));
    events.push(eventOf(data));
    at += 16 + length;
  }
  return events;
}

test('[CLI-36] checksums are CRC-32C, as RFC 3720 (B.4) has them', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});

test('[CLI-36] event files hold version, scalars by tag and step, and restarts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reins-events-'));
  const file = createEventFile(join(folder, 'log'), 1_700_000_000.5);
  file.scalars(300, 1_700_000_001, { 'eval/return': -1.5, 'loss/critic': 2 ** 40 });
  file.restart(2 ** 40 + 1, 1_700_000_002);
  const long = `${'x'.repeat(200)}/é`;
  file.scalars(127, 0, { [long]: 0.25 });
  expect(file.path).toMatch(/log.events\.out\.tfevents\.1700000000\./);
  expect(read(file.path)).toEqual([
    { time: 1_700_000_000.5, step: 0, version: 'brain.Event:2', values: {} },
    { time: 1_700_000_001, step: 300, values: { 'eval/return': -1.5, 'loss/critic': 2 ** 40 } },
    { time: 1_700_000_002, step: 2 ** 40 + 1, session: 1, values: {} },
    { time: 0, step: 127, values: { [long]: 0.25 } },
  ]);
  rmSync(folder, { recursive: true });
});

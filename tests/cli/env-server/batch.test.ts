import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { Batch, type BatchDescription, OPERATION } from '../../../cli/env-server/batch.ts';
import { createEnvironment, getEnvironment } from '../../../sim/registry.ts';
import { root } from '../../setup/sources.ts';

const SEEDS = [3, 8];
const ACTION = [0.25, 0.5];

/** A request for two environments of driving: everybody does the same. */
function request(operation: number, action: readonly number[] = ACTION): Uint8Array {
  const bytes = new ArrayBuffer(2 * (8 + 2 * 4 + 1));
  new Float64Array(bytes, 0, 2).set(SEEDS);
  new Float32Array(bytes, 16, 4).set([...action, ...action]);
  new Uint8Array(bytes, 32).fill(operation);
  return new Uint8Array(bytes);
}

/** Columns of an answer as the header says, after its status. */
function columns(answer: Uint8Array, about: BatchDescription) {
  const n = about.count;
  const c = 2 + about.rewardTerms.length + about.metrics.length;
  const o = about.observation.low.length;
  const bytes = answer.slice(4).buffer;
  return {
    numbers: new Float64Array(bytes, 0, n * c),
    observations: new Float32Array(bytes, n * c * 8, n * o),
    flags: new Uint8Array(bytes, n * (c * 8 + o * 4), n * 4),
    width: { numbers: c, observations: o },
  };
}

test('[PY-7] a batch holds what its environments say, row by row', async () => {
  const factory = getEnvironment('driving');
  const create = () => createEnvironment('driving');
  const batch = new Batch(factory, [await create(), await create()]);
  const alone = await create();
  for (const [row, seed] of SEEDS.entries()) {
    batch.request.set(request(OPERATION.reset));
    batch.run();
    let ts = alone.reset(seed);
    while (ts.kind !== 'last') {
      ts = alone.step(new Float32Array(ACTION));
      const asked = request(OPERATION.step);
      asked[32 + (1 - row)] = OPERATION.leave; // the other one waits
      batch.request.set(asked);
      batch.run();
      const { numbers, observations, flags, width } = columns(batch.answer, batch.description);
      const own = [...numbers.subarray(row * width.numbers, (row + 1) * width.numbers)];
      const { rewardTerms, metrics, cost } = ts.info;
      expect(own).toEqual([
        ts.reward,
        cost,
        ...Object.values(rewardTerms),
        ...Object.values(metrics),
      ]);
      const seen = observations.subarray(row * width.observations, (row + 1) * width.observations);
      expect(seen).toEqual(ts.observation);
      const reason = batch.description.endReasons.indexOf(ts.info.endReason) + 1;
      const isOver = ts.kind === 'last' ? 1 : 0;
      expect([...flags.subarray(row * 4, row * 4 + 4)]).toEqual([isOver, 0, 0, reason]);
    }
    expect(ts.step).toBeGreaterThan(10);
  }
});

async function read(from: Readable, length: number): Promise<Buffer> {
  for (;;) {
    const bytes = from.read(length) as Buffer | null;
    if (bytes) return bytes;
    await once(from, 'readable');
  }
}

async function readText(from: Readable): Promise<string> {
  const length = (await read(from, 4)).readUInt32LE();
  return length === 0 ? '' : String(await read(from, length));
}

test('[PY-7] env-server speaks it over its standard streams, refuses NaN in words, and ends with its input', async () => {
  const args = [join(root, 'bin/reins.mjs'), 'env-server', '--env', 'driving', '--count', '2'];
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const about = JSON.parse(await readText(child.stdout)) as BatchDescription;
  expect([about.env, about.count, about.action.names]).toEqual([
    'driving',
    2,
    ['steering', 'throttle'],
  ]);
  const size = () => {
    const c = 2 + about.rewardTerms.length + about.metrics.length;
    return 2 * (c * 8 + about.observation.low.length * 4 + 4);
  };
  const ask = async (bytes: Uint8Array) => {
    child.stdin.write(bytes);
    const error = await readText(child.stdout);
    return error || columns(await read(child.stdout, size()), about);
  };
  const first = await ask(request(OPERATION.reset));
  expect(await ask(request(OPERATION.step, [Number.NaN, 0]))).toMatch(/environment 0: .*NaN/);
  const next = await ask(request(OPERATION.step));
  expect(next).not.toEqual(first);
  child.stdin.end();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

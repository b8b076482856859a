/** Policies on their way to actors. */
import { expect, it } from 'vitest';
import type { PolicySnapshot } from '../../../agent/contract.ts';
import { pack } from '../../../server/nats/codec.ts';
import { type Part, partsOf } from '../../../server/nats/messages.ts';
import { WeightsReader, WeightsWriter } from '../../../server/nats/weights.ts';
import { until } from '../../e2e/helpers.ts';

const policy = (version: number) =>
  ({
    version,
    layers: [{ weights: new Float32Array(100).fill(version) }],
  }) as unknown as PolicySnapshot;
const parts = (version: number) => partsOf(pack(policy(version)), 100);

/** A reader, the policies that it took, and what it asked for beyond what it heard. */
function reader(kept: (version: number) => readonly Part[] | undefined = () => undefined) {
  const read: PolicySnapshot[] = [];
  const asked: string[] = [];
  const errors: string[] = [];
  const weights = new WeightsReader({
    async read(version, part) {
      asked.push(`${version}.${part}`);
      return kept(version)?.[part];
    },
    onRead: (snapshot) => read.push(snapshot),
    onError: (error) => errors.push(error.message),
  });
  const hear = (version: number, which: readonly number[]) => {
    for (const i of which) weights.hear(version, i, parts(version)[i]!);
  };
  return { weights, hear, read, asked, errors };
}

const all = [...parts(1).keys()];

it('[NATS-12] a policy is taken as it is heard, and not asked for', async () => {
  const { weights, hear, read, asked } = reader();
  expect(all.length).toBeGreaterThan(4);
  hear(1, all);
  await weights.want(1);
  expect(read).toEqual([policy(1)]);
  expect(asked).toEqual([]);
});

it('[NATS-12] one of which a part was missed is read, once there is word of it', async () => {
  const { weights, hear, read, asked } = reader(parts);
  hear(1, all.slice(1)); // came in the middle
  hear(2, [0, 1, 3, ...all.slice(4)]); // lost one
  hear(3, [0, 1]); // the learner ended, and another one goes on
  expect(read).toEqual([]);
  await weights.want(2);
  expect(read).toEqual([policy(2)]);
  expect(asked).toEqual(all.map((i) => `2.${i}`));
  hear(3, all);
  expect(read.at(-1)).toEqual(policy(3));
});

it('[NATS-12] a newer one that is heard while an older one is read is not replaced by it', async () => {
  let give: (() => void) | undefined;
  const { weights, hear, read, errors } = reader();
  const slow = new WeightsReader({
    read: (version, part) =>
      new Promise((resolve) => {
        give = () => resolve(parts(version)[part]);
      }),
    onRead: (snapshot) => read.push(snapshot),
    onError: (error) => errors.push(error.message),
  });
  const reading = slow.want(1);
  for (const [i, part] of parts(2).entries()) slow.hear(2, i, part);
  for (const _ of all) {
    give!();
    await new Promise(setImmediate);
  }
  await reading;
  expect(read).toEqual([policy(2)]);
  // And what is damaged is said, and read.
  weights.hear(4, 0, { bytes: Buffer.from('{}'), hasMore: false });
  hear(5, all);
  expect(errors).toEqual(['not a Reins file']);
  expect(read.at(-1)).toEqual(policy(5));
  await weights.want(6);
  expect(errors.at(-1)).toBe('policy 6 is gone');
});

it('[NATS-12] policies are written one at a time, of those that wait the newest, and four are kept', async () => {
  let isDown = true;
  const written: number[] = [];
  const removed: number[] = [];
  const errors: string[] = [];
  const writer = new WeightsWriter({
    async put(version) {
      if (isDown) throw new Error('down');
      written.push(version);
    },
    remove: async (version) => void removed.push(version),
    onWritten: () => {},
    onError: (error) => errors.push(error.message),
  });
  for (const version of [1, 2, 3]) writer.put(policy(version));
  await until('an error', () => errors.length > 0);
  isDown = false;
  writer.again();
  await until('the newest', () => written.length > 0);
  expect(written).toEqual([3]);
  for (let version = 4; version < 9; version++) {
    writer.put(policy(version));
    await until(`policy ${version}`, () => written.includes(version));
  }
  await until('those that were removed', () => removed.length === 2);
  expect(removed).toEqual([3, 4]);
});

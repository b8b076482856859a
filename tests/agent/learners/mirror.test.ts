import { expect, test } from 'vitest';
import { mirrorHalf } from '../../../agent/learners/parts/mirror.ts';
import { createBatch } from '../../../agent/replay/replay.ts';
import { createRandom } from '../../../sim/random.ts';
import { box } from '../../../sim/spaces.ts';

test('[LEARN-26] about half of a batch is turned, each row as a whole', () => {
  const turned = { from: Int32Array.of(0), sign: Int8Array.of(-1) };
  const spec = {
    environmentId: 'x',
    observationSpace: box([-1], [1], { mirror: turned }),
    actionSpace: box([-1], [1], { mirror: turned }),
    controlDt: 0.1,
  };
  const n = 1000;
  const batch = createBatch(n, 1, 1);
  for (const rows of ['observations', 'nextObservations', 'actions', 'policyActions'] as const)
    batch[rows].fill(0.5);
  mirrorHalf(batch, n, spec, createRandom(1));
  let count = 0;
  for (let i = 0; i < n; i++) {
    const sign = Math.sign(batch.observations[i]!);
    if (sign < 0) count++;
    expect(batch.nextObservations[i]).toBe(0.5 * sign);
    expect(batch.actions[i]).toBe(0.5 * sign);
    expect(batch.policyActions[i]).toBe(0.5 * sign);
  }
  expect(count).toBeGreaterThan(440);
  expect(count).toBeLessThan(560);
});

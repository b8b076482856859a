import { createBatch, type ReplayBatch } from '../../../agent/replay/replay.ts';
import type { Random } from '../../../sim/random.ts';

/** A batch as learners see it, a third of it a person's, some more with a later action of a person as target. */
export function randomBatch(n: number, d: number, k: number, random: Random): ReplayBatch {
  const batch = createBatch(n, d, k);
  for (const column of [batch.observations, batch.nextObservations, batch.rewards])
    for (let i = 0; i < column.length; i++) column[i] = random.normal();
  for (const column of [batch.actions, batch.policyActions, batch.imitationTargets])
    for (let i = 0; i < column.length; i++) column[i] = random.uniform(-1, 1);
  for (let i = 0; i < n; i++) {
    batch.discounts[i] = i % 5 === 0 ? 0 : 1;
    batch.human[i] = i % 3 === 0 ? 1 : 0;
    batch.hasImitationTarget[i] = batch.human[i] === 1 || i % 7 === 2 ? 1 : 0;
    batch.takeoverStart[i] = i % 9 === 0 ? 1 : 0;
    const own = batch.actions.subarray(i * k, (i + 1) * k);
    if (batch.human[i] === 1 || batch.hasImitationTarget[i] === 0)
      batch.imitationTargets.set(own, i * k);
  }
  return batch;
}

/** Steps seen in a mirror: twice the roads for the same driving (Abdolhosseini et al. 2019, "DUP"). */
import type { BoxSpace } from '../../../sim/contract.ts';
import type { Random } from '../../../sim/random.ts';
import { mirrorInto } from '../../../sim/spaces.ts';
import type { EnvironmentSpec } from '../../contract.ts';
import type { ReplayBatch } from '../../replay/replay.ts';

/** Mirrors each row of the batch (environment units) with probability one half, in place. */
export function mirrorHalf(
  batch: ReplayBatch,
  n: number,
  spec: EnvironmentSpec,
  random: Random,
): void {
  for (let i = 0; i < n; i++) {
    if (random.next() < 0.5) continue;
    mirrorRow(spec.observationSpace, batch.observations, i);
    mirrorRow(spec.observationSpace, batch.nextObservations, i);
    mirrorRow(spec.actionSpace, batch.actions, i);
    mirrorRow(spec.actionSpace, batch.policyActions, i);
    mirrorRow(spec.actionSpace, batch.imitationTargets, i);
  }
}

function mirrorRow(space: BoxSpace, rows: Float32Array, i: number): void {
  const offset = i * space.size;
  const original = rows.slice(offset, offset + space.size);
  mirrorInto(space, original, rows.subarray(offset, offset + space.size), 0);
}

/** What graphs need of a batch beside its columns of float32: marks as numbers, people's rows by themselves. */
import type { ReplayBatch } from '../../replay/replay.ts';
import { countHuman, gatherHuman } from './human-terms.ts';

export interface BatchColumns {
  /** 1 where a temporal difference counts, (n, 1). */
  readonly counts: Float32Array;
  /** 1 where a person acted, (n, 1). */
  readonly human: Float32Array;
  /** 1 over the number of rows with an imitation target where there is one, 0 elsewhere, (n, 1). */
  readonly imitation: Float32Array;
  /** (observation, what the agent wanted) of the first `novices` rows that a person acted, (n, d + k). */
  readonly novice: Float32Array;
  /** 1 for each of them, (n, 1). */
  readonly isNovice: Float32Array;
  /** Fills them from the batch; returns how many novice rows there are, at least 1: that one may count for nothing. */
  fill(): number;
}

export function createBatchColumns(
  batch: ReplayBatch,
  d: number,
  k: number,
  stopTdAtTakeover: boolean,
): BatchColumns {
  const n = batch.size;
  const column = () => new Float32Array(n);
  const counts = column();
  const human = column();
  const imitation = column();
  const isNovice = column();
  const novice = new Float32Array(n * (d + k));
  return {
    counts,
    human,
    imitation,
    novice,
    isNovice,
    fill() {
      let targets = 0;
      for (const mark of batch.hasImitationTarget) targets += mark;
      for (let i = 0; i < n; i++) {
        counts[i] = stopTdAtTakeover && batch.takeoverStart[i] === 1 ? 0 : 1;
        human[i] = batch.human[i]!;
        imitation[i] = batch.hasImitationTarget[i] === 1 ? 1 / targets : 0;
      }
      const humans = countHuman(batch);
      const { observations, policyActions } = gatherHuman(batch, humans);
      for (let i = 0; i < humans; i++) {
        novice.set(observations.subarray(i * d, (i + 1) * d), i * (d + k));
        novice.set(policyActions.subarray(i * k, (i + 1) * k), i * (d + k) + d);
      }
      isNovice[0] = humans > 0 ? 1 : 0;
      isNovice.fill(1, 1);
      return Math.max(1, humans);
    },
  };
}

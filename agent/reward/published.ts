/**
 * A published version of a reward ensemble as plain numbers: it predicts without TensorFlow, and long after the
 * ensemble has gone on. Labels are judged as everywhere, by the member that never saw them (ensemble.ts).
 */
import { createNetwork, type Network } from '../acting/network.ts';
import type { Layer } from '../contract.ts';
import { type InputScale, scaleRows } from './reference.ts';

export interface PublishedReward {
  readonly version: number;
  readonly scale: InputScale;
  /** Layers of every member; the first of its outputs is the reward. */
  readonly members: readonly (readonly Layer[])[];
}

/** One of two segments was called the better one. */
export interface HeldOutComparison {
  readonly feedbackId: string;
  readonly teacherId: string;
  /** The member that never saw it. */
  readonly fold: number;
  readonly choice: 'a' | 'b';
  /** (steps of a, then of b; d + k): observations as they are, actions in [−1, 1]. */
  readonly rows: Float32Array;
  /** Steps of a. */
  readonly split: number;
}

/** How much more reward one member sees in the first segment of a comparison. */
export type Scorer = (comparison: Pick<HeldOutComparison, 'fold' | 'rows' | 'split'>) => number;

/**
 * Whether the member that a comparison is held out from calls the same segment the better one. What is known of the
 * person is left out: it is the reward alone that is judged.
 * @throws RangeError for a model of other inputs, or of fewer members
 */
export function createJudge(reward: PublishedReward): (comparison: HeldOutComparison) => boolean {
  const score = createScorer(reward);
  return (comparison) => score(comparison) > 0 === (comparison.choice === 'a');
}

/** @throws RangeError as `createJudge` */
export function createScorer({ scale, members }: PublishedReward): Scorer {
  const width = scale.mean.length - scale.squared;
  const networks: (Network | undefined)[] = members.map(() => undefined);
  return ({ fold, rows, split }) => {
    const layers = members[fold];
    if (!layers || rows.length % width !== 0)
      throw new RangeError(
        `model: has ${members.length} members over ${width} inputs, which is not what comparison of fold ${fold} and ${rows.length} numbers is for`,
      );
    const network = (networks[fold] ??= createNetwork(layers));
    const input = new Float32Array(scale.mean.length);
    let difference = 0;
    for (let row = 0; row * width < rows.length; row++) {
      scaleRows(rows, row, 1, width, scale, input, 0);
      network.input.set(input);
      difference += (row < split ? 1 : -1) * network.run()[0]!;
    }
    return difference;
  };
}

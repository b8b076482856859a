/** Rules of activation, and what they are read from beside the policy, as plain numbers. */
import type { BoxSpace } from '../../sim/contract.ts';
import type { Layer } from '../contract.ts';

/** What a leaf compares. */
export const LEAVES = [
  'gate',
  'risk',
  'margin',
  'disagreement',
  'rewardJump',
  'novelty',
  'sampleSteps',
  'sampleEpisodes',
] as const;
export type LeafName = (typeof LEAVES)[number];

/** One key each. */
export type Rule =
  | { readonly and: readonly Rule[] }
  | { readonly or: readonly Rule[] }
  | { readonly not: Rule }
  | { readonly gate: true }
  | { readonly [name in Exclude<LeafName, 'gate'>]?: number };

/** A leaf as it stood when its tree was judged. */
export interface Condition {
  readonly leaf: LeafName;
  /** null: not known. */
  readonly value: number | null;
  readonly threshold: number;
  /** null: not known. */
  readonly isMet: boolean | null;
}

/** A published reward model; `reward-sense.ts` evaluates it. */
export interface RewardSnapshot {
  readonly version: number;
  /** How (observation, action in [-1, 1]) becomes inputs: their columns, and the squares of the last `squared`. */
  readonly scale: {
    readonly mean: Float32Array;
    readonly inverse: Float32Array;
    readonly squared: number;
  };
  /** The first output of each is its reward; less `zero` and times `inverseStd` it is normalised. */
  readonly members: readonly {
    readonly layers: readonly Layer[];
    readonly zero: number;
    readonly inverseStd: number;
  }[];
  readonly actionSpace: Pick<BoxSpace, 'low' | 'high' | 'size'>;
}

/** A sample of what was seen; `familiar.ts` tells by it how novel an observation is. */
export interface FamiliarSnapshot {
  /** (n, d), and what its columns are multiplied by, (d). */
  readonly states: Float32Array;
  readonly inverse: Float32Array;
  /** (n) squared distances of each to its fifth nearest, ascending. */
  readonly distances: Float32Array;
}

/** Before which steps it waits in the loop, and when it calls. */
export interface ActivationRules {
  readonly wait: Rule;
  readonly call: Rule;
}

/** The rules of a run, with what their leaves are read from. */
export interface ActivationSnapshot {
  readonly rules: ActivationRules;
  /** Where a rule asks for it and it is known. */
  readonly reward?: RewardSnapshot;
  readonly familiar?: FamiliarSnapshot;
}

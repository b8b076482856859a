/** Running mean and variance per observation number (Chan et al. 1979's parallel update). */
import type { BoxSpace } from '../../sim/contract.ts';
import type { PolicySnapshot } from '../contract.ts';
import { restore, type SavedArrays } from './adam.ts';
import { groupScale } from './group-scale.ts';

export interface Normaliser {
  /** Take n rows (n, d) into account. */
  add(rows: Float32Array, n: number): void;
  /** rows ← clip((rows − mean)·invStd, ±clip), in place. Identity before the first `add`. */
  apply(rows: Float32Array, n: number): void;
  /** Scale by these numbers whatever comes, as a policy does that was learned elsewhere; undefined: not at all. */
  fix(at: PolicySnapshot['normaliser']): void;
  /** The part of a snapshot that goes with it; none where it was fixed to nothing. */
  snapshot(): Pick<PolicySnapshot, 'normaliser'>;
  save(into: SavedArrays, name: string): unknown;
  load(from: Readonly<Record<string, Float32Array>>, name: string, meta: unknown): void;
}

/**
 * Least standard deviation, as a share of a bounded number's range, and for unbounded ones: what
 * hardly ever moved must not be blown up to full size the first time it does.
 */
const LEAST_SHARE = 0.05;
const LEAST = 0.01;
function leastVariance(space: BoxSpace): Float32Array {
  return Float32Array.from({ length: space.size }, (_, j) => {
    const range = space.high[j]! - space.low[j]!;
    return (Number.isFinite(range) ? LEAST_SHARE * range : LEAST) ** 2;
  });
}

/** @param ignore numbers that come out as 0 always. */
export function createNormaliser(
  space: BoxSpace,
  ignore: readonly number[] = [],
  limit = 10,
): Normaliser {
  const { size } = space;
  const scale = groupScale(space);
  for (const j of ignore) scale[j] = 0;
  const least = leastVariance(space);
  const mean = new Float32Array(size);
  const m2 = new Float32Array(size);
  const invStd = Float32Array.from(scale, (weight) => (weight === 0 ? 0 : 1));
  let count = 0;
  let clip = limit;
  let isFixed = false;

  const refresh = () => {
    for (let j = 0; j < size; j++)
      invStd[j] =
        count > 1 ? scale[j]! / Math.sqrt(m2[j]! / count + least[j]!) : scale[j] === 0 ? 0 : 1;
  };

  function fix(at: PolicySnapshot['normaliser']): void {
    isFixed = true;
    if (at) mean.set(at.mean);
    else mean.fill(0);
    if (at) invStd.set(at.invStd);
    else invStd.fill(1);
    clip = at?.clip ?? Number.POSITIVE_INFINITY;
  }

  return {
    fix,
    add(rows, n) {
      if (n === 0 || isFixed) return;
      const total = count + n;
      for (let j = 0; j < size; j++) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += rows[i * size + j]!;
        const batchMean = sum / n;
        let squares = 0;
        for (let i = 0; i < n; i++) squares += (rows[i * size + j]! - batchMean) ** 2;
        const delta = batchMean - mean[j]!;
        mean[j]! += (delta * n) / total;
        m2[j]! += squares + (delta * delta * count * n) / total;
      }
      count = total;
      refresh();
    },
    apply(rows, n) {
      for (let i = 0; i < n; i++) {
        const row = i * size;
        for (let j = 0; j < size; j++) {
          const value = (rows[row + j]! - mean[j]!) * invStd[j]!;
          rows[row + j] = value > clip ? clip : Math.max(-clip, value);
        }
      }
    },
    snapshot: () =>
      clip === Number.POSITIVE_INFINITY
        ? {}
        : { normaliser: { mean: mean.slice(), invStd: invStd.slice(), clip } },
    save(into, name) {
      into[`${name}/mean`] = mean.slice();
      into[`${name}/m2`] = m2.slice();
      into[`${name}/count`] = Float32Array.of(count % 65536, Math.floor(count / 65536));
      if (!isFixed) return undefined;
      into[`${name}/invStd`] = invStd.slice();
      return { clip: Number.isFinite(clip) ? clip : null };
    },
    load(from, name, meta) {
      restore(from, `${name}/mean`, mean);
      restore(from, `${name}/m2`, m2);
      const saved = from[`${name}/count`]!;
      count = saved[0]! + saved[1]! * 65536;
      refresh();
      isFixed = false;
      clip = limit;
      const fixed = meta as { clip: number | null } | undefined;
      if (fixed?.clip === null) fix(undefined);
      else if (fixed) fix({ mean, invStd: from[`${name}/invStd`]!, clip: fixed.clip });
    },
  };
}

/** Columns of an episode: flat typed arrays that grow by doubling. */
import type { Episode } from '../contract.ts';

/** Every column, with how many numbers it holds per step. */
export interface Columns {
  observations: Float32Array;
  actions: Float32Array;
  policyActions: Float32Array;
  sources: Uint8Array;
  policyVersions: Uint32Array;
  envRewards: Float32Array;
  costs: Float32Array;
  discounts: Float32Array;
  successes: Uint8Array;
  poses: Float32Array;
  positions: Float32Array;
}

export interface Sizes {
  readonly d: number;
  readonly k: number;
  /** Pose numbers per step; 0 when not kept. */
  readonly p: number;
  /** 3, or 0 when positions are not kept. */
  readonly xyz: number;
}

/** Columns with room for `rows` steps (and one more observation, pose and position). */
export function allocate(rows: number, { d, k, p, xyz }: Sizes): Columns {
  return {
    observations: new Float32Array((rows + 1) * d),
    actions: new Float32Array(rows * k),
    policyActions: new Float32Array(rows * k),
    sources: new Uint8Array(rows),
    policyVersions: new Uint32Array(rows),
    envRewards: new Float32Array(rows),
    costs: new Float32Array(rows),
    discounts: new Float32Array(rows),
    successes: new Uint8Array(rows),
    poses: new Float32Array(p === 0 ? 0 : (rows + 1) * p),
    positions: new Float32Array(xyz === 0 ? 0 : (rows + 1) * xyz),
  };
}

/** Columns twice as large (at least `rows`), with the old numbers in them. */
export function grow(columns: Columns, rows: number, sizes: Sizes): Columns {
  const wider = allocate(Math.max(rows, columns.sources.length * 2), sizes);
  for (const name of Object.keys(columns) as (keyof Columns)[]) wider[name].set(columns[name]);
  return wider;
}

/** Views of the first `n` steps. */
export function views(c: Columns, n: number, { d, k, p, xyz }: Sizes): Columns {
  return {
    observations: c.observations.subarray(0, (n + 1) * d),
    actions: c.actions.subarray(0, n * k),
    policyActions: c.policyActions.subarray(0, n * k),
    sources: c.sources.subarray(0, n),
    policyVersions: c.policyVersions.subarray(0, n),
    envRewards: c.envRewards.subarray(0, n),
    costs: c.costs.subarray(0, n),
    discounts: c.discounts.subarray(0, n),
    successes: c.successes.subarray(0, n),
    poses: c.poses.subarray(0, p === 0 ? 0 : (n + 1) * p),
    positions: c.positions.subarray(0, xyz === 0 ? 0 : (n + 1) * xyz),
  };
}

/** Copies steps [from, to) and the observation, pose and position after each. */
export function copySteps(e: Episode, from: number, to: number, into: Columns, sizes: Sizes): void {
  const { d, k, p, xyz } = sizes;
  into.actions.set(e.actions.subarray(from * k, to * k), from * k);
  into.policyActions.set(e.policyActions.subarray(from * k, to * k), from * k);
  into.sources.set(e.sources.subarray(from, to), from);
  into.policyVersions.set(e.policyVersions.subarray(from, to), from);
  into.envRewards.set(e.envRewards.subarray(from, to), from);
  into.costs.set(e.costs.subarray(from, to), from);
  into.discounts.set(e.discounts.subarray(from, to), from);
  into.successes.set(e.successes.subarray(from, to), from);
  into.observations.set(e.observations.subarray(from * d, (to + 1) * d), from * d);
  if (p > 0) into.poses.set(e.poses.subarray(from * p, (to + 1) * p), from * p);
  if (xyz > 0) into.positions.set(e.positions.subarray(from * xyz, (to + 1) * xyz), from * xyz);
}

import type { BoxSpace } from '../../sim/contract.ts';

/** Inputs that a group of like sensors counts as, at most. */
const GROUP_WEIGHT = 16;

/**
 * 1 for single numbers; smaller for the members of a large group of like sensors (names that differ
 * in their number only, e.g. `lidar0` … `lidar239`), so that 240 rays do not drown nine numbers
 * about the car itself in the first layer.
 */
export function groupScale(space: BoxSpace): Float32Array {
  const groupOf = (name: string) => name.replace(/\d+$/, '');
  const sizes = new Map<string, number>();
  for (const name of space.names ?? []) {
    sizes.set(groupOf(name), (sizes.get(groupOf(name)) ?? 0) + 1);
  }
  return Float32Array.from({ length: space.size }, (_, j) => {
    const name = space.names?.[j];
    const members = name === undefined ? 1 : (sizes.get(groupOf(name)) ?? 1);
    return Math.min(1, Math.sqrt(GROUP_WEIGHT / members));
  });
}

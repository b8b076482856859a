/** The agent's vehicle against one solid box. */

import { V, type VehicleParameters } from '../vehicle/vehicle.ts';
import { type Boxes, type Overlap, overlaps } from './boxes.ts';

const overlap: Overlap = { depth: 0, nx: 0, ny: 0 };

/** Pushes the agent out of row `i`, which does not give way. True when the agent touches it. */
export function touchSolid(
  state: Float64Array,
  vehicle: VehicleParameters,
  boxes: Boxes,
  i: number,
): boolean {
  const cos = Math.cos(state[V.heading]!);
  const sin = Math.sin(state[V.heading]!);
  const { length, width } = vehicle;
  if (!overlaps(boxes, i, state[V.x]!, state[V.y]!, cos, sin, length / 2, width / 2, overlap))
    return false;
  pushOut(state, cos, sin, overlap, 1, 0);
  return true;
}

/**
 * Moves the agent out by `share` of the depth and takes `share` of its closing speed; the other body moves
 * at `speed` along the contact normal. Returns the speed taken.
 */
export function pushOut(
  state: Float64Array,
  cos: number,
  sin: number,
  { depth, nx, ny }: Overlap,
  share: number,
  speed: number,
): number {
  state[V.x] = state[V.x]! + share * depth * nx;
  state[V.y] = state[V.y]! + share * depth * ny;
  const vx = state[V.vx]! * cos - state[V.vy]! * sin;
  const vy = state[V.vx]! * sin + state[V.vy]! * cos;
  const towards = vx * nx + vy * ny - speed;
  if (towards >= 0) return 0;
  const wx = vx - share * towards * nx;
  const wy = vy - share * towards * ny;
  state[V.vx] = wx * cos + wy * sin;
  state[V.vy] = wy * cos - wx * sin;
  state[V.yawRate] = 0.5 * state[V.yawRate]!;
  return -share * towards;
}

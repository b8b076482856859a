/**
 * Everything solid except the agent, as oriented boxes in columns: what lidar sees and what the
 * agent can hit. Rows are reused; nothing here allocates after creation.
 */

import { length2 } from './length.ts';

export const BOX_KIND = {
  none: 0,
  vehicle: 1,
  cone: 2,
  brokenVehicle: 3,
  triangle: 4,
  wall: 5,
  pedestrian: 6,
  cyclist: 7,
} as const;

export interface Boxes {
  readonly capacity: number;
  count: number;
  readonly kind: Uint8Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly heading: Float64Array;
  readonly cos: Float64Array;
  readonly sin: Float64Array;
  readonly halfLength: Float64Array;
  readonly halfWidth: Float64Array;
  /** Radius of the circle around the box. */
  readonly reach: Float64Array;
}

export function createBoxes(capacity: number): Boxes {
  const column = () => new Float64Array(capacity);
  return {
    capacity,
    count: 0,
    kind: new Uint8Array(capacity),
    x: column(),
    y: column(),
    heading: column(),
    cos: column().fill(1),
    sin: column(),
    halfLength: column(),
    halfWidth: column(),
    reach: column(),
  };
}

export function placeBox(b: Boxes, i: number, x: number, y: number, heading: number): void {
  b.x[i] = x;
  b.y[i] = y;
  if (heading === b.heading[i]) return;
  b.heading[i] = heading;
  b.cos[i] = Math.cos(heading);
  b.sin[i] = Math.sin(heading);
}

/** Size of row `i`, metres. */
export function sizeBox(b: Boxes, i: number, halfLength: number, halfWidth: number): void {
  b.halfLength[i] = halfLength;
  b.halfWidth[i] = halfWidth;
  b.reach[i] = Math.hypot(halfLength, halfWidth);
}

/** Rows whose circle comes within `range` metres of `pose` (x, y, …), into `out`; returns how many. */
export function boxesWithin(b: Boxes, pose: Float64Array, range: number, out: Int32Array): number {
  const { kind, x, y, reach, count } = b;
  const x0 = pose[0]!;
  const y0 = pose[1]!;
  let found = 0;
  for (let i = 0; i < count; i++) {
    if (kind[i] === BOX_KIND.none) continue;
    const dx = x[i]! - x0;
    const dy = y[i]! - y0;
    const far = range + reach[i]!;
    if (dx * dx + dy * dy <= far * far) out[found++] = i;
  }
  return found;
}

/** How the agent's box overlaps another: `depth` metres along (nx, ny), which points at the agent. */
export interface Overlap {
  depth: number;
  nx: number;
  ny: number;
}

/**
 * Separating-axis test of an oriented box against row `i`; writes the shortest way out.
 * Ericson, Real-Time Collision Detection (2005), §4.4, in the plane.
 */
export function overlaps(
  b: Boxes,
  i: number,
  x: number,
  y: number,
  cos: number,
  sin: number,
  halfLength: number,
  halfWidth: number,
  out: Overlap,
): boolean {
  const dx = x - b.x[i]!;
  const dy = y - b.y[i]!;
  const reach = b.reach[i]! + length2(halfLength, halfWidth);
  if (dx * dx + dy * dy > reach * reach) return false;
  const oc = b.cos[i]!;
  const os = b.sin[i]!;
  const ol = b.halfLength[i]!;
  const ow = b.halfWidth[i]!;
  const c = Math.abs(cos * oc + sin * os);
  const s = Math.abs(cos * os - sin * oc);
  out.depth = Number.POSITIVE_INFINITY;
  return (
    axis(dx, dy, cos, sin, halfLength + ol * c + ow * s, out) &&
    axis(dx, dy, -sin, cos, halfWidth + ol * s + ow * c, out) &&
    axis(dx, dy, oc, os, ol + halfLength * c + halfWidth * s, out) &&
    axis(dx, dy, -os, oc, ow + halfLength * s + halfWidth * c, out)
  );
}

function axis(dx: number, dy: number, ax: number, ay: number, extent: number, out: Overlap) {
  const d = dx * ax + dy * ay;
  const depth = extent - Math.abs(d);
  if (depth <= 0) return false;
  if (depth < out.depth) {
    const sign = d < 0 ? -1 : 1;
    out.depth = depth;
    out.nx = sign * ax;
    out.ny = sign * ay;
  }
  return true;
}

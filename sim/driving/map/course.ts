/**
 * Where lanes lie: one row of numbers per lane, a straight line or a circular arc. Per-step code reads these
 * rows by lane id; a row fills two cache lines, where a lane as an object is spread over a dozen.
 */
import type { Lane, LanePosition, Road } from './contract.ts';
import type { Path } from './frame.ts';

/** Columns of a row; a straight line needs the first eight. */
export const C = {
  startX: 0,
  startY: 1,
  heading: 2,
  cos: 3,
  sin: 4,
  curvature: 5,
  length: 6,
  width: 7,
  /** Signed: positive when the centre is to the left. */
  radius: 8,
  centreX: 9,
  centreY: 10,
  half: 11,
  cosMiddle: 12,
  sinMiddle: 13,
  /** Index into `RoadMap.blocks`. */
  block: 14,
  /** 1 where traffic must look for others before it enters, 0 elsewhere. */
  crossed: 15,
} as const;
export const COURSE_STRIDE = 16;

export function writeCourse(rows: Float64Array, lane: number, path: Path, width: number): void {
  const { x, y, heading, curvature, length } = path;
  const at = lane * COURSE_STRIDE;
  const cos = Math.cos(heading);
  const sin = Math.sin(heading);
  const radius = curvature === 0 ? 0 : 1 / curvature;
  const middle = heading + curvature * length * 0.5;
  rows[at + C.startX] = x;
  rows[at + C.startY] = y;
  rows[at + C.heading] = heading;
  rows[at + C.cos] = cos;
  rows[at + C.sin] = sin;
  rows[at + C.curvature] = curvature;
  rows[at + C.length] = length;
  rows[at + C.width] = width;
  rows[at + C.radius] = radius;
  rows[at + C.centreX] = x - radius * sin;
  rows[at + C.centreY] = y + radius * cos;
  rows[at + C.half] = length * 0.5;
  rows[at + C.cosMiddle] = Math.cos(middle);
  rows[at + C.sinMiddle] = Math.sin(middle);
}

/** Point of lane `lane` at `s` metres, shifted left by `lateral`; writes x, y to out[0], out[1]. */
export function pointOn(
  rows: Float64Array,
  lane: number,
  s: number,
  lateral: number,
  out: Float64Array,
): void {
  const at = lane * COURSE_STRIDE;
  const heading = rows[at + C.heading]!;
  const curvature = rows[at + C.curvature]!;
  if (curvature === 0) {
    const cos = rows[at + C.cos]!;
    const sin = rows[at + C.sin]!;
    out[0] = rows[at + C.startX]! + s * cos - lateral * sin;
    out[1] = rows[at + C.startY]! + s * sin + lateral * cos;
    return;
  }
  const angle = heading + curvature * s;
  const r = rows[at + C.radius]! - lateral;
  out[0] = rows[at + C.centreX]! + r * Math.sin(angle);
  out[1] = rows[at + C.centreY]! - r * Math.cos(angle);
}

/** Heading of lane `lane` at `s` metres, not wrapped. */
export function headingOn(rows: Float64Array, lane: number, s: number): number {
  const at = lane * COURSE_STRIDE;
  const curvature = rows[at + C.curvature]!;
  const heading = rows[at + C.heading]!;
  return curvature === 0 ? heading : heading + curvature * s;
}

/** Where (x, y) is on lane `lane`. */
export function projectOn(
  rows: Float64Array,
  lane: number,
  x: number,
  y: number,
  out: LanePosition,
): void {
  const at = lane * COURSE_STRIDE;
  if (rows[at + C.curvature]! === 0) {
    const cos = rows[at + C.cos]!;
    const sin = rows[at + C.sin]!;
    const dx = x - rows[at + C.startX]!;
    const dy = y - rows[at + C.startY]!;
    out.s = dx * cos + dy * sin;
    out.lateral = dy * cos - dx * sin;
    return;
  }
  // Angles are measured from the middle of the arc, so that the cut is opposite to it.
  const radius = rows[at + C.radius]!;
  const cosMiddle = rows[at + C.cosMiddle]!;
  const sinMiddle = rows[at + C.sinMiddle]!;
  const sign = radius > 0 ? 1 : -1;
  const dx = (x - rows[at + C.centreX]!) * sign;
  const dy = (y - rows[at + C.centreY]!) * sign;
  const angle = Math.atan2(dx * cosMiddle + dy * sinMiddle, dx * sinMiddle - dy * cosMiddle);
  out.s = rows[at + C.half]! + angle * radius;
  out.lateral = radius - sign * Math.sqrt(dx * dx + dy * dy);
}

/** The rows of all lanes of a map. */
export function courseRows(lanes: readonly Lane[], roads: readonly Road[]): Float64Array {
  const rows = new Float64Array(lanes.length * COURSE_STRIDE);
  for (const { id, road, course, conflicts, yieldTo } of lanes) {
    const at = id * COURSE_STRIDE;
    rows.set(course, at);
    rows[at + C.block] = roads[road]!.block;
    rows[at + C.crossed] = conflicts.length + yieldTo.length > 0 ? 1 : 0;
  }
  return rows;
}

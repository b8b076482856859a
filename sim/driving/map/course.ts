/**
 * Where lanes lie: one row of numbers per lane, a straight line or a circular arc. Per-step code reads these
 * rows by lane id; a row fills two cache lines, where a lane as an object is spread over a dozen.
 *
 * A lane of several such pieces (read roads have spirals and widths that change) has a row that names the rows
 * of its pieces, which follow those of the lanes. Its radius is 0 beside a curvature that is not.
 */
import type { Lane, LanePosition, Road } from './contract.ts';
import { type Path, pathEnd } from './frame.ts';

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
  /** In place of the centre, for a lane of several pieces: its first piece's row, how many, and where it ends. */
  firstPiece: 9,
  pieces: 10,
  endX: 12,
  endY: 13,
  /** In place of the block, for a piece: metres of lane before it. */
  from: 14,
} as const;
export const COURSE_STRIDE = 16;
/** Least curvature, 1/m, of a lane of several pieces: below it a bend counts as straight. */
export const STRAIGHT = 1e-9;

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

/**
 * Rows of a lane of several pieces: its own, then theirs. Its curvature is the mean one.
 * @param paths one after the other, at least two.
 */
export function pieceRows(paths: readonly Path[], width: number): Float64Array {
  const rows = new Float64Array((1 + paths.length) * COURSE_STRIDE);
  let length = 0;
  let turned = 0;
  for (const [i, path] of paths.entries()) {
    writeCourse(rows, i + 1, path, width);
    rows[(i + 1) * COURSE_STRIDE + C.from] = length;
    length += path.length;
    turned += path.length * path.curvature;
  }
  const mean = turned / length;
  const curvature = Math.abs(mean) < STRAIGHT ? STRAIGHT : mean;
  writeCourse(rows, 0, { ...paths[0]!, length, curvature }, width);
  const end = pathEnd(paths.at(-1)!);
  rows[C.radius] = 0;
  rows[C.firstPiece] = 1;
  rows[C.pieces] = paths.length;
  rows[C.endX] = end.x;
  rows[C.endY] = end.y;
  return rows;
}

/** The piece of the lane whose row begins at `at` that holds `s`; the first or last one beyond its ends. */
function pieceAt(rows: Float64Array, at: number, s: number): number {
  let low = rows[at + C.firstPiece]!;
  let high = low + rows[at + C.pieces]! - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (rows[middle * COURSE_STRIDE + C.from]! <= s) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The piece whose chord is nearest to (x, y). */
function nearestPiece(rows: Float64Array, at: number, x: number, y: number): number {
  const first = rows[at + C.firstPiece]!;
  const last = first + rows[at + C.pieces]! - 1;
  let best = Number.POSITIVE_INFINITY;
  let nearest = first;
  for (let i = first; i <= last; i++) {
    const row = i * COURSE_STRIDE;
    const dx = x - rows[row + C.startX]!;
    const dy = y - rows[row + C.startY]!;
    const next = i === last ? at + C.endX : row + COURSE_STRIDE + C.startX;
    const cx = rows[next]! - rows[row + C.startX]!;
    const cy = rows[next + 1]! - rows[row + C.startY]!;
    const share = Math.max(0, Math.min(1, (dx * cx + dy * cy) / (cx * cx + cy * cy)));
    const ex = dx - share * cx;
    const ey = dy - share * cy;
    const distance = ex * ex + ey * ey;
    if (distance >= best) continue;
    best = distance;
    nearest = i;
  }
  return nearest;
}

/** From the piece with the nearest chord to the one on which the point lies: arcs bulge out of their chords. */
function projectOnPieces(
  rows: Float64Array,
  at: number,
  x: number,
  y: number,
  out: LanePosition,
): void {
  const first = rows[at + C.firstPiece]!;
  const last = first + rows[at + C.pieces]! - 1;
  let piece = nearestPiece(rows, at, x, y);
  projectOn(rows, piece, x, y, out);
  if (out.s < 0) {
    while (out.s < 0 && piece > first) projectOn(rows, --piece, x, y, out);
    // On the outside of a kink the point is beyond one piece and before the next.
    if (piece < last) out.s = Math.min(out.s, rows[piece * COURSE_STRIDE + C.length]!);
  } else {
    while (piece < last && out.s > rows[piece * COURSE_STRIDE + C.length]!) {
      projectOn(rows, ++piece, x, y, out);
    }
    if (piece > first) out.s = Math.max(out.s, 0);
  }
  out.s += rows[piece * COURSE_STRIDE + C.from]!;
}

/** The largest curvature of lane `lane` from `from` to `to` metres, unsigned, 1/m. */
export function sharpestOn(rows: Float64Array, lane: number, from: number, to: number): number {
  const at = lane * COURSE_STRIDE;
  const curvature = rows[at + C.curvature]!;
  if (curvature === 0 || rows[at + C.radius]! !== 0) return Math.abs(curvature);
  const last = pieceAt(rows, at, to);
  let sharpest = 0;
  for (let i = pieceAt(rows, at, from); i <= last; i++) {
    sharpest = Math.max(sharpest, Math.abs(rows[i * COURSE_STRIDE + C.curvature]!));
  }
  return sharpest;
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
  if (rows[at + C.radius]! === 0) {
    const piece = pieceAt(rows, at, s);
    pointOn(rows, piece, s - rows[piece * COURSE_STRIDE + C.from]!, lateral, out);
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
  if (curvature === 0) return heading;
  if (rows[at + C.radius]! !== 0) return heading + curvature * s;
  const piece = pieceAt(rows, at, s);
  return headingOn(rows, piece, s - rows[piece * COURSE_STRIDE + C.from]!);
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
  if (radius === 0) {
    projectOnPieces(rows, at, x, y, out);
    return;
  }
  const cosMiddle = rows[at + C.cosMiddle]!;
  const sinMiddle = rows[at + C.sinMiddle]!;
  const sign = radius > 0 ? 1 : -1;
  const dx = (x - rows[at + C.centreX]!) * sign;
  const dy = (y - rows[at + C.centreY]!) * sign;
  const angle = Math.atan2(dx * cosMiddle + dy * sinMiddle, dx * sinMiddle - dy * cosMiddle);
  out.s = rows[at + C.half]! + angle * radius;
  out.lateral = radius - sign * Math.sqrt(dx * dx + dy * dy);
}

/** The rows of all lanes of a map, and behind them those of their pieces. */
export function courseRows(lanes: readonly Lane[], roads: readonly Road[]): Float64Array {
  const pieces = lanes.reduce((sum, lane) => sum + lane.course.length - COURSE_STRIDE, 0);
  const rows = new Float64Array(lanes.length * COURSE_STRIDE + pieces);
  let free = lanes.length * COURSE_STRIDE;
  for (const { id, road, course, conflicts, yieldTo } of lanes) {
    const at = id * COURSE_STRIDE;
    rows.set(course.subarray(0, COURSE_STRIDE), at);
    if (course.length > COURSE_STRIDE) {
      rows[at + C.firstPiece] = free / COURSE_STRIDE;
      rows.set(course.subarray(COURSE_STRIDE), free);
      free += course.length - COURSE_STRIDE;
    }
    rows[at + C.block] = roads[road]!.block;
    rows[at + C.crossed] = conflicts.length + yieldTo.length > 0 ? 1 : 0;
  }
  return rows;
}

/**
 * Rays against what is painted and built along lanes: MetaDrive's side detector sees borders and
 * continuous lines, its lane-line detector broken lines as well. A broken line counts along its whole
 * length. As in MetaDrive the first ray points left; the others follow counter-clockwise.
 */
import type { Lane, RoadMap } from '../map/contract.ts';

const TAU = 2 * Math.PI;
/** Farthest that a chord may leave its arc, metres. */
const SAGITTA = 0.02;

/** Line segments in columns: ends, and the circle around each. */
export interface LaneLines {
  readonly count: number;
  /** x0, y0, x1, y1 per segment. */
  readonly ends: Float64Array;
  /** Middle x, y and half length per segment. */
  readonly circles: Float64Array;
}

/** The borders and continuous lines of a map, with or without its broken lines. */
export function collectLaneLines(map: RoadMap, broken: boolean): LaneLines {
  const ends: number[] = [];
  for (const lane of map.lanes) {
    for (const [kind, side] of [[lane.leftLine, 1] as const, [lane.rightLine, -1] as const]) {
      if (kind === 'none' || (kind === 'broken' && !broken)) continue;
      addEdge(ends, lane, (side * lane.width) / 2);
    }
  }
  const count = ends.length / 4;
  const circles = new Float64Array(3 * count);
  for (let i = 0; i < count; i++) {
    const [x0, y0, x1, y1] = [ends[4 * i]!, ends[4 * i + 1]!, ends[4 * i + 2]!, ends[4 * i + 3]!];
    circles[3 * i] = (x0 + x1) / 2;
    circles[3 * i + 1] = (y0 + y1) / 2;
    circles[3 * i + 2] = Math.hypot(x1 - x0, y1 - y0) / 2;
  }
  return { count, ends: Float64Array.from(ends), circles };
}

const point = new Float64Array(2);

function addEdge(ends: number[], lane: Lane, lateral: number): void {
  let pieces = 1;
  if (lane.curvature !== 0) {
    const radius = Math.abs(1 / lane.curvature - lateral);
    const arc = lane.length * Math.abs(1 - lane.curvature * lateral);
    pieces = Math.max(1, Math.ceil(arc / Math.sqrt(8 * Math.max(radius, 1) * SAGITTA)));
  }
  for (let i = 0; i < pieces; i++) {
    lane.pointAt((lane.length * i) / pieces, lateral, point);
    ends.push(point[0]!, point[1]!);
    lane.pointAt((lane.length * (i + 1)) / pieces, lateral, point);
    ends.push(point[0]!, point[1]!);
  }
}

/** Write the hit distance as a fraction of `range` per ray (1: nothing) into out[offset …]. */
export function scanLines(
  lines: LaneLines,
  x: number,
  y: number,
  heading: number,
  rays: number,
  range: number,
  out: Float32Array,
  offset: number,
): void {
  out.fill(1, offset, offset + rays);
  const { circles, count } = lines;
  for (let i = 0; i < count; i++) {
    const dx = circles[3 * i]! - x;
    const dy = circles[3 * i + 1]! - y;
    const far = range + circles[3 * i + 2]!;
    if (dx * dx + dy * dy <= far * far) {
      scanSegment(lines.ends, 4 * i, x, y, heading + Math.PI / 2, rays, range, out, offset);
    }
  }
}

/** Only rays between the directions of a segment's two ends can meet it. */
function scanSegment(
  ends: Float64Array,
  at: number,
  x: number,
  y: number,
  start: number,
  rays: number,
  range: number,
  out: Float32Array,
  offset: number,
): void {
  const ax = ends[at]! - x;
  const ay = ends[at + 1]! - y;
  const bx = ends[at + 2]! - x;
  const by = ends[at + 3]! - y;
  const cross = ax * by - ay * bx;
  const from = cross >= 0 ? Math.atan2(ay, ax) : Math.atan2(by, bx);
  const span = Math.atan2(Math.abs(cross), ax * bx + ay * by);
  const step = TAU / rays;
  const first = Math.ceil((from - start) / step - 1e-9);
  const last = Math.floor((from + span - start) / step + 1e-9);
  for (let i = first; i <= last; i++) {
    const angle = start + i * step;
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    // Distance along the ray to the segment's line: (a × b) / (d × (b − a)).
    const across = cos * (by - ay) - sin * (bx - ax);
    const hit =
      Math.abs(across) < 1e-12 ? Math.min(Math.hypot(ax, ay), Math.hypot(bx, by)) : cross / across;
    if (hit < 0 || hit >= range) continue;
    const ray = offset + (((i % rays) + rays) % rays);
    const fraction = hit / range;
    if (fraction < out[ray]!) out[ray] = fraction;
  }
}

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
      addEdge(ends, lane, side);
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

function addEdge(ends: number[], lane: Lane, side: number): void {
  if (lane.pieces.length === 0) addChords(ends, lane, lane.curvature, 0, lane.length, side);
  for (const { from, length, curvature } of lane.pieces) {
    addChords(ends, lane, curvature, from, length, side);
  }
}

function addChords(
  ends: number[],
  lane: Lane,
  curvature: number,
  from: number,
  length: number,
  side: number,
): void {
  const lateral = (side * lane.width) / 2;
  let pieces = 1;
  if (curvature !== 0) {
    const radius = Math.abs(1 / curvature - lateral);
    const arc = length * Math.abs(1 - curvature * lateral);
    pieces = Math.max(1, Math.ceil(arc / Math.sqrt(8 * Math.max(radius, 1) * SAGITTA)));
  }
  const stations = lane.profile?.s.length ?? 0;
  // Where the width changes, a straight edge bends at every station of it.
  if (stations > 2) pieces = Math.max(pieces, Math.ceil(length / 2));
  for (let i = 0; i < pieces; i++) {
    addPoint(ends, lane, from + (length * i) / pieces, side);
    addPoint(ends, lane, from + (length * (i + 1)) / pieces, side);
  }
}

function addPoint(ends: number[], lane: Lane, s: number, side: number): void {
  lane.pointAt(s, (side * lane.widthAt(s)) / 2, point);
  ends.push(point[0]!, point[1]!);
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

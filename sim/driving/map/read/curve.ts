/** Curves of any kind as lines and arcs that follow them within a millimetre, without a kink. */
import { type Frame, type Path, path, pathEnd } from '../frame.ts';

/** Farthest that an arc may be from the curve, metres: a fifth of what a reader promises. */
const TOLERANCE = 2e-4;
/** Arcs are not made shorter than this, metres: corners of a file's own stay corners. */
const SHORTEST = 0.05;
/** No piece bends more than this, radians, so that chords find the piece of a point. */
const MOST_BEND = 0.5;

/** Position and direction of a curve at `s`; `s` need not be its length. */
export type Curve = (s: number) => Frame;

/** A piece of the curve's image and where on the curve it ends. */
export interface FittedPiece {
  readonly path: Path;
  readonly to: number;
}

/** Lines and arcs along the curve from `from` to `to`. */
export function fitArcs(curve: Curve, from: number, to: number): FittedPiece[] {
  const pieces: FittedPiece[] = [];
  approach(curve, from, curve(from), to, curve(to), pieces);
  return pieces;
}

function approach(
  curve: Curve,
  from: number,
  a: Frame,
  to: number,
  b: Frame,
  out: FittedPiece[],
): void {
  const arcs = biarc(a, b);
  const middle = (from + to) / 2;
  const short = Math.hypot(b.x - a.x, b.y - a.y) < SHORTEST;
  const bent = arcs.some((arc) => Math.abs(arc.curvature * arc.length) > MOST_BEND);
  if (arcs.length > 0 && (short || (!bent && follows(curve, from, to, arcs)))) {
    for (const [i, arc] of arcs.entries()) {
      // Both arcs of a pair are about as long as each other.
      out.push({ path: arc, to: i === arcs.length - 1 ? to : middle });
    }
    return;
  }
  if (to - from < 1e-9) return;
  const half = curve(middle);
  approach(curve, from, a, middle, half, out);
  approach(curve, middle, half, to, b, out);
}

/** Whether points of the curve lie on the arcs. */
function follows(curve: Curve, from: number, to: number, arcs: readonly Path[]): boolean {
  for (const share of [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875]) {
    const { x, y } = curve(from + share * (to - from));
    if (Math.min(...arcs.map((arc) => distanceTo(arc, x, y))) > TOLERANCE) return false;
  }
  return true;
}

/** Metres from a line or arc of less than half a turn, lengthened beyond its ends. */
function distanceTo({ x: x0, y: y0, heading, curvature }: Path, x: number, y: number): number {
  const dx = x - x0;
  const dy = y - y0;
  const across = dy * Math.cos(heading) - dx * Math.sin(heading);
  if (curvature === 0) return Math.abs(across);
  // |distance to the centre − radius|, without the difference of two large numbers.
  const off = 2 * across - curvature * (dx * dx + dy * dy);
  const along = Math.sqrt(Math.max(0, 1 - curvature * off));
  return Math.abs(off / (1 + along));
}

/**
 * Two arcs that leave `a` in its direction, arrive at `b` in its own, and meet halfway in one direction; one
 * line or arc where that is enough; none where the two are one place.
 * Equal distances to the tangent points (Bolton 1975).
 */
export function biarc(a: Frame, b: Frame): Path[] {
  const vx = b.x - a.x;
  const vy = b.y - a.y;
  const distance = Math.hypot(vx, vy);
  if (distance < 1e-9) return [];
  const [ax, ay] = [Math.cos(a.heading), Math.sin(a.heading)];
  const [bx, by] = [Math.cos(b.heading), Math.sin(b.heading)];
  const single = arcTo(a, b.x, b.y);
  const turn = wrap(single.heading + single.curvature * single.length - b.heading);
  if (Math.abs(turn) < 1e-9) return [single];
  const [tx, ty] = [ax + bx, ay + by];
  const vt = vx * tx + vy * ty;
  const denominator = 2 * (1 - (ax * bx + ay * by));
  const reach =
    denominator < 1e-12
      ? (distance * distance) / (2 * vt)
      : (-vt + Math.sqrt(vt * vt + denominator * distance * distance)) / denominator;
  const px = a.x + ax * reach;
  const py = a.y + ay * reach;
  const qx = b.x - bx * reach;
  const qy = b.y - by * reach;
  const first = arcTo(a, (px + qx) / 2, (py + qy) / 2);
  const joint = pathEnd(first);
  const second = arcTo(joint, b.x, b.y);
  return [first, second].filter((arc) => arc.length > 1e-9);
}

/** The arc from a frame to a point; a line where that lies straight ahead. */
function arcTo(from: Frame, x: number, y: number): Path {
  const dx = x - from.x;
  const dy = y - from.y;
  const chord = dx * dx + dy * dy;
  const [cos, sin] = [Math.cos(from.heading), Math.sin(from.heading)];
  const across = dy * cos - dx * sin;
  const along = dx * cos + dy * sin;
  const curvature = chord === 0 ? 0 : (2 * across) / chord;
  if (Math.abs(across) < 1e-10 && along >= 0) return path(from, Math.sqrt(chord));
  const angle = 2 * Math.atan2(across, along);
  return path(from, angle / curvature, curvature);
}

export function wrap(angle: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}

/**
 * A planar laser scanner. Instead of testing every ray against every box it asks, per box, which
 * rays can meet it (the angle it spans) and tests only those: a handful per box. Directions of rays come from
 * a table, turned into the box's frame; where that could change the last bit of a result, `exactHit` decides.
 */
import { type Boxes, boxesWithin } from './boxes.ts';

const TAU = 2 * Math.PI;
/** Below this angle (rad) directions from the table are within 4e-14 of exact ones. */
const MAX_ANGLE = 25;
/** Metres by which a ray must hit or miss a box for the table to be believed. */
const MARGIN = 1e-4;
/** Smallest part of a direction along a face's normal, and the relative error of distances to that face. */
const STEEP = 1e-3;
const ERROR = 1e-10;
/** Radians by which the span of a box is taken too wide at most. */
const ROUGH = 2e-5;

/** Cosine and sine of every ray, for the number of rays scanned last. */
let table = { rays: 0, directions: new Float64Array(0) };

function directionsOf(rays: number): Float64Array {
  if (table.rays === rays) return table.directions;
  const directions = new Float64Array(2 * rays);
  for (let i = 0; i < rays; i++) {
    directions[2 * i] = Math.cos((i * TAU) / rays);
    directions[2 * i + 1] = Math.sin((i * TAU) / rays);
  }
  table = { rays, directions };
  return directions;
}

/** The box that is scanned, in the frame of its axes. */
const target = {
  /** Where the rays start, and half the size of the box. */
  ox: 0,
  oy: 0,
  hx: 0,
  hy: 0,
  /** Radius of the circle around it, distance of its middle and the way there in the world. */
  reach: 0,
  distance: 0,
  dx: 0,
  dy: 0,
  /** Of ray 0, in the world. */
  heading: 0,
  /** Angle from the box's axis to ray 0. */
  turn: 0,
  cosTurn: 1,
  sinTurn: 0,
};

/**
 * Write the hit distance as a fraction of `range` per ray (1: nothing) into out[offset …].
 * Ray i points at heading + i · 2π/rays, counter-clockwise; `pose` begins with x, y,
 * heading.
 */
export function scan(
  boxes: Boxes,
  pose: Float64Array,
  rays: number,
  range: number,
  out: Float32Array,
  offset: number,
): void {
  const heading = pose[2]!;
  const cosHeading = Math.cos(heading);
  const sinHeading = Math.sin(heading);
  out.fill(1, offset, offset + rays);
  if (rays === 0) return;
  const directions = directionsOf(rays);
  if (near.length < boxes.count) near = new Int32Array(boxes.capacity);
  const count = boxesWithin(boxes, pose, range, near);
  for (let i = 0; i < count; i++) {
    const b = near[i]!;
    const dx = boxes.x[b]! - pose[0]!;
    const dy = boxes.y[b]! - pose[1]!;
    const cos = boxes.cos[b]!;
    const sin = boxes.sin[b]!;
    target.ox = -(dx * cos + dy * sin);
    target.oy = -(dy * cos - dx * sin);
    target.hx = boxes.halfLength[b]!;
    target.hy = boxes.halfWidth[b]!;
    target.reach = boxes.reach[b]!;
    target.distance = Math.sqrt(dx * dx + dy * dy);
    target.dx = dx;
    target.dy = dy;
    target.heading = heading;
    target.turn = heading - boxes.heading[b]!;
    target.cosTurn = cosHeading * cos + sinHeading * sin;
    target.sinTurn = sinHeading * cos - cosHeading * sin;
    scanBox(directions, rays, range, out, offset);
  }
}

let near = new Int32Array(0);

/** atan2(y, x) within ROUGH: Abramowitz and Stegun (1964), 4.4.49. */
function roughAngle(x: number, y: number): number {
  const [ax, ay] = [Math.abs(x), Math.abs(y)];
  const t = ax > ay ? ay / ax : ax / ay;
  const u = t * t;
  const series = 0.180141 + u * (-0.085133 + u * 0.0208351);
  const slope = t * (0.999866 + u * (-0.3302995 + u * series));
  const quarter = ax > ay ? slope : Math.PI / 2 - slope;
  const half = x < 0 ? Math.PI - quarter : quarter;
  return y < 0 ? -half : half;
}

/** At least half the angle that the target spans, as a circle or as a box; π from inside its circle. */
function halfSpan(): number {
  const { ox, oy, hx, hy, reach, distance } = target;
  if (distance <= reach) return Math.PI;
  const q = reach / distance;
  const circle = q + (Math.PI / 2 - 1) * q * q * q; // at least asin(q)
  const box = (Math.abs(ox) * hy + Math.abs(oy) * hx) / (distance * (distance - reach));
  return Math.min(circle, box) + ROUGH;
}

function scanBox(
  directions: Float64Array,
  rays: number,
  range: number,
  out: Float32Array,
  offset: number,
): void {
  const { ox, oy, hx, hy, turn, cosTurn, sinTurn } = target;
  const middle = roughAngle(target.dx, target.dy) - target.heading;
  const step = TAU / rays;
  const perRange = 1 / range;
  const half = halfSpan();
  const first = Math.ceil((middle - half) / step) | 0;
  const last = half === Math.PI ? first + rays - 1 : Math.floor((middle + half) / step) | 0;
  const tabled = Math.abs(middle) < MAX_ANGLE && Math.abs(turn) < MAX_ANGLE;
  const wrapped = (first % rays) | 0;
  let ray = wrapped < 0 ? wrapped + rays : wrapped;
  for (let i = first; i <= last; i++) {
    const at = offset + ray;
    const cosRay = directions[2 * ray]!;
    const sinRay = directions[2 * ray + 1]!;
    ray = ray + 1 === rays ? 0 : ray + 1;
    const px = cosTurn * cosRay - sinTurn * sinRay;
    const py = sinTurn * cosRay + cosTurn * sinRay;
    // Mirrored so that the ray runs towards +x and +y: it enters over the faces at −hx and −hy.
    const along = Math.abs(px);
    const aside = Math.abs(py);
    const ex = px < 0 ? -ox : ox;
    const ey = py < 0 ? -oy : oy;
    const crossX = (-hx - ex) * aside;
    const crossY = (-hy - ey) * along;
    let near = 0;
    let steep = 0;
    if (crossX > crossY) {
      near = (-hx - ex) / along;
      steep = along;
    } else {
      near = (-hy - ey) / aside;
      steep = aside;
    }
    // It enters over each face before it leaves over the other; both count, for a ray may graze along a face.
    const enters = Math.min((hy - ey) * along - crossX, (hx - ex) * aside - crossY);
    const over = Math.min(enters, hx - ex, hy - ey);
    if (over < -MARGIN && tabled) continue;
    const fraction = near > 0 ? near * perRange : 0;
    const low = Math.fround(fraction * (1 - ERROR));
    if (tabled && over > MARGIN && steep > STEEP) {
      if (low >= out[at]!) continue;
      const high = Math.fround(fraction * (1 + ERROR));
      if (low === high && low < 1) {
        out[at] = low;
        continue;
      }
    }
    const hit = exactHit(i, rays) / range;
    if (hit < out[at]!) out[at] = hit;
  }
}

/** Distance along ray `i` to the target, or infinity. */
function exactHit(i: number, rays: number): number {
  const step = TAU / rays;
  const { ox, oy, hx, hy, reach, distance, turn } = target;
  if (distance > reach) {
    const half = Math.asin(reach / distance);
    const middle = Math.atan2(target.dy, target.dx) - target.heading;
    if (i < Math.ceil((middle - half) / step) || i > Math.floor((middle + half) / step))
      return Number.POSITIVE_INFINITY;
  }
  const angle = turn + i * step;
  const ix = 1 / Math.cos(angle);
  const iy = 1 / Math.sin(angle);
  const ax = (-hx - ox) * ix;
  const bx = (hx - ox) * ix;
  const ay = (-hy - oy) * iy;
  const by = (hy - oy) * iy;
  const near = Math.max(Math.min(ax, bx), Math.min(ay, by));
  const far = Math.min(Math.max(ax, bx), Math.max(ay, by));
  return far < 0 || near > far ? Number.POSITIVE_INFINITY : Math.max(near, 0);
}

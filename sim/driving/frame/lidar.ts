/**
 * A planar laser scanner. Instead of testing every ray against every box it asks, per box, which
 * rays can meet it (the angle it spans) and tests only those: a handful per box.
 */
import type { Boxes } from './boxes.ts';

const TAU = 2 * Math.PI;

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
  const x = pose[0]!;
  const y = pose[1]!;
  const heading = pose[2]!;
  out.fill(1, offset, offset + rays);
  if (rays === 0) return;
  const step = TAU / rays;
  for (let b = 0; b < boxes.count; b++) {
    if (boxes.kind[b] === 0) continue;
    const dx = boxes.x[b]! - x;
    const dy = boxes.y[b]! - y;
    const reach = boxes.reach[b]!;
    const far = range + reach;
    const squared = dx * dx + dy * dy;
    if (squared > far * far) continue;
    const distance = Math.sqrt(squared);
    // Half the angle that the box's circle spans; from inside the circle, every ray may hit.
    const half = distance <= reach ? Math.PI : Math.asin(reach / distance);
    const middle = Math.atan2(dy, dx) - heading;
    const first = Math.ceil((middle - half) / step);
    const last = half === Math.PI ? first + rays - 1 : Math.floor((middle + half) / step);
    // The ray in the box's frame: origin (ox, oy), direction turned by −box heading.
    const cos = boxes.cos[b]!;
    const sin = boxes.sin[b]!;
    const ox = -(dx * cos + dy * sin);
    const oy = -(dy * cos - dx * sin);
    const turn = heading - boxes.heading[b]!;
    for (let i = first; i <= last; i++) {
      const angle = turn + i * step;
      const hit = slab(
        ox,
        oy,
        Math.cos(angle),
        Math.sin(angle),
        boxes.halfLength[b]!,
        boxes.halfWidth[b]!,
      );
      if (hit < 0 || hit >= range) continue;
      const ray = offset + (((i % rays) + rays) % rays);
      const fraction = hit / range;
      if (fraction < out[ray]!) out[ray] = fraction;
    }
  }
}

/** Distance along a ray to an axis-aligned box around the origin, or −1. */
function slab(ox: number, oy: number, dx: number, dy: number, hx: number, hy: number): number {
  const ix = 1 / dx;
  const iy = 1 / dy;
  const ax = (-hx - ox) * ix;
  const bx = (hx - ox) * ix;
  const ay = (-hy - oy) * iy;
  const by = (hy - oy) * iy;
  const near = Math.max(Math.min(ax, bx), Math.min(ay, by));
  const far = Math.min(Math.max(ax, bx), Math.max(ay, by));
  if (far < 0 || near > far) return -1;
  return Math.max(near, 0);
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BOX_KIND,
  type Boxes,
  createBoxes,
  placeBox,
  sizeBox,
} from '../../../../sim/driving/frame/boxes.ts';
import { scan } from '../../../../sim/driving/frame/lidar.ts';
import { follow, nextSpeed, SIGHT } from '../../../../sim/driving/traffic/car-following.ts';

const TAU = 2 * Math.PI;
const RANGE = 50;
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
/** Turned anyhow, or in line with the axes, where directions have a part of 0. */
const heading = fc.oneof(number(-40, 40), fc.constantFrom(0, Math.PI / 2, Math.PI, -Math.PI / 2));
const place = fc.oneof(number(-60, 60), fc.integer({ min: -8, max: 8 }));
const placed = fc.record({ x: place, y: place, heading, l: number(0.2, 3), w: number(0.2, 1.2) });

/** The scanner without its shortcuts: every ray by its own angle, boxes by the angle of their circle. */
function plainScan(boxes: Boxes, pose: Float64Array, rays: number, out: Float32Array): void {
  const [x, y, turned] = [pose[0]!, pose[1]!, pose[2]!];
  const step = TAU / rays;
  out.fill(1);
  for (let b = 0; b < boxes.count; b++) {
    const dx = boxes.x[b]! - x;
    const dy = boxes.y[b]! - y;
    const reach = boxes.reach[b]!;
    const distance = Math.sqrt(dx * dx + dy * dy);
    const half = distance <= reach ? Math.PI : Math.asin(reach / distance);
    const middle = Math.atan2(dy, dx) - turned;
    const first = Math.ceil((middle - half) / step);
    const last = half === Math.PI ? first + rays - 1 : Math.floor((middle + half) / step);
    const ox = -(dx * boxes.cos[b]! + dy * boxes.sin[b]!);
    const oy = -(dy * boxes.cos[b]! - dx * boxes.sin[b]!);
    for (let i = first; i <= last; i++) {
      const angle = turned - boxes.heading[b]! + i * step;
      const hit = slab(ox, oy, angle, boxes.halfLength[b]!, boxes.halfWidth[b]!);
      const ray = ((i % rays) + rays) % rays;
      if (hit >= 0 && hit < RANGE && hit / RANGE < out[ray]!) out[ray] = hit / RANGE;
    }
  }
}

function slab(ox: number, oy: number, angle: number, hx: number, hy: number): number {
  const ix = 1 / Math.cos(angle);
  const iy = 1 / Math.sin(angle);
  const [ax, bx] = [(-hx - ox) * ix, (hx - ox) * ix];
  const [ay, by] = [(-hy - oy) * iy, (hy - oy) * iy];
  const near = Math.max(Math.min(ax, bx), Math.min(ay, by));
  const far = Math.min(Math.max(ax, bx), Math.max(ay, by));
  return far < 0 || near > far ? -1 : Math.max(near, 0);
}

/** A ray along a face, 4e-16 m beside it. */
const GRAZING = [
  [
    { x: -3, y: -3, heading: 0, l: 2.9999999999999996, w: 0.2 },
    { x: 0, y: -4, heading: 0, l: 0.2, w: 0.2 },
  ],
  0,
  72,
] satisfies [object[], number, number];

describe('shortcuts change nothing', () => {
  it('[DRIVE-67] the lidar sees what it sees with every ray tested by itself', () => {
    fc.assert(
      fc.property(
        fc.array(placed, { minLength: 1, maxLength: 6 }),
        heading,
        fc.constantFrom(1, 7, 72, 240, 720),
        (list, turned, rays) => {
          const boxes = createBoxes(list.length);
          boxes.count = list.length;
          for (const [i, b] of list.entries()) {
            boxes.kind[i] = BOX_KIND.vehicle;
            sizeBox(boxes, i, b.l, b.w);
            placeBox(boxes, i, b.x, b.y, b.heading);
          }
          const pose = Float64Array.of(0, 0, turned);
          const out = new Float32Array(rays);
          const plain = new Float32Array(rays);
          scan(boxes, pose, rays, RANGE, out, 0);
          plainScan(boxes, pose, rays, plain);
          expect(out).toEqual(plain);
        },
      ),
      { numRuns: 1000, examples: [GRAZING] },
    );
  });

  it('[DRIVE-68] a follower reaches the speed that IDM leads to', () => {
    const speed = fc.oneof(number(0, 15), fc.constantFrom(0, 5, 8.333333333333334));
    fc.assert(
      fc.property(speed, number(0.5, 15), number(-1, 80), speed, (v, wanted, gap, other) => {
        Object.assign(follow, { speed: v, wanted, gap, leaderSpeed: other });
        nextSpeed(0.1);
        // IDM (Treiber et al. 2000): a = 1, b = 5, T = 1.5 s, half of MetaDrive's 10 m between bumpers.
        const wish = 5 + Math.max(0, v * 1.5 + (v * (v - other)) / (2 * Math.sqrt(5)));
        const free = 1 - (v / wanted) ** 10;
        const plain =
          gap >= SIGHT
            ? Math.max(-5, free)
            : Math.max(-10, free - (wish / Math.max(0.5, gap)) ** 2);
        expect(follow.nextSpeed).toBeCloseTo(Math.max(0, v + plain * 0.1), 12);
      }),
      { numRuns: 5000 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOX_KIND, createBoxes, overlaps, placeBox } from '../../../../sim/driving/frame/boxes.ts';
import { scan } from '../../../../sim/driving/frame/lidar.ts';

const RAYS = 240;
const RANGE = 50;
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const placed = fc.record({
  x: number(-40, 40),
  y: number(-40, 40),
  heading: number(-4, 4),
  l: number(0.2, 3),
  w: number(0.2, 1.2),
});

function boxesOf(list: { x: number; y: number; heading: number; l: number; w: number }[]) {
  const boxes = createBoxes(list.length);
  boxes.count = list.length;
  list.forEach((b, i) => {
    boxes.kind[i] = BOX_KIND.vehicle;
    boxes.halfLength[i] = b.l;
    boxes.halfWidth[i] = b.w;
    boxes.reach[i] = Math.hypot(b.l, b.w);
    placeBox(boxes, i, b.x, b.y, b.heading);
  });
  return boxes;
}

/** Is the point in box i, grown by `margin`? */
function inside(
  boxes: ReturnType<typeof boxesOf>,
  i: number,
  x: number,
  y: number,
  margin: number,
) {
  const dx = x - boxes.x[i]!;
  const dy = y - boxes.y[i]!;
  const along = dx * boxes.cos[i]! + dy * boxes.sin[i]!;
  const aside = dy * boxes.cos[i]! - dx * boxes.sin[i]!;
  const { halfLength, halfWidth } = boxes;
  return Math.abs(along) <= halfLength[i]! + margin && Math.abs(aside) <= halfWidth[i]! + margin;
}

describe('lidar', () => {
  it('[DRIVE-10] ends every ray on a box, with nothing before it', () => {
    const out = new Float32Array(RAYS);
    fc.assert(
      fc.property(fc.array(placed, { maxLength: 5 }), number(-4, 4), (list, heading) => {
        const boxes = boxesOf(list);
        scan(boxes, Float64Array.of(0, 0, heading), RAYS, RANGE, out, 0);
        for (let i = 0; i < RAYS; i += 7) {
          const angle = heading + (i * 2 * Math.PI) / RAYS;
          const end = out[i]! * RANGE;
          const any = (d: number, margin: number) =>
            list.some((_, b) => inside(boxes, b, d * Math.cos(angle), d * Math.sin(angle), margin));
          if (out[i]! < 1) expect(any(end, 1e-3)).toBe(true);
          for (let d = 0; d < end - 0.01; d += 0.5) expect(any(d, -1e-3)).toBe(false);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('collisions', () => {
  it('[DRIVE-11] boxes overlap when a corner or the centre of one is in the other', () => {
    const out = { depth: 0, nx: 0, ny: 0 };
    fc.assert(
      fc.property(placed, placed, (a, b) => {
        const boxes = boxesOf([a, b]);
        const hit = overlaps(
          boxes,
          1,
          a.x,
          a.y,
          Math.cos(a.heading),
          Math.sin(a.heading),
          a.l,
          a.w,
          out,
        );
        const samples = grid(boxes, 0).some(([x, y]) => inside(boxes, 1, x, y, 0));
        if (samples) expect(hit).toBe(true);
        if (!hit) return;
        // Moving out by the depth found (and a hair) separates them: it is a true way out.
        const x = a.x + out.nx * (out.depth + 1e-6);
        const y = a.y + out.ny * (out.depth + 1e-6);
        const apart = overlaps(
          boxes,
          1,
          x,
          y,
          Math.cos(a.heading),
          Math.sin(a.heading),
          a.l,
          a.w,
          out,
        );
        expect(apart).toBe(false);
      }),
      { numRuns: 500, examples: [[one(0, 0), one(1, 0.5)]] },
    );
  });
});

const one = (x: number, y: number) => ({ x, y, heading: 0.3, l: 2, w: 0.9 });

function grid(boxes: ReturnType<typeof boxesOf>, i: number): [number, number][] {
  const points: [number, number][] = [];
  for (let u = -1; u <= 1; u += 0.25) {
    for (let v = -1; v <= 1; v += 0.25) {
      const along = u * boxes.halfLength[i]!;
      const aside = v * boxes.halfWidth[i]!;
      points.push([
        boxes.x[i]! + along * boxes.cos[i]! - aside * boxes.sin[i]!,
        boxes.y[i]! + along * boxes.sin[i]! + aside * boxes.cos[i]!,
      ]);
    }
  }
  return points;
}

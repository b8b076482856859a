import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drivingEnvironments } from '../../../../sim/driving/index.ts';
import { generateMap } from '../../../../sim/driving/map/generate.ts';
import { collectLaneLines, scanLines } from '../../../../sim/driving/road/lane-rays.ts';
import type { DrivingEnvironment } from '../../../../sim/driving/road/task.ts';
import { VEHICLE_NAMES, VEHICLES } from '../../../../sim/driving/vehicle/classes.ts';
import { V } from '../../../../sim/driving/vehicle/vehicle.ts';

const driving = drivingEnvironments.find((f) => f.id === 'driving')!;
const create = async (options = {}) => (await driving.create(options)) as DrivingEnvironment;

describe('side and lane-line detectors', () => {
  it('[DRIVE-63] are appended; everything before them stays as it is', async () => {
    const plain = await create();
    const wide = await create({ sideDetector: 2, laneLineDetector: 12 });
    expect(wide.observationSpace.size).toBe(259 + 14);
    const names = wide.observationSpace.names!;
    expect([names[259], names[261], names[272]]).toEqual(['side0', 'line0', 'line11']);
    const action = Float32Array.of(0.02, 0.4);
    plain.reset(101);
    wide.reset(101);
    for (let i = 0; i < 60; i++) {
      const a = plain.step(action);
      const b = wide.step(action);
      expect(b.observation.subarray(0, 259)).toEqual(a.observation);
      expect(b.reward).toBe(a.reward);
      if (a.kind === 'last') break;
    }
  });

  it('[DRIVE-64] two side rays measure the way to both borders, two line rays that to the lane’s lines', async () => {
    const env = await create({ sideDetector: 2, laneLineDetector: 2, map: 'SS', accidentProb: 0 });
    for (let seed = 0; seed < 10; seed++) {
      let ts = env.reset(seed);
      for (let i = 0; i < 20; i++)
        ts = env.step(Float32Array.of(i < 2 ? 0.1 : i < 4 ? -0.1 : 0, 0.3));
      const { navigation, state } = env.task.world;
      const slant = Math.cos(state[V.heading]! - navigation.lane.headingAt(navigation.at.s));
      const [left, right, lineLeft, lineRight] = ts.observation.subarray(259);
      expect(left! * 50).toBeCloseTo(navigation.leftBorder / slant, 2);
      expect(right! * 50).toBeCloseTo(navigation.rightBorder / slant, 2);
      const half = navigation.lane.width / 2;
      expect(lineLeft! * 20).toBeCloseTo((half - navigation.at.lateral) / slant, 2);
      expect(lineRight! * 20).toBeCloseTo((half + navigation.at.lateral) / slant, 2);
    }
  });

  it('[DRIVE-64] every ray ends at the nearest line, on any map', () => {
    const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    const out = new Float32Array(24);
    const maps = [0, 1, 2].map((seed) => {
      const map = generateMap(seed, { blocks: 3, lanes: 3, laneWidth: 3.5 });
      return { map, lines: collectLaneLines(map, true) };
    });
    const place = fc.tuple(
      fc.integer({ min: 0, max: 2 }),
      number(0, 1),
      number(0, 1),
      number(-4, 4),
    );
    fc.assert(
      fc.property(place, ([which, u, v, heading]) => {
        const { map, lines } = maps[which]!;
        const { minX, maxX, minY, maxY } = map.bounds;
        const x = minX + u * (maxX - minX);
        const y = minY + v * (maxY - minY);
        scanLines(lines, x, y, heading, 24, 40, out, 0);
        for (let i = 0; i < 24; i++) {
          const angle = heading + Math.PI / 2 + (i * Math.PI) / 12;
          // A ray along a line, or past its very end, may be told either way: a hair to the side counts too.
          const miss = [0, -1e-7, 1e-7].map((turn) =>
            Math.abs(out[i]! * 40 - nearest(lines.ends, x, y, angle + turn, 40)),
          );
          expect(Math.min(...miss)).toBeLessThan(5e-4);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** Every segment tried: metres along the ray to the first. */
function nearest(ends: Float64Array, x: number, y: number, angle: number, range: number): number {
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  let best = range;
  for (let i = 0; i < ends.length; i += 4) {
    const ex = ends[i + 2]! - ends[i]!;
    const ey = ends[i + 3]! - ends[i + 1]!;
    const det = ex * dy - ey * dx;
    if (Math.abs(det) < 1e-12) continue;
    const ax = ends[i]! - x;
    const ay = ends[i + 1]! - y;
    const t = (ex * ay - ey * ax) / det;
    const s = (dx * ay - dy * ax) / det;
    if (t >= 0 && t < best && s >= -1e-9 && s <= 1 + 1e-9) best = t;
  }
  return best;
}

describe('vehicle classes', () => {
  it('[DRIVE-65] each drives the expert’s way with its own size and weight', async () => {
    for (const vehicle of VEHICLE_NAMES) {
      const env = await create({ vehicle });
      const expert = driving.createExpert!(env);
      const action = new Float32Array(2);
      let reached = 0;
      for (let seed = 1000; seed < 1005; seed++) {
        let ts = env.reset(seed);
        while (ts.kind !== 'last') {
          expert.act(action);
          ts = env.step(action);
        }
        if (ts.info.success) reached++;
      }
      expect(reached, vehicle).toBeGreaterThanOrEqual(4);
      expect(env.task.world.vehicle).toBe(VEHICLES[vehicle]);
    }
    const { s, xl } = VEHICLES;
    expect([s.length, s.width, s.mass, xl.length, xl.width, xl.mass]).toEqual([
      4.3, 1.7, 800, 5.74, 2.3, 1600,
    ]);
    expect(VEHICLES.default.mass).toBe(1100);
    await expect(create({ vehicle: 'tank' })).rejects.toThrow(
      /vehicle: is "tank", allowed default/,
    );
  });
});

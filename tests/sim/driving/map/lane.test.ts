import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathEnd } from '../../../../sim/driving/map/frame.ts';
import { createLane, type LaneAttributes } from '../../../../sim/driving/map/lane.ts';

const attributes: LaneAttributes = {
  id: 0,
  road: 0,
  index: 0,
  width: 3.5,
  leftLine: 'none',
  rightLine: 'none',
  leftLineColour: 'white',
  rightLineColour: 'white',
  speedLimit: 10,
  successors: [],
  predecessors: [],
  trafficSuccessors: [],
  junction: false,
  turn: 'straight',
  left: -1,
  right: -1,
  yieldTo: [],
  conflicts: [],
};

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const course = fc
  .record({
    x: number(-200, 200),
    y: number(-200, 200),
    heading: number(-10, 10),
    angle: number(-4, 4).filter((a) => Math.abs(a) > 0.01),
    radius: number(6, 90),
    bent: fc.boolean(),
  })
  .map(({ x, y, heading, angle, radius, bent }) => ({
    x,
    y,
    heading,
    length: Math.abs(angle) * radius,
    curvature: bent ? Math.sign(angle) / radius : 0,
  }));

describe('[MAP-1] lane geometry', () => {
  it('[MAP-1] projecting a point of the lane gives back where it was taken', () => {
    const point = new Float64Array(2);
    const position = { s: 0, lateral: 0 };
    fc.assert(
      fc.property(course, number(0, 1), number(-4, 4), (path, along, lateral) => {
        const lane = createLane(attributes, path);
        lane.pointAt(along * path.length, lateral, point);
        lane.project(point[0]!, point[1]!, position);
        expect(position.s).toBeCloseTo(along * path.length, 8);
        expect(position.lateral).toBeCloseTo(lateral, 8);
      }),
    );
  });

  it('[MAP-1] pointAt moves along headingAt at one metre per metre', () => {
    const a = new Float64Array(2);
    const b = new Float64Array(2);
    fc.assert(
      fc.property(course, number(0, 1), (path, along) => {
        const lane = createLane(attributes, path);
        const s = along * path.length;
        lane.pointAt(s - 1e-4, 0, a);
        lane.pointAt(s + 1e-4, 0, b);
        expect((b[0]! - a[0]!) / 2e-4).toBeCloseTo(Math.cos(lane.headingAt(s)), 5);
        expect((b[1]! - a[1]!) / 2e-4).toBeCloseTo(Math.sin(lane.headingAt(s)), 5);
      }),
    );
  });

  it('[MAP-1] ends where its path ends', () => {
    const point = new Float64Array(2);
    fc.assert(
      fc.property(course, (path) => {
        createLane(attributes, path).pointAt(path.length, 0, point);
        const end = pathEnd(path);
        expect(point[0]).toBeCloseTo(end.x, 8);
        expect(point[1]).toBeCloseTo(end.y, 8);
      }),
    );
  });

  it('[MAP-1] a point before the start or beyond the end has s < 0 or s > length', () => {
    const point = new Float64Array(2);
    const position = { s: 0, lateral: 0 };
    fc.assert(
      fc.property(course, (path) => {
        const lane = createLane(attributes, path);
        lane.pointAt(-1, 0.5, point);
        lane.project(point[0]!, point[1]!, position);
        expect(position.s).toBeCloseTo(-1, 8);
        lane.pointAt(path.length + 1, 0.5, point);
        lane.project(point[0]!, point[1]!, position);
        expect(position.s).toBeCloseTo(path.length + 1, 8);
      }),
    );
  });
});

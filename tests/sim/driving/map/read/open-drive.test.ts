import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lane, RoadNetwork } from '../../../../../sim/driving/map/contract.ts';
import { readRoads } from '../../../../../sim/driving/map/read/read-roads.ts';
import { routedMap } from '../../../../../sim/driving/map/read/routed-map.ts';
import {
  fileText,
  forkText,
  LINE,
  laneText,
  type Piece,
  roadText,
  sectionText,
  straightText,
} from './xodr.ts';

const point = new Float64Array(2);
/** What a reader promises, metres. */
const MILLIMETRE = 1e-3;

/** A point of a curve, by walking along its heading in small steps. */
function walk(heading: (s: number) => number, to: number): [number, number] {
  const steps = 20_000;
  const h = to / steps;
  let [x, y] = [0, 0];
  for (let i = 0; i < steps; i++) {
    const angle = heading((i + 0.5) * h);
    x += h * Math.cos(angle);
    y += h * Math.sin(angle);
  }
  return [x, y];
}

function rightLane(network: RoadNetwork): Lane {
  return network.lanes[
    network.roads[network.names.findIndex(({ side }) => side === 'right')]!.lanes[0]!
  ]!;
}

function read(pieces: readonly Piece[]): Lane {
  return rightLane(readRoads(fileText(roadText({ pieces })), 'test.xodr'));
}

/** The nearest point of the lane, `lateral` beside it, is on (x, y) and points along `heading`. */
function expectOn(lane: Lane, lateral: number, x: number, y: number, heading: number): void {
  const at = { s: 0, lateral: 0 };
  lane.project(x, y, at);
  lane.pointAt(at.s, lateral, point);
  expect(Math.hypot(point[0]! - x, point[1]! - y)).toBeLessThan(MILLIMETRE);
  expect(Math.abs(Math.sin(lane.headingAt(at.s) - heading))).toBeLessThan(2e-3);
}

describe('[ROAD-1] reference lines are followed within a millimetre', () => {
  it('[ROAD-1] spirals of either sense, lane 1.75 m to the right', () => {
    const bends = fc.double({ min: -0.06, max: 0.06, noNaN: true });
    fc.assert(
      fc.property(bends, bends, fc.integer({ min: 5, max: 60 }), (start, end, length) => {
        const shape = `<spiral curvStart="${start}" curvEnd="${end}"/>`;
        const lane = read([{ length, shape }]);
        const heading = (s: number) => s * (start + ((end - start) * s) / (2 * length));
        for (const share of [0.1, 0.37, 0.5, 0.9]) {
          const [x, y] = walk(heading, share * length);
          expectOn(lane, 1.75, x, y, heading(share * length));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('[ROAD-1] paramPoly3 by length and normalized, and poly3', () => {
    const [a, b] = [4e-3, 2e-5];
    const length = 50;
    const cubic = (x: number) => a * x * x + b * x ** 3;
    const slope = (x: number) => 2 * a * x + 3 * b * x * x;
    const long = `bU="1" cU="0" dU="0" aU="0" aV="0" bV="0"`;
    const shapes = [
      `<paramPoly3 pRange="arcLength" ${long} cV="${a}" dV="${b}"/>`,
      `<paramPoly3 aU="0" bU="${length}" cU="0" dU="0" aV="0" bV="0" cV="${a * length ** 2}" dV="${b * length ** 3}"/>`,
      `<poly3 a="0" b="0" c="${a}" d="${b}"/>`,
    ];
    for (const shape of shapes) {
      const lane = read([{ length, shape }]);
      for (const x of [1, 12.3, 25, 40]) expectOn(lane, 1.75, x, cubic(x), Math.atan(slope(x)));
    }
  });

  it('[ROAD-1] poly3 ends after its length along the curve', () => {
    const lane = read([{ length: 40, shape: '<poly3 a="0" b="0" c="0.01" d="0"/>' }]);
    const sums = Array.from(
      { length: 40_000 },
      (_, i) => Math.hypot(1, 0.02 * (i + 0.5) * 1e-3) * 1e-3,
    );
    let walked = 0;
    const u = sums.findIndex((step) => (walked += step) >= 40) * 1e-3;
    lane.pointAt(lane.length, 1.75, point);
    expect(Math.hypot(point[0]! - u, point[1]! - 0.01 * u * u)).toBeLessThan(2 * MILLIMETRE);
  });

  it('[ROAD-1] lines and arcs stay what they are', () => {
    const straight = read([{ length: 30, shape: LINE }]);
    expect([straight.pieces.length, straight.curvature, straight.length]).toEqual([0, 0, 30]);
    const bend = read([{ length: 30, shape: '<arc curvature="0.02"/>' }]);
    expect(bend.pieces).toEqual([]);
    expect(1 / bend.curvature).toBeCloseTo(51.75, 9);
    const both = read([
      { length: 30, shape: LINE },
      { length: 30, shape: '<arc curvature="-0.02"/>', x: 30 },
    ]);
    expect(both.pieces.map(({ curvature }) => curvature)).toEqual([
      0,
      expect.closeTo(-1 / 48.25, 9),
    ]);
  });
});

describe('[ROAD-2] widths and offsets', () => {
  const lanes = `<lanes><laneOffset s="0" a="0" b="0" c="0.003" d="-0.00003"/>${sectionText(
    0,
    laneText(1, '', 'a="3" b="0.01" c="0" d="0"'),
    laneText(-1, '', 'a="3.5" b="0" c="-0.0006" d="0"') +
      laneText(-2, '', 'a="0" b="0" c="0.002" d="0"'),
  )}</lanes>`;

  it('[ROAD-2] the edges of neighbours are one line, and each is where the polynomials say', () => {
    for (const shape of [LINE, '<spiral curvStart="0" curvEnd="0.02"/>']) {
      const network = readRoads(
        fileText(roadText({ pieces: [{ length: 50, shape }], lanes })),
        'test.xodr',
      );
      const right = network.roads[network.names.findIndex(({ side }) => side === 'right')]!;
      const [inner, outer] = right.lanes.map((id) => network.lanes[id]!) as [Lane, Lane];
      expect([inner.right, outer.left]).toEqual([outer.id, inner.id]);
      const at = { s: 0, lateral: 0 };
      for (const s of [1, 10, 25, 40, 49]) {
        inner.pointAt(s, -inner.widthAt(s) / 2, point);
        const [x, y] = point as unknown as [number, number];
        outer.project(x, y, at);
        // Each is measured across its own lane, whose directions differ a little.
        expect(Math.abs(at.lateral - outer.widthAt(at.s) / 2)).toBeLessThan(15e-3);
        if (shape !== LINE) continue;
        const offset = 0.003 * s * s - 0.00003 * s ** 3;
        inner.project(s, offset - (3.5 - 0.0006 * s * s) / 2, at);
        expect(Math.abs(at.lateral)).toBeLessThan(MILLIMETRE);
        const drift = 0.006 * s - 0.00009 * s * s + 0.0006 * s;
        const across = (3.5 - 0.0006 * s * s) / Math.hypot(1, drift);
        expect(Math.abs(inner.widthAt(at.s) - across)).toBeLessThan(15e-3);
      }
    }
  });

  it('[ROAD-2] a point counts to a lane only where that is wide enough', () => {
    const network = readRoads(
      fileText(roadText({ pieces: [{ length: 50, shape: LINE }], lanes })),
      'test.xodr',
    );
    const found = new Int32Array(4);
    const count = (x: number, y: number) => network.lanesAt(x, y, 0, found);
    const edge = (s: number) =>
      0.003 * s * s - 0.00003 * s ** 3 - (3.5 - 0.0006 * s * s) - 0.002 * s * s;
    for (const x of [15, 25, 45]) {
      expect(count(x, edge(x) + 0.05), `inside at ${x}`).toBe(1);
      expect(count(x, edge(x) - 0.05), `outside at ${x}`).toBe(0);
    }
  });

  it('[ROAD-2] borders are as good as widths', () => {
    const border = (id: number, a: number) =>
      `<lane id="${id}" type="driving"><border sOffset="0" a="${a}" b="0" c="0" d="0"/></lane>`;
    const text = straightText(
      20,
      {
        lanes: `<lanes>${sectionText(0, border(1, 3), border(-1, -3.25) + border(-2, -7))}</lanes>`,
      },
      4,
    );
    const { lanes: found } = readRoads(text, 'test.xodr');
    expect(found.map(({ width }) => width).sort()).toEqual([3, 3.25, 3.75]);
  });
});

describe('[ROAD-3] sections, links and directions', () => {
  it('[ROAD-3] a fork is driven both ways, on the right and on the left', () => {
    for (const rule of ['RHT', 'LHT'] as const) {
      const network = readRoads(forkText(rule), 'fork.xodr');
      expect(network.leftHand).toBe(rule === 'LHT');
      for (const [route, x, y] of [
        ['1,2', 180, 0],
        ['1,3', 80, 100],
      ] as const) {
        const map = routedMap(network, 0, route);
        const { roads } = map.route(map.lanes[map.spawnLanes[0]!]!.road)!;
        expect(roads.length, `${rule} ${route}`).toBe(3);
        const last = map.lanes[map.roads[roads[2]!]!.lanes[0]!]!;
        last.pointAt(last.length, 0, point);
        expect(Math.hypot(point[0]! - x, point[1]! - y)).toBeCloseTo(1.75, 6);
        // Where traffic keeps right, the lane is to the right of the road's line.
        const right =
          (point[0]! - x) * Math.sin(last.headingAt(last.length)) -
          (point[1]! - y) * Math.cos(last.headingAt(last.length));
        expect(Math.sign(right)).toBe(rule === 'RHT' ? 1 : -1);
      }
    }
  });

  it('[ROAD-3] marks that change within a section divide the lane, and count on both sides of a line', () => {
    const marks = `<roadMark sOffset="0" type="broken" color="white"/><roadMark sOffset="30" type="solid" color="yellow"/>`;
    const inner = `<lane id="-1" type="driving"><width sOffset="0" a="3.5" b="0" c="0" d="0"/>${marks}</lane>`;
    const text = straightText(80, {
      lanes: `<lanes>${sectionText(0, '', inner + laneText(-2))}</lanes>`,
    });
    const { roads, lanes } = readRoads(text, 'test.xodr');
    expect(roads.map(({ length }) => length)).toEqual([30, 50]);
    const [first, second] = roads.map((road) => road.lanes.map((id) => lanes[id]!));
    expect(first!.map((lane) => [lane.leftLine, lane.rightLine])).toEqual([
      ['broken', 'broken'],
      ['broken', 'continuous'],
    ]);
    expect(second!.map((lane) => [lane.leftLine, lane.rightLine])).toEqual([
      ['broken', 'continuous'],
      ['continuous', 'continuous'],
    ]);
    expect(second![0]!.rightLineColour).toBe('yellow');
    expect(first![0]!.successors).toEqual([second![0]!.id]);
  });

  it('[ROAD-3] lanes of other types are ground, and part the lanes beside them', () => {
    const walk =
      '<lane id="-2" type="sidewalk"><width sOffset="0" a="2" b="0" c="0" d="0"/></lane>';
    const text = straightText(50, {
      lanes: `<lanes>${sectionText(0, '', laneText(-1) + walk + laneText(-3))}</lanes>`,
    });
    const { roads, strips } = readRoads(text, 'test.xodr');
    expect(roads.map((road) => road.lanes.length)).toEqual([1, 1]);
    expect(strips.map(({ kind, lane }) => [kind, lane.width])).toEqual([['sidewalk', 2]]);
  });
});

describe('[ROAD-4] heights', () => {
  it('[ROAD-4] lanes lie on the elevation and lean with the superelevation', () => {
    const text = straightText(100, {
      elevation:
        '<elevation s="0" a="1" b="0.05" c="0" d="0"/><elevation s="50" a="3.5" b="0.05" c="-0.001" d="0"/>',
      lateral: '<superelevation s="0" a="0.1" b="0" c="0" d="0"/>',
    });
    const network = readRoads(text, 'hill.xodr');
    expect(network.hilly).toBe(true);
    for (const lane of network.lanes) {
      const at = { s: 0, lateral: 0 };
      for (const [x, t] of [
        [10, -1],
        [30, 1.5],
        [75, -2],
      ] as const) {
        const z = x < 50 ? 1 + 0.05 * x : 3.5 + 0.05 * (x - 50) - 0.001 * (x - 50) ** 2;
        lane.project(x, t * Math.cos(0.1), at);
        expect(lane.heightAt(at.s, at.lateral)).toBeCloseTo(z + t * Math.sin(0.1), 3);
      }
      expect(lane.width).toBeCloseTo(3.5 * Math.cos(0.1), 9);
    }
  });
});

describe('[ROAD-5] what is wrong or not supported is named with its line', () => {
  const lineOf = (text: string, part: string) =>
    text.slice(0, text.indexOf(part)).split('\n').length;
  it.each([
    [
      '<clothoid/>',
      straightText(50, { pieces: [{ length: 50, shape: '<clothoid/>' }] }),
      'is no supported geometry',
    ],
    [
      '<shape',
      straightText(50, { lateral: '\n<shape s="0" t="0" a="0" b="0.02" c="0" d="0"/>' }),
      'not supported',
    ],
    ['<header', straightText(50, {}, 3), 'allowed 1.4 to 1.8'],
    [
      '<junction',
      fileText(
        `${roadText({ pieces: [{ length: 9, shape: LINE }] })}\n<junction id="5" type="virtual"/>`,
      ),
      'allowed default, direct',
    ],
    [
      '<predecessor',
      straightText(50, { link: '<predecessor elementType="road" elementId="7"/>' }),
      'is "7", no road',
    ],
    [
      '<geometry s="50"',
      fileText(
        roadText({
          pieces: [
            { length: 50, shape: LINE },
            { length: 9, shape: LINE, x: 53 },
          ],
        }),
      ),
      'gap of 3.000 m',
    ],
    [
      '<lane id="-1"',
      straightText(50, {
        lanes: `<lanes>${sectionText(0, '', '\n<lane id="-1" type="driving"/>')}</lanes>`,
      }),
      'neither <width> nor <border>',
    ],
    [
      '<lane id="-1"',
      straightText(50, {
        lanes: `<lanes>${sectionText(0, '', '\n<lane id="-1" type="hover"><width sOffset="0" a="3" b="0" c="0" d="0"/></lane>')}</lanes>`,
      }),
      'is "hover"',
    ],
    ['</planView', straightText(50).replace('</planView>', '</planview>'), 'unexpected close tag'],
    [
      'a="x"',
      straightText(50, { elevation: '\n<elevation s="0" a="x" b="0" c="0" d="0"/>' }),
      'is "x", allowed a number',
    ],
  ])('[ROAD-5] %s', (part, text, message) => {
    const at =
      part === '<geometry s="50"'
        ? lineOf(text, '<planView')
        : Math.max(1, lineOf(text.replace('planview', 'planView'), part));
    expect(() => readRoads(text, 'bad.xodr')).toThrow(RangeError);
    expect(() => readRoads(text, 'bad.xodr')).toThrow(message);
    expect(() => readRoads(text, 'bad.xodr')).toThrow(`bad.xodr:${at}:`);
  });

  it('[ROAD-5] a bridge over another road, and lanes that are linked though far apart', () => {
    const over = roadText({
      id: '2',
      pieces: [{ length: 100, shape: LINE, x: 50, y: -50, hdg: Math.PI / 2 }],
      elevation: '<elevation s="0" a="6" b="0" c="0" d="0"/>',
    });
    const bridge = fileText(roadText({ pieces: [{ length: 100, shape: LINE }] }) + over);
    expect(() => readRoads(bridge, 'bridge.xodr')).toThrow(
      /bridge\.xodr:\d+: .*under or over road 2/,
    );
    const far = forkText().replace('x="100"', 'x="110"');
    expect(() => readRoads(far, 'far.xodr')).toThrow(
      /far\.xodr:\d+: .*ends 10\.00 m from road 2 lane -1/,
    );
  });
});

describe('[ROAD-6] routes', () => {
  const network = readRoads(forkText(), 'fork.xodr');
  it('[ROAD-6] follow from the seed where none is named, and differ between seeds', () => {
    const routes = Array.from({ length: 12 }, (_, seed) => {
      const map = routedMap(network, seed, undefined);
      return JSON.stringify(map.route(map.lanes[map.spawnLanes[0]!]!.road)!.roads);
    });
    expect(new Set(routes).size).toBeGreaterThan(1);
    expect(routedMap(network, 3, undefined).route(0)).toEqual(
      routedMap(network, 3, undefined).route(0),
    );
  });

  it('[ROAD-6] a road by itself is driven from its beginning, or from its end where its left side is named', () => {
    for (const [route, heading] of [
      ['2', 0],
      ['2:left', Math.PI],
    ] as const) {
      const map = routedMap(network, 0, route);
      const lane = map.lanes[map.spawnLanes[0]!]!;
      expect(Math.cos(lane.startHeading - heading)).toBeCloseTo(1, 9);
    }
  });

  it('[ROAD-6] roads that are not there, or not connected, are refused by name', () => {
    expect(() => routedMap(network, 0, '1,8')).toThrow(
      'route: "8" is no road that cars drive on; allowed: 1, 10, 11, 2, 3',
    );
    expect(() => routedMap(network, 0, '2,3')).toThrow('route: no way leads to "3" from "2"');
  });
});

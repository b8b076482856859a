import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lane, RoadMap, RoadNetwork } from '../../../../../sim/driving/map/contract.ts';
import { generateMap } from '../../../../../sim/driving/map/generate.ts';
import { readRoads } from '../../../../../sim/driving/map/read/read-roads.ts';
import { childrenOf, parseXml } from '../../../../../sim/driving/map/read/xml.ts';
import { writeOpenDrive } from '../../../../../sim/driving/map/write/open-drive.ts';

const point = new Float64Array(2);
const found = new Int32Array(64);
const at = { s: 0, lateral: 0 };

/** Lanes of the network that run along the lane at `s`, each within 1 mm in place and width and 1e-6 in direction. */
function twins(network: RoadNetwork, lane: Lane, s: number): Lane[] {
  lane.pointAt(s, 0, point);
  const [x, y] = [point[0]!, point[1]!];
  const count = network.lanesAt(x, y, 1e-3, found);
  return [...found.subarray(0, count)]
    .map((id) => network.lanes[id]!)
    .filter((other) => {
      other.project(x, y, at);
      const along = Math.cos(other.headingAt(at.s) - lane.headingAt(s)) > 1 - 1e-12;
      return along && Math.abs(at.lateral) < 1e-3 && Math.abs(other.width - lane.width) < 1e-3;
    });
}

function checkSame(map: RoadMap, network: RoadNetwork): void {
  for (const lane of map.lanes) {
    for (const share of [0.01, 0.25, 0.5, 0.75, 0.99]) {
      expect(twins(network, lane, share * lane.length).length, `lane ${lane.id}`).toBeGreaterThan(
        0,
      );
    }
    const twin = twins(network, lane, lane.length / 2)[0]!;
    expect(twin.speedLimit).toBeCloseTo(lane.speedLimit, 9);
    for (const next of lane.successors) {
      const other = map.lanes[next]!;
      const leaves = twins(network, lane, lane.length - 0.1);
      const enters = new Set(twins(network, other, 0.1).map(({ id }) => id));
      const leads = leaves.some(
        ({ id, successors }) => enters.has(id) || successors.some((n) => enters.has(n)),
      );
      expect(leads, `lane ${lane.id} leads into ${next}`).toBe(true);
    }
  }
  // Nothing was added: all read lanes lie on lanes of the map, and their metres are as many.
  const metres = (lanes: readonly Lane[]) => lanes.reduce((sum, lane) => sum + lane.length, 0);
  expect(metres(network.lanes)).toBeCloseTo(metres(map.lanes), 6);
}

describe('[ROAD-11] a written road, read back', () => {
  it('[ROAD-11] is the same to the millimetre: places, directions, widths, links', () => {
    const seeds = fc.integer({ min: 0, max: 2 ** 40 });
    const shape = fc.tuple(
      seeds,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      fc.double({ min: 2.5, max: 5, noNaN: true }),
    );
    fc.assert(
      fc.property(shape, ([seed, blocks, lanes, laneWidth]) => {
        const map = generateMap(seed, { blocks, lanes, laneWidth });
        checkSame(map, readRoads(writeOpenDrive(map, 'road'), 'road.xodr'));
      }),
      { numRuns: 15 },
    );
  });

  it.each([...'SCrRXTOyY'])('[ROAD-11] block %s alone', (sequence) => {
    const map = generateMap(5, { blocks: 1, sequence, lanes: 3, laneWidth: 3.5 });
    checkSame(map, readRoads(writeOpenDrive(map, 'road'), 'road.xodr'));
  });

  it('[ROAD-11] lines are painted as before', () => {
    const map = generateMap(5, { blocks: 1, sequence: 'S', lanes: 2, laneWidth: 3.5 });
    const { lanes } = readRoads(writeOpenDrive(map, 'road'), 'road.xodr');
    const lines = (list: readonly Lane[]) =>
      list.map((lane) => `${lane.leftLine} ${lane.leftLineColour} ${lane.rightLine}`).sort();
    expect(lines(lanes)).toEqual(lines(map.lanes));
  });
});

describe('[ROAD-12] what checkers do not look at', () => {
  it('[ROAD-12] lengths add up, ids are whole numbers, every link has its counterpart', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (seed) => {
        const map = generateMap(seed, { blocks: 4, lanes: 3, laneWidth: 3.5 });
        const root = parseXml(writeOpenDrive(map, 'road'), 'road.xodr');
        const roads = new Map(
          childrenOf(root, 'road').map((road) => [road.attributes['id']!, road]),
        );
        const junctions = childrenOf(root, 'junction');
        for (const [id, road] of roads) {
          expect(id).toMatch(/^[1-9]\d*$/);
          const pieces = childrenOf(childrenOf(road, 'planView')[0], 'geometry');
          const total = pieces.reduce((sum, piece) => sum + Number(piece.attributes['length']), 0);
          expect(Math.abs(total - Number(road.attributes['length']))).toBeLessThan(1e-9);
          const [link] = childrenOf(road, 'link');
          for (const [name, back] of [
            ['successor', 'predecessor'],
            ['predecessor', 'successor'],
          ] as const) {
            const [to] = childrenOf(link, name);
            if (to?.attributes['elementType'] !== 'road') continue;
            const other = roads.get(to.attributes['elementId']!)!;
            const [returns] = childrenOf(childrenOf(other, 'link')[0], back);
            const expected =
              road.attributes['junction'] === '-1' ? id : road.attributes['junction'];
            expect(returns?.attributes['elementId']).toBe(expected);
          }
        }
        const ids = junctions.map((junction) => junction.attributes['id']!);
        expect(new Set([...ids, ...roads.keys()]).size).toBe(ids.length + roads.size);
        for (const junction of junctions) {
          const inside = [...roads.values()].filter(
            (road) => road.attributes['junction'] === junction.attributes['id'],
          );
          const connected = childrenOf(junction, 'connection').map(
            (c) => c.attributes['connectingRoad'],
          );
          expect(connected.toSorted()).toEqual(
            inside.map((road) => road.attributes['id']).toSorted(),
          );
          for (const connection of childrenOf(junction, 'connection')) {
            expect(childrenOf(connection, 'laneLink').length).toBeGreaterThan(0);
            expect(roads.get(connection.attributes['incomingRoad']!)!.attributes['junction']).toBe(
              '-1',
            );
          }
        }
      }),
      { numRuns: 15 },
    );
  });
});

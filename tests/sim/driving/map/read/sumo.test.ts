import { describe, expect, it } from 'vitest';
import { readRoads } from '../../../../../sim/driving/map/read/read-roads.ts';
import { routedMap } from '../../../../../sim/driving/map/read/routed-map.ts';

/** Two edges of two lanes at a right angle, joined through a junction by two internal lanes, as netconvert writes them. */
function netText(more = '', attributes = ''): string {
  const lane = (id: string, index: number, shape: string, extra = '') =>
    `<lane id="${id}_${index}" index="${index}" speed="13.89" length="1" shape="${shape}" ${extra}/>`;
  return `<?xml version="1.0"?>
<net version="1.20" ${attributes}>
<edge id=":J_0" function="internal">${lane(':J_0', 0, '100,-4.8 104,-4 108,0')}</edge>
<edge id=":J_1" function="internal">${lane(':J_1', 0, '108,0 110,4 111.6,10')}</edge>
<edge id="in" from="A" to="J">
${lane('in', 0, '0,-4.8 100,-4.8')}
${lane('in', 1, '0,-1.6 100,-1.6', 'width="3"')}
</edge>
<edge id="out" from="J" to="B">
${lane('out', 0, '111.6,10 111.6,60 111.6,110', 'disallow="tram"')}
${lane('out', 1, '114.8,10 114.8,110', 'allow="pedestrian"')}
</edge>
<connection from="in" to="out" fromLane="0" toLane="0" via=":J_0_0" dir="l" state="m"/>
<connection from=":J_0" to="out" fromLane="0" toLane="0" via=":J_1_0" dir="l" state="m"/>
<connection from=":J_1" to="out" fromLane="0" toLane="0" dir="l" state="M"/>
${more}
</net>`;
}

describe('[ROAD-10] SUMO’s networks', () => {
  it('[ROAD-10] lanes, widths, sides and the way through both internal lanes', () => {
    const network = readRoads(netText(), 'test.net.xml');
    expect(network.names.map(({ name }) => name)).toEqual(['in', 'out', 'in>out']);
    const [incoming, outgoing, inside] = network.roads.map((road) =>
      road.lanes.map((id) => network.lanes[id]!),
    );
    // Lane 0 is the right one, lanes without a width are 3.2 m wide.
    expect(incoming!.map(({ startY, width }) => [startY, width])).toEqual([
      [-1.6, 3],
      [-4.8, 3.2],
    ]);
    expect(outgoing!.length).toBe(1);
    expect(network.strips.map(({ kind }) => kind)).toEqual(['sidewalk']);
    expect(inside![0]!.junction).toBe(true);
    const map = routedMap(network, 0, 'in,out');
    expect(map.route(map.lanes[map.spawnLanes[0]!]!.road)!.roads.length).toBe(3);
  });

  it('[ROAD-10] a bend goes through its points without a kink', () => {
    const { roads, lanes } = readRoads(netText(), 'test.net.xml');
    const bend = lanes[roads[2]!.lanes[0]!]!;
    const at = { s: 0, lateral: 0 };
    for (const [x, y] of [
      [100, -4.8],
      [104, -4],
      [108, 0],
      [110, 4],
      [111.6, 10],
    ] as const) {
      bend.project(x, y, at);
      expect(Math.abs(at.lateral)).toBeLessThan(1e-6);
    }
    for (const { from } of bend.pieces.slice(1)) {
      expect(Math.cos(bend.headingAt(from - 1e-7) - bend.headingAt(from + 1e-7))).toBeGreaterThan(
        1 - 1e-9,
      );
    }
    expect(Math.cos(bend.startHeading)).toBeCloseTo(1, 9);
    expect(Math.sin(bend.headingAt(bend.length))).toBeCloseTo(1, 9);
  });

  it('[ROAD-10] lane 0 is the left one where traffic keeps left', () => {
    const network = readRoads(netText('', 'lefthand="true"'), 'test.net.xml');
    expect(network.leftHand).toBe(true);
    expect(network.roads[0]!.lanes.map((id) => network.lanes[id]!.startY)).toEqual([-4.8, -1.6]);
  });

  it('[ROAD-10] what is wrong is named with its line', () => {
    const direct = netText(
      '<connection from="in" to="out" fromLane="1" toLane="0" dir="l" state="M"/>',
    );
    expect(() => readRoads(direct, 'bad.net.xml')).toThrow(
      /bad\.net\.xml:16: <connection> leads over 16\.\d m without a lane between/,
    );
    const nowhere = netText(
      '<connection from="in" to="out" fromLane="1" toLane="0" via=":J_9_0"/>',
    );
    expect(() => readRoads(nowhere, 'bad.net.xml')).toThrow(
      'bad.net.xml:16: <connection> via: is ":J_9_0"',
    );
    expect(() => readRoads(netText().replace('0,-4.8 100', '0,x 100'), 'bad.net.xml')).toThrow(
      'bad.net.xml:6: <lane> shape: has "0,x"',
    );
    expect(() => readRoads('<roads/>', 'bad.net.xml')).toThrow(
      'bad.net.xml:1: <roads> is no road network',
    );
  });
});

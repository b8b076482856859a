/** What files of CARLA, CommonRoad, esmini and SUMO have that the specification hardly speaks of. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { drivingEnvironments } from '../../../../../sim/driving/index.ts';
import { readRoads } from '../../../../../sim/driving/map/read/read-roads.ts';
import { routedMap } from '../../../../../sim/driving/map/read/routed-map.ts';
import { worldOf } from '../../../../../sim/driving/road/task.ts';
import { V } from '../../../../../sim/driving/vehicle/vehicle.ts';
import { fileText, LINE, laneText, roadText, sectionText, straightText } from './xodr.ts';

const folder = mkdtempSync(join(tmpdir(), 'reins-real-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const driving = drivingEnvironments.find((f) => f.id === 'driving')!;
async function open(name: string, text: string, route?: string) {
  const road = join(folder, name);
  writeFileSync(road, text);
  return driving.create({ road, density: 0, accidentProb: 0, ...(route && { route }) });
}

it('[ROAD-14] a shape and a crossfall of nothing but zeros are flat', () => {
  const flat = straightText(50, {
    lateral: '<shape s="0" t="-4" a="0" b="0" c="0" d="0"/><shape s="9" t="0"/><crossfall s="0"/>',
  });
  expect(readRoads(flat, 'flat.xodr').roads).toHaveLength(2);
});

/** Roads 1 and 3, each 50 m, joined by road 2 of a fifth of a micrometre, which the file may turn round. */
function joinedText(turned: boolean): string {
  const link = (name: string, id: string, contact: string) =>
    `<${name} elementType="road" elementId="${id}" contactPoint="${contact}"/>`;
  const linked = (lane: number, before: number, after: number) =>
    laneText(lane, `<link><predecessor id="${before}"/><successor id="${after}"/></link>`);
  const sign = turned ? -1 : 1;
  const lanes = (before: number, after: number) =>
    `<lanes>${sectionText(0, linked(1, before, after), linked(-1, -before, -after))}</lanes>`;
  const [first, last] = turned ? ['end', 'start'] : ['start', 'end'];
  const roads = [
    roadText({
      id: '1',
      pieces: [{ length: 50, shape: LINE }],
      link: link('successor', '2', first!),
      lanes: lanes(1, sign),
    }),
    roadText({
      id: '2',
      pieces: [{ length: 2e-7, shape: LINE, x: 50, hdg: turned ? Math.PI : 0 }],
      link: turned
        ? link('predecessor', '3', 'start') + link('successor', '1', 'end')
        : link('predecessor', '1', 'end') + link('successor', '3', 'start'),
      lanes: lanes(sign, sign),
    }),
    roadText({
      id: '3',
      pieces: [{ length: 50, shape: LINE, x: 50 }],
      link: link('predecessor', '2', last!),
      lanes: lanes(sign, 1),
    }),
  ];
  return fileText(roads.join('\n'));
}

it.each([false, true])('[ROAD-15] a road of no length is driven through; turned: %s', (turned) => {
  const network = readRoads(joinedText(turned), 'joined.xodr');
  expect(network.names.map(({ name }) => name).sort()).toEqual(['1', '1', '3', '3']);
  for (const [from, to] of [
    ['1', '3'],
    ['3:left', '1:left'],
  ]) {
    const map = routedMap(network, 0, `${from},${to}`);
    expect(map.route(map.lanes[map.spawnLanes[0]!]!.road)!.roads).toHaveLength(2);
  }
});

it('[ROAD-15] a road of no length that leads nowhere is refused with its line', () => {
  const text = joinedText(false).replace(/<successor elementType="road" elementId="3"[^>]*>/, '');
  const line = text.slice(0, text.indexOf('<road id="2"')).split('\n').length;
  expect(() => readRoads(text, 'end.xodr')).toThrow(`end.xodr:${line}: <road> has no length and`);
});

it('[ROAD-15] roads of no length that lead round in a circle are refused with a line', () => {
  const text = joinedText(false).replace(
    /<successor elementType="road" elementId="3"[^>]*>/,
    '<successor elementType="road" elementId="2" contactPoint="start"/>',
  );
  expect(() => readRoads(text, 'circle.xodr')).toThrow(
    /circle\.xodr:\d+: <road> .*leads to itself/,
  );
});

it('[ROAD-16] a lane that leads 30 km away is refused with its line', () => {
  const text = straightText(40_000);
  expect(() => readRoads(text, 'far.xodr')).toThrow(
    /far\.xodr:\d+: .*40\.0 km long.*allowed 30 km/,
  );
});

it('[ROAD-16] a curve of many turns a metre takes no more room than it is long', () => {
  const bend = (curvature: number) =>
    readRoads(
      straightText(20, { pieces: [{ length: 20, shape: `<arc curvature="${curvature}"/>` }] }),
      'coil.xodr',
    ).bounds;
  const { minX, maxX } = bend(100);
  expect(maxX - minX).toBeLessThan(20);
});

/** Two lanes with a slit of 0.2 m between them, as networks of SUMO have. */
const slit = `<?xml version="1.0"?>
<net version="1.20"><edge id="a" from="A" to="B">
<lane id="a_0" index="0" speed="14" length="200" width="3" shape="0,-3.2 200,-3.2"/>
<lane id="a_1" index="1" speed="14" length="200" width="3" shape="0,0 200,0"/>
</edge></net>`;

it('[ROAD-17] between two lanes that do not touch a car is still on the road, beside them not', async () => {
  const env = await open('slit.net.xml', slit, 'a');
  const at = (y: number) => {
    env.reset(0);
    const { state } = worldOf(env, 'test');
    [state[V.x], state[V.y], state[V.heading]] = [50, y, 0];
    return env.step(Float32Array.of(0, 0)).info.endReason;
  };
  expect(at(-1.6)).toBe('');
  expect(at(1.6)).toBe('outOfRoad');
  expect(at(-4.8)).toBe('outOfRoad');
});

it.each([1, -1])('[ROAD-18] the drivers take a corner of 4 m, side %d', async (side) => {
  const turn = Math.PI / 2;
  const pieces = [
    { length: 80, shape: LINE },
    { length: 4 * turn, shape: `<arc curvature="${side / 4}"/>`, x: 80 },
    { length: 60, shape: LINE, x: 84, y: 4 * side, hdg: side * turn },
  ];
  const lane = laneText(-1, '', 'a="3.2" b="0" c="0" d="0"');
  // The lane's middle is on the line.
  const lanes = `<lanes><laneOffset s="0" a="1.6" b="0" c="0" d="0"/>${sectionText(0, '', lane)}</lanes>`;
  const env = await open(`corner${side}.xodr`, fileText(roadText({ pieces, lanes })), '1');
  for (const create of [driving.createPlanner!, driving.createExpert!]) {
    const driver = create(env);
    const action = new Float32Array(2);
    let ts = env.reset(1);
    while (ts.kind !== 'last') {
      driver.act(action);
      ts = env.step(action);
    }
    expect(ts.info.endReason).toBe('success');
  }
});

import { describe, expect, it } from 'vitest';
import { BOX_KIND } from '../../../../sim/driving/frame/boxes.ts';
import { drivingEnvironments } from '../../../../sim/driving/index.ts';
import type { Lane, LanePosition } from '../../../../sim/driving/map/contract.ts';
import type { DrivingEnvironment } from '../../../../sim/driving/road/task.ts';
import type { DrivingWorld } from '../../../../sim/driving/road/world.ts';
import {
  findLeader,
  leader,
  SIGHT,
  T,
  TRAFFIC_STRIDE,
  VEHICLE_CLASSES,
} from '../../../../sim/driving/traffic/car-following.ts';

const driving = drivingEnvironments.find((f) => f.id === 'driving')!;

function listed({ traffic: { buckets } }: DrivingWorld, lane: number): number[] {
  const cars: number[] = [];
  for (let j = buckets.first[2 * lane]!; j >= 0; j = buckets.nextCar[j]!) cars.push(j);
  return cars;
}

function onLane({ traffic }: DrivingWorld, lane: number): number[] {
  const all = Array.from({ length: traffic.capacity }, (_, i) => i);
  return all.filter((i) => traffic.state[i * TRAFFIC_STRIDE + T.lane] === lane);
}

const at: LanePosition = { s: 0, lateral: 0 };

/** Gap to the nearest car or object ahead, by going over everybody. */
function gapByAll(world: DrivingWorld, self: number): number {
  const { traffic, boxes, map } = world;
  const value = (i: number, column: number) => traffic.state[i * TRAFFIC_STRIDE + column]!;
  const own = VEHICLE_CLASSES[value(self, T.size)]!.halfLength;
  let gap = SIGHT;
  const look = (lane: Lane, s: number, before: number) => {
    for (const j of onLane(world, lane.id)) {
      if (j === self || value(j, T.s) <= s) continue;
      const half = VEHICLE_CLASSES[value(j, T.size)]!.halfLength;
      gap = Math.min(gap, before + value(j, T.s) - Math.max(0, s) - own - half);
    }
    for (let b = traffic.capacity; b < boxes.count; b++) {
      if (boxes.kind[b] === BOX_KIND.none) continue;
      lane.project(boxes.x[b]!, boxes.y[b]!, at);
      if (Math.abs(at.lateral) >= lane.width / 2 || at.s <= s || at.s >= lane.length) continue;
      gap = Math.min(gap, before + at.s - Math.max(0, s) - own - boxes.halfLength[b]!);
    }
  };
  const lane = map.lanes[value(self, T.lane)]!;
  look(lane, value(self, T.s), 0);
  const next = value(self, T.next);
  const rest = lane.length - value(self, T.s);
  if (next >= 0 && rest < SIGHT) look(map.lanes[next]!, -1e-6, rest);
  return gap;
}

/** Nobody is the agent. */
const NO_EGO = {
  x: 0,
  y: 0,
  speed: 0,
  halfLength: 0,
  block: 0,
  lanes: new Int32Array(1),
  laneCount: 0,
  s: new Float64Array(1),
};

describe('traffic by lane', () => {
  for (const traffic of ['respawn', 'trigger']) {
    it(`[DRIVE-27] lists by lane agree with going over all cars and objects (${traffic})`, async () => {
      const options = { traffic, density: 0.4, blocks: 5, accidentProb: 1, horizon: 400 };
      const env = (await driving.create(options)) as DrivingEnvironment;
      const expert = driving.createExpert!(env);
      const action = new Float32Array(2);
      const { world } = env.task;
      let leaders = 0;
      const check = () => {
        for (const lane of world.map.lanes) {
          expect(listed(world, lane.id)).toEqual(onLane(world, lane.id));
        }
        const ego = { ...NO_EGO, people: world.people.start };
        const { state } = world.traffic;
        for (let i = 0; i < world.traffic.capacity; i++) {
          const row = i * TRAFFIC_STRIDE;
          if (state[row + T.lane]! < 0) continue;
          const lane = state[row + T.lane]!;
          const [s, next] = [state[row + T.s]!, state[row + T.next]!];
          findLeader(world.traffic, i, lane, s, next, world.map, world.boxes, ego);
          expect(leader.gap).toBeCloseTo(gapByAll(world, i), 9);
          if (leader.gap < SIGHT) leaders++;
        }
      };
      for (let seed = 0; seed < 3; seed++) {
        let ts = env.reset(seed);
        let saved = env.saveState();
        while (ts.kind !== 'last') {
          expert.act(action);
          ts = env.step(action);
          if (ts.step % 10 === 0) check();
          if (ts.step === 50) saved = env.saveState();
        }
        env.reset(seed + 50);
        env.loadState(saved);
        check();
      }
      expect(leaders).toBeGreaterThan(100);
    });
  }
});

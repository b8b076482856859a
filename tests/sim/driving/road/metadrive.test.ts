import { describe, expect, it } from 'vitest';
import { drivingEnvironments } from '../../../../sim/driving/index.ts';
import { worldOf } from '../../../../sim/driving/road/task.ts';
import { follow, idm, T, TRAFFIC_STRIDE } from '../../../../sim/driving/traffic/car-following.ts';
import { environmentContract } from '../../../contracts/environment.ts';

const driving = drivingEnvironments.find((f) => f.id === 'driving')!;
const quiet = { density: 0, accidentProb: 0 };

environmentContract(driving, { compat: 'metadrive', horizon: 60 });
environmentContract(driving, { compat: 'safe-metadrive', horizon: 60 });

describe('[DRIVE-69] --compat metadrive observes as MetaDrive 0.4.3', () => {
  it('[DRIVE-69] number by number, over a bend to either side', async () => {
    const ours = await driving.create(quiet);
    const theirs = await driving.create({ ...quiet, compat: 'metadrive' });
    const planner = driving.createPlanner!(ours);
    const action = new Float32Array(2);
    const bends = new Set<number>();
    for (const seed of [100, 101, 102, 103]) {
      let a = ours.reset(seed);
      let b = theirs.reset(seed);
      while (a.kind !== 'last' && b.kind !== 'last') {
        const [o, m] = [a.observation, b.observation];
        const world = worldOf(theirs, 'test');
        // Borders over four lanes of 4.5 m.
        expect(m[0]).toBeCloseTo(Math.max(0, Math.min(1, world.navigation.leftBorder / 18)), 5);
        expect(m[1]).toBeCloseTo(Math.max(0, Math.min(1, world.navigation.rightBorder / 18)), 5);
        for (const same of [2, 3, 5, 6, 7, 9, 11, 14, 16]) expect(m[same]).toBe(o[same]);
        expect(m[4]).toBeGreaterThan(0.4916);
        expect(m[4]).toBeLessThan(0.5084);
        expect(m[4]! - 0.5).toBeCloseTo((o[4]! - 0.5) / 60, 6);
        for (const other of [8, 10, 12, 15, 17]) expect(m[other]).toBeCloseTo(1 - o[other]!, 6);
        for (const angle of [13, 18])
          expect(m[angle]).toBeCloseTo(0.5 + Math.abs(o[angle]! - 0.5), 6);
        expect(m.subarray(19)).toEqual(o.subarray(19));
        bends.add(m[12]!);
        expect(b.reward).toBe(a.reward);
        planner.act(action);
        a = ours.step(action);
        b = theirs.step(action);
      }
    }
    // Right bends are 1, left ones 0.
    expect([...bends].toSorted()).toEqual([0, 0.5, 1]);
  });
});

describe('[DRIVE-70] --compat metadrive drives and ends as MetaDrive', () => {
  it('[DRIVE-70] its followers count speeds in km/h where they compute the gap', () => {
    Object.assign(follow, { speed: 5, wanted: 30 / 3.6, gap: 20, leaderSpeed: 4 });
    const acceleration = (kmh: boolean) => {
      follow.kmh = kmh;
      idm();
      return follow.acceleration;
    };
    const free = 1 - (18 / 30) ** 10;
    const gap = (headway: number, closing: number) =>
      (5 + headway + closing / (2 * Math.sqrt(5))) / 20;
    expect(acceleration(false)).toBeCloseTo(free - gap(5 * 1.5, 5) ** 2, 9);
    expect(acceleration(true)).toBeCloseTo(free - gap(18 * 1.5, 18 * 3.6) ** 2, 9);
    follow.kmh = false;
  });

  it('[DRIVE-70] a block holds ⌊⌊metres of lane / 10⌋ · density⌋ cars, and all want 30 km/h', async () => {
    const env = await driving.create({
      compat: 'metadrive',
      map: 'SS',
      density: 0.2,
      accidentProb: 0,
    });
    env.reset(7);
    const { map, traffic } = worldOf(env, 'test');
    for (const block of [1, 2]) {
      const roads = map.blocks[block]!.roads.filter((id) => map.route(id));
      const lanes = roads.flatMap((id) => map.roads[id]!.lanes);
      const metres = lanes.reduce((sum, id) => sum + map.lanes[id]!.length, 0);
      const cars = Array.from({ length: traffic.capacity }, (_, i) => i * TRAFFIC_STRIDE).filter(
        (row) => lanes.includes(traffic.state[row + T.lane]!),
      );
      expect(cars.length).toBe(Math.floor(Math.floor(metres / 10) * 0.2));
      expect(cars.length).toBeGreaterThan(2);
      for (const row of cars) expect(traffic.state[row + T.wanted]).toBe(30 / 3.6);
    }
  });

  it('[DRIVE-70] the body on a continuous line ends the episode, with −5 and a cost of 1', async () => {
    const end = async (options: object) => {
      const env = await driving.create({ ...quiet, map: 'S', ...options });
      let ts = env.reset(3);
      while (ts.kind !== 'last') ts = env.step(Float32Array.of(-0.1, 0.3));
      return { ts, border: worldOf(env, 'test').navigation.rightBorder };
    };
    const [ours, theirs] = [await end({}), await end({ compat: 'metadrive' })];
    for (const { ts } of [ours, theirs]) {
      expect([ts.info.endReason, ts.reward, ts.info.cost]).toEqual(['outOfRoad', -5, 1]);
    }
    expect(ours.border).toBeLessThan(0);
    expect(theirs.border).toBeGreaterThan(0.5);
    expect(theirs.ts.step).toBeLessThan(ours.ts.step);
  });

  it('[DRIVE-70] crashes end an episode of theirs, but not of the safe environment', async () => {
    const ends = async (compat: string) => {
      const env = await driving.create({ compat, density: 1, map: 'S' });
      for (let seed = 0; seed < 10; seed++) {
        let ts = env.reset(seed);
        while (ts.kind !== 'last' && ts.info.cost === 0) ts = env.step(Float32Array.of(0, 1));
        if (ts.info.metrics['crashVehicle']! > 0) return ts.kind;
      }
      return 'no crash';
    };
    expect(await ends('metadrive')).toBe('last');
    expect(await ends('safe-metadrive')).toBe('mid');
  });
});

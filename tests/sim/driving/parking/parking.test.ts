import { describe, expect, it } from 'vitest';
import { BOX_KIND, type Overlap, overlaps } from '../../../../sim/driving/frame/boxes.ts';
import { drivingEnvironments } from '../../../../sim/driving/index.ts';
import type { ParkingEnvironment } from '../../../../sim/driving/parking/task.ts';
import { COMPACT_CAR, V } from '../../../../sim/driving/vehicle/vehicle.ts';
import { createRandom } from '../../../../sim/random.ts';

const parking = drivingEnvironments.find((f) => f.id === 'parking')!;
const create = async (options = {}) => (await parking.create(options)) as ParkingEnvironment;
const REST = Float32Array.of(0, 0);

/** Put the car somewhere, standing. */
function place(env: ParkingEnvironment, x: number, y: number, heading: number): void {
  const { state } = env.task;
  state.fill(0);
  state[V.x] = x;
  state[V.y] = y;
  state[V.heading] = heading;
}

function park(env: ParkingEnvironment, seed: number, before = 0) {
  const expert = parking.createExpert!(env);
  const action = new Float32Array(2);
  const random = createRandom(seed, 5);
  let ts = env.reset(seed);
  let cost = 0;
  while (ts.kind !== 'last') {
    expert.act(action);
    if (ts.step < before) action[0] = random.uniform(-1, 1);
    ts = env.step(action);
    cost += ts.info.cost;
  }
  return { ts, cost };
}

describe('parking', () => {
  it('[DRIVE-41] the planner parks on at least 18 of 20 held-out lots, touching nothing', async () => {
    const env = await create();
    let parked = 0;
    for (let seed = 1000; seed < 1020; seed++) {
      const { ts, cost } = park(env, seed);
      if (ts.info.success && cost === 0) parked++;
      if (!ts.info.success) continue;
      expect(ts.info.endReason).toBe('success');
      expect(ts.info.rewardTerms['success']).toBe(10);
      expect(ts.info.metrics['positionError']).toBeLessThan(0.3);
      expect(ts.info.metrics['headingError']).toBeLessThan((6 * Math.PI) / 180);
      expect(ts.info.metrics['time']).toBeCloseTo(ts.step * 0.1, 6);
    }
    expect(parked).toBeGreaterThanOrEqual(18);
  });

  it('[DRIVE-41] it copes with a wheel that somebody else turned, and with a full lot', async () => {
    const env = await create({ occupancy: 1, bays: 4 });
    let parked = 0;
    for (let seed = 1000; seed < 1010; seed++) if (park(env, seed, 20).ts.info.success) parked++;
    expect(parked).toBeGreaterThanOrEqual(9);
  });

  it('[DRIVE-42] every lot has a free goal and a free start; cars stand in bays, apart', async () => {
    const env = await create({ occupancy: 0.9 });
    const { lot, state } = env.task;
    const { boxes, goal } = lot;
    const out: Overlap = { depth: 0, nx: 0, ny: 0 };
    const free = (x: number, y: number, heading: number, l: number, w: number, self: number) => {
      for (let i = 0; i < boxes.count; i++) {
        if (i === self || boxes.kind[i] === BOX_KIND.none) continue;
        if (overlaps(boxes, i, x, y, Math.cos(heading), Math.sin(heading), l, w, out)) return false;
      }
      return true;
    };
    const [l, w] = [COMPACT_CAR.length / 2, COMPACT_CAR.width / 2];
    const headings = new Set<number>();
    for (let seed = 0; seed < 500; seed++) {
      env.reset(seed);
      expect(free(goal.x, goal.y, goal.heading, l, w, -1), `goal of ${seed}`).toBe(true);
      const start = free(state[V.x]!, state[V.y]!, state[V.heading]!, l, w, -1);
      expect(start, `start of ${seed}`).toBe(true);
      for (let i = 0; i < 16; i++) {
        if (boxes.kind[i] === BOX_KIND.none) continue;
        const [bl, bw] = [boxes.halfLength[i]!, boxes.halfWidth[i]!];
        expect(free(boxes.x[i]!, boxes.y[i]!, boxes.heading[i]!, bl, bw, i)).toBe(true);
      }
      headings.add(Math.sign(goal.y) * Math.sign(goal.heading));
    }
    expect(headings.size).toBe(2); // nose in and backed in
  });

  it('[DRIVE-43] parked is near, the right way round, and standing', async () => {
    const env = await create({ occupancy: 0 });
    const { goal } = env.task.lot;
    const ends = (dx: number, turn: number, speed: number) => {
      env.reset(3);
      place(env, goal.x + dx, goal.y, goal.heading + turn);
      env.task.state[V.vx] = speed;
      return env.step(REST).info.endReason;
    };
    expect(ends(0.2, 0.05, 0)).toBe('success');
    expect(ends(0.35, 0, 0)).toBe('');
    expect(ends(0, 0.2, 0)).toBe('');
    expect(ends(0, Math.PI, 0)).toBe('');
    expect(ends(0, 0, 1)).toBe('');
  });

  it('[DRIVE-44] a collision costs 1 and −5 and ends; with crashEnds=false it is pushed out', async () => {
    const full = Float32Array.of(0, 1);
    const env = await create();
    let ts = env.reset(1);
    while (ts.kind !== 'last') ts = env.step(full);
    expect([ts.info.endReason, ts.info.cost, ts.discount]).toEqual(['crash', 1, 0]);
    expect(ts.info.rewardTerms['collision']).toBe(-5);

    const lasting = await create({ crashEnds: false, horizon: 100 });
    ts = lasting.reset(1);
    while (ts.kind !== 'last') ts = lasting.step(full);
    expect([ts.info.endReason, ts.discount]).toEqual(['horizon', 1]);
    const { metrics } = ts.info;
    expect(metrics['crashVehicle']! + metrics['crashObject']!).toBeGreaterThan(0);
    const { state, lot } = lasting.task;
    expect(Math.abs(state[V.x]!)).toBeLessThan(lot.halfX);
    expect(Math.abs(state[V.y]!)).toBeLessThan(lot.halfY);
  });

  it('[DRIVE-45] throttle drives both ways, none brakes and holds; changes of direction are counted', async () => {
    const env = await create({ occupancy: 0 });
    env.reset(1);
    place(env, 0, 0, 0);
    const drive = (throttle: number, steps: number) => {
      for (let i = 0; i < steps; i++) env.step(Float32Array.of(0, throttle));
      return env.task.state[V.vx]!;
    };
    expect(drive(0.5, 10)).toBeGreaterThan(0.8);
    expect(drive(0, 20)).toBe(0);
    const x = env.task.state[V.x]!;
    expect(drive(-0.5, 15)).toBeLessThan(-0.8);
    expect(env.task.state[V.x]!).toBeLessThan(x);
    expect(drive(0, 20)).toBe(0);
    drive(0.5, 5);
    expect(env.step(REST).info.metrics['manoeuvres']).toBe(2);
  });

  it('[DRIVE-46] progress and heading add up to where the car got, whatever the way', async () => {
    const env = await create({ occupancy: 0 });
    const expert = parking.createExpert!(env);
    const action = new Float32Array(2);
    let ts = env.reset(1007);
    const far = ts.info.metrics['positionError']!;
    let progress = 0;
    while (ts.kind !== 'last') {
      expert.act(action);
      ts = env.step(action);
      progress += ts.info.rewardTerms['progress']!;
    }
    expect(progress).toBeCloseTo(0.5 * (far - ts.info.metrics['positionError']!), 6);
  });

  it('[DRIVE-25] refuses options outside their range by field, value and range', async () => {
    await expect(parking.create({ bays: 3 })).rejects.toThrow(/bays: is 3, allowed .*4 to 16/);
    await expect(parking.create({ occupancy: 2 })).rejects.toThrow('occupancy: is 2');
    await expect(parking.create({ crashEnds: 'no' })).rejects.toThrow('true or false');
  });
});

/** Episodes that begin anywhere, and gusts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drivingEnvironments } from '../../../../sim/driving/index.ts';
import { createGusts } from '../../../../sim/driving/road/practice.ts';
import type { DrivingEnvironment } from '../../../../sim/driving/road/task.ts';
import { V } from '../../../../sim/driving/vehicle/vehicle.ts';

const driving = drivingEnvironments.find(({ id }) => id === 'driving')!;
const create = async (options: Record<string, unknown>) =>
  (await driving.create(options)) as DrivingEnvironment;

describe('startSteps', () => {
  test('[DRIVE-72] episodes begin somewhere on the way, where the driver comes by, and last as long as any', async () => {
    const env = await create({ startSteps: 350, horizon: 40 });
    const rest = new Float32Array(2);
    const along = new Set<number>();
    let moving = 0;
    for (let seed = 100; seed < 130; seed++) {
      let ts = env.reset(seed);
      expect([ts.kind, ts.step, ts.time, ts.info.endReason]).toEqual(['first', 0, 0, '']);
      along.add(Math.round(20 * ts.info.metrics['routeCompletion']!));
      if (env.task.state[V.vx]! > 2) moving++;
      while (ts.kind !== 'last') ts = env.step(rest);
      if (ts.info.endReason === 'horizon') expect(ts.step).toBe(40);
    }
    expect(along.size).toBeGreaterThan(8);
    expect(moving).toBeGreaterThan(15);
  });

  test('[DRIVE-72] the same seed begins at the same place, whatever came before', async () => {
    const [one, other] = [await create({ startSteps: 350 }), await create({ startSteps: 350 })];
    other.reset(7);
    for (let i = 0; i < 5; i++) other.step(Float32Array.of(0.2, 1));
    const [a, b] = [one.reset(110), other.reset(110)];
    expect(a.observation).toEqual(b.observation);
    expect(one.saveState()).toEqual(other.saveState());
  });

  test('[DRIVE-72] a road that is shorter than the way there begins earlier, not at its end', async () => {
    const env = await create({ startSteps: 10_000, map: 'S', accidentProb: 0, density: 0 });
    for (let seed = 0; seed < 20; seed++) {
      const { kind, info } = env.reset(seed);
      expect([kind, info.success]).toEqual(['first', false]);
      expect(info.metrics['routeCompletion']).toBeLessThan(1);
    }
  });
});

describe('gusts', () => {
  test('[DRIVE-73] push one way for 0.6 s in every two seconds, to both sides alike, never harder than asked for', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.nat(1e9), (size, seed) => {
        const gusts = createGusts(size);
        const pushes = Array.from({ length: 2000 }, (_, step) => gusts(seed, step));
        for (let from = 0; from < 2000; from += 20) {
          const there = pushes.slice(from, from + 20).filter((push) => push !== 0);
          expect(there).toHaveLength(6);
          expect(new Set(there).size).toBe(1);
          expect(Math.abs(there[0]!)).toBeLessThanOrEqual(size);
        }
        const toTheLeft = pushes.filter((push) => push > 0).length;
        expect(toTheLeft).toBeGreaterThan(600 * 0.25);
        expect(toTheLeft).toBeLessThan(600 * 0.75);
      }),
      { numRuns: 50 },
    );
  });

  test('[DRIVE-73] move the car, while what was wanted is what it observes of its last action', async () => {
    const [still, pushed] = [await create({}), await create({ gusts: 1 })];
    const straight = Float32Array.of(0, 0.5);
    const lastSteering = still.observationSpace.names!.indexOf('lastSteering');
    still.reset(3);
    pushed.reset(3);
    for (let i = 0; i < 20; i++) {
      still.step(straight);
      expect(pushed.step(straight).observation[lastSteering]).toBe(0.5);
    }
    expect(pushed.task.state[V.heading]).not.toBe(still.task.state[V.heading]);
  });

  test('[DRIVE-73] states of practice go on where there is none, and the other way round', async () => {
    const [plain, practice] = [await create({}), await create(driving.practice!)];
    practice.reset(120);
    const state = practice.saveState();
    const observation = practice.loadState(state).observation.slice();
    expect(plain.loadState(state).observation).toEqual(observation);
    plain.step(Float32Array.of(0, 1));
    expect(practice.loadState(plain.saveState()).step).toBe(1);
  });
});

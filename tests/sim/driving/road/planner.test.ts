import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { length2 } from '../../../../sim/driving/frame/length.ts';
import { drivingEnvironments } from '../../../../sim/driving/index.ts';

const driving = drivingEnvironments.find((f) => f.id === 'driving')!;

describe('the careful driver', () => {
  it('[DRIVE-29] arrives on held-out roads at a tenth of what the one that teaches costs', async () => {
    const env = await driving.create();
    const drive = (make: typeof driving.createExpert) => {
      const action = new Float32Array(2);
      const total = { success: 0, cost: 0 };
      for (let seed = 1020; seed < 1040; seed++) {
        const driver = make!(env);
        let ts = env.reset(seed);
        while (ts.kind !== 'last') {
          driver.act(action);
          ts = env.step(action);
          total.cost += ts.info.cost;
        }
        if (ts.info.success) total.success++;
      }
      return total;
    };
    const careful = drive(driving.createPlanner);
    const teaching = drive(driving.createExpert);
    expect(careful.success).toBeGreaterThanOrEqual(18);
    expect(careful.cost).toBeLessThan(0.1 * teaching.cost);
  });

  it('[DRIVE-29] looks ahead without changing anything', async () => {
    const env = await driving.create();
    const planner = driving.createPlanner!(env);
    const action = new Float32Array(2);
    let ts = env.reset(1036);
    while (ts.kind !== 'last') {
      const before = env.saveState();
      planner.act(action);
      expect(env.saveState()).toEqual(before);
      for (let step = 0; step < 10 && ts.kind !== 'last'; step++) ts = env.step(action);
    }
  });
});

describe('lengths', () => {
  it('[DRIVE-29] are those of Math.hypot to the last bit', () => {
    const number = fc.double();
    fc.assert(
      fc.property(number, number, (x, y) => {
        expect(length2(x, y)).toBe(Math.hypot(x, y));
      }),
      {
        numRuns: 2000,
        examples: [
          [-0, 0],
          [Number.NaN, 0],
          [0, Number.NaN],
          [5e-324, 5e-324],
          [1e308, 1e308],
          [Number.POSITIVE_INFINITY, Number.NaN],
        ],
      },
    );
  });
});

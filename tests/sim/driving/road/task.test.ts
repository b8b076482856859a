import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Environment, EnvironmentFactory, TimeStep } from '../../../../sim/contract.ts';
import { drivingEnvironments } from '../../../../sim/driving/index.ts';

const driving = find('driving');

function find(id: string): EnvironmentFactory {
  const factory = drivingEnvironments.find((f) => f.id === id);
  if (!factory) throw new Error(`no ${id}`);
  return factory;
}

function drive(env: Environment, seed: number): { ts: TimeStep; cost: number } {
  const expert = driving.createExpert!(env);
  const action = new Float32Array(2);
  let ts = env.reset(seed);
  let cost = 0;
  while (ts.kind !== 'last') {
    expert.act(action);
    ts = env.step(action);
    cost += ts.info.cost;
  }
  return { ts, cost };
}

describe('driving task', () => {
  it('[DRIVE-20] observes 9 + 10 + 240 numbers and takes 2', async () => {
    const env = await driving.create();
    expect(env.observationSpace.size).toBe(259);
    const wide = await driving.create({ nearby: 4 });
    expect(wide.observationSpace.size).toBe(275);
    expect(env.actionSpace.names).toEqual(['steering', 'throttle']);
    expect([driving.trainSeeds.start, driving.evalSeeds.start]).toEqual([100, 1000]);
  });

  it('[DRIVE-21] the planner reaches the goal on at least 18 of 20 held-out roads', async () => {
    const env = await driving.create();
    let reached = 0;
    for (let seed = 1000; seed < 1020; seed++) if (drive(env, seed).ts.info.success) reached++;
    expect(reached).toBeGreaterThanOrEqual(18);
  });

  it('[DRIVE-22] success terminates with +10 and full route completion', async () => {
    const env = await find('driving-easy').create();
    const { ts, cost } = drive(env, 3);
    expect(ts.info.endReason).toBe('success');
    expect(ts.discount).toBe(0);
    expect(ts.reward).toBe(10);
    expect(ts.info.metrics['routeCompletion']).toBe(1);
    expect(ts.info.metrics['drivingScore']).toBe(100);
    expect(cost).toBe(0);
  });

  it('[DRIVE-23] leaving the road terminates with −5 and costs 1', async () => {
    const env = await find('driving-easy').create();
    let ts = env.reset(1);
    while (ts.kind !== 'last') ts = env.step(Float32Array.of(0.6, 0.8));
    expect(ts.info.endReason).toBe('outOfRoad');
    expect(ts.reward).toBe(-5);
    expect(ts.info.cost).toBe(1);
    expect(ts.discount).toBe(0);
  });

  it('[DRIVE-24] the horizon truncates and keeps its bootstrap', async () => {
    const env = await driving.create({ horizon: 5 });
    let ts = env.reset(1);
    while (ts.kind !== 'last') ts = env.step(Float32Array.of(0, -1));
    expect([ts.step, ts.discount, ts.info.endReason]).toEqual([5, 1, 'horizon']);
  });

  it('[DRIVE-25] refuses options outside their range by field, value and range', async () => {
    await expect(driving.create({ density: -0.1 })).rejects.toThrow('density: is -0.1');
    await expect(driving.create({ lanes: 9 })).rejects.toThrow(/lanes: is 9, allowed .*1 to 5/);
    await expect(driving.create({ traffic: 'jam' })).rejects.toThrow(
      'options.traffic: is "jam", allowed trigger, respawn',
    );
    await expect(driving.create({ map: 'SQ' })).rejects.toThrow(/Q/);
    await expect(driving.create({ lane: 2 })).rejects.toThrow(/lane: unknown.*mean lanes/);
  });

  it('[DRIVE-25] texts of a command line, and of runs that stored them, are numbers and flags', async () => {
    const env = await driving.create({ lanes: '2', map: 'SC', mapSeed: '5', crashEnds: 'true' });
    const same = await driving.create({ lanes: 2, map: 'SC', mapSeed: 5, crashEnds: true });
    expect(env.reset(1).observation).toEqual(same.reset(1).observation);
    env.close();
    same.close();
    await expect(driving.create({ lanes: '' })).rejects.toThrow('options.lanes: is ""');
  });

  it.each([
    ['driving', { mapSeed: 100 }, -1, 100_000],
    ['driving', { mapSeed: 100, pedestrians: 1, cyclists: 1, traffic: 'respawn' }, -1, 30_000],
    ['parking', { rays: 40 }, 0, 100_000],
    ['racetrack', {}, -1, 100_000],
  ] as const)(
    '[DRIVE-26] %s %j keeps nothing over many steps',
    async (id, options, brake, count) => {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      const env = await find(id).create({ ...options, horizon: 1_000_000 });
      const stand = Float32Array.of(0, brake);
      env.reset(100);
      const heapAfter = (steps: number) => {
        for (let i = 0; i < steps; i++) env.step(stand);
        collect(); // what is young and dead says nothing, and when V8 collects it is luck
        return process.memoryUsage().heapUsed;
      };
      const before = heapAfter(5000);
      const perStep = (heapAfter(count) - before) / count;
      // One observation kept per step would be 1,036 bytes, one boxed number 16.
      expect(perStep).toBeLessThan(10);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { roboticsOf } from '../../../sim/robotics/engine/environment.ts';
import { roboticsEnvironments } from '../../../sim/robotics/index.ts';
import { softLimit } from '../../../sim/robotics/tasks/arm/arm.ts';
import { euler } from '../../../sim/robotics/tasks/arm/fetch.ts';

const factory = (id: string) => roboticsEnvironments.find((f) => f.id === id)!;
const create = async (id: string, options = {}) => roboticsOf(await factory(id).create(options));

describe('[ROBOT-10] Fetch tasks', () => {
  it.each([
    ['fetch-reach', 16],
    ['fetch-push', 31],
    ['fetch-pick-place', 31],
    ['fetch-slide', 31],
  ])('%s: 25 Hz, %d numbers, goals in metrics and observation, 50 steps', async (id, size) => {
    const env = await create(id);
    expect([env.observationSpace.size, env.actionSpace.size]).toEqual([size, 4]);
    expect(env.controlDt).toBeCloseTo(0.04, 12);
    let ts = env.reset(4);
    for (let i = 0; i < 50; i++) {
      ts = env.step(Float32Array.of(0.2, -0.1, 0.1, 0));
      const m = ts.info.metrics;
      const goal = ['x', 'y', 'z'].map((k) => m[`desired.${k}`]!);
      const achieved = ['x', 'y', 'z'].map((k) => m[`achieved.${k}`]!);
      const distance = Math.hypot(...goal.map((g, k) => g - achieved[k]!));
      expect([...ts.observation.slice(-6)]).toEqual([...Float32Array.from([...achieved, ...goal])]);
      expect(ts.reward).toBe(distance > 0.05 ? -1 : 0);
      expect(ts.info.success).toBe(distance < 0.05);
    }
    expect([ts.kind, ts.discount, ts.info.endReason]).toEqual(['last', 1, 'time-limit']);
    env.close();
  });

  it('dense reward is minus the distance', async () => {
    const env = await create('fetch-push', { reward: 'dense' });
    env.reset(1);
    const ts = env.step(new Float32Array(4));
    expect(ts.reward).toBe(-ts.info.metrics.distance!);
    env.close();
    await expect(factory('fetch-push').create({ reward: 'often' })).rejects.toThrow(
      /reward: is "often", allowed sparse, dense/,
    );
  });

  it('resets within the published ranges', async () => {
    const env = await create('fetch-pick-place');
    let inAir = 0;
    for (let seed = 0; seed < 100; seed++) {
      const o = env.reset(seed).observation;
      const [dx, dy] = [o[3]! - 1.3419, o[4]! - 0.7491];
      expect(Math.hypot(dx, dy)).toBeGreaterThan(0.0999);
      expect(Math.max(Math.abs(dx), Math.abs(dy))).toBeLessThan(0.1501);
      expect(Math.abs(o[28]! - 1.3419)).toBeLessThan(0.1501);
      expect(o[30]).toBeGreaterThan(0.42);
      expect(o[30]).toBeLessThan(0.876);
      if (o[30]! > 0.43) inAir++;
    }
    expect(inAir).toBeGreaterThan(30);
    expect(inAir).toBeLessThan(70);
    env.close();
  });

  it('moves the gripper by what was asked and keeps it upright', async () => {
    const env = await create('fetch-reach');
    for (const [k, goal] of [
      [0, 0.08],
      [1, -0.08],
      [2, 0.05],
    ] as const) {
      const start = [...env.reset(1).observation.slice(0, 3)];
      let ts = env.step(new Float32Array(4));
      for (let i = 0; i < 20; i++) {
        const action = new Float32Array(4);
        action[k] = (start[k]! + goal - ts.observation[k]!) / 0.05;
        ts = env.step(action);
      }
      for (let j = 0; j < 3; j++) {
        const moved = ts.observation[j]! - start[j]!;
        expect(Math.abs(moved - (j === k ? goal : 0))).toBeLessThan(0.01);
      }
    }
    const gripper = env.physics.id('body', 'gripper');
    expect(Math.abs(env.physics.xquat[gripper * 4]!)).toBeGreaterThan(0.999);
    env.close();
  });

  it('euler angles follow mat2euler', () => {
    const [a, b] = [0.3, -0.4];
    const about = (c: number, s: number) => Float64Array.of(c, -s, 0, s, c, 0, 0, 0, 1);
    expect(euler(about(Math.cos(a), Math.sin(a)), 0, 2)).toBeCloseTo(a, 12);
    const x = Float64Array.of(1, 0, 0, 0, Math.cos(b), -Math.sin(b), 0, Math.sin(b), Math.cos(b));
    expect(euler(x, 0, 0)).toBeCloseTo(b, 12);
  });
});

describe('[ROBOT-11] soft workspace limit', () => {
  it.each([
    [0.5, 0.05, 0.05],
    [0.98, 0.05, 0.02],
    [1, 0.05, 0],
    [1.2, 0.05, 0],
    [1, -0.05, -0.05],
    [0.01, -0.05, -0.01],
  ])('at %d asked %d moves %d', (position, delta, expected) => {
    expect(softLimit(position, delta, 0, 1)).toBeCloseTo(expected, 12);
  });

  it('holds against a key that is never released', async () => {
    const env = await create('fetch-reach');
    env.reset(1);
    let ts = env.step(Float32Array.of(0, 0, -1, 0));
    for (let i = 0; i < 40; i++) ts = env.step(Float32Array.of(0, 0, -1, 0));
    expect(ts.observation[2]).toBeGreaterThan(0.41);
    expect(ts.observation[2]).toBeLessThan(0.45);
    env.close();
  });
});

describe('[ROBOT-12] scripted experts', () => {
  it.each([
    ['fetch-reach', 12, 12],
    ['fetch-push', 12, 9],
    ['fetch-pick-place', 12, 10],
    ['fetch-slide', 12, 8],
    ['arm-peg', 6, 6],
  ])('%s: of %d seeds at least %d succeed', async (id, seeds, least) => {
    const env = await create(id);
    const expert = factory(id).createExpert!(env);
    const action = new Float32Array(env.actionSpace.size);
    let solved = 0;
    for (let seed = 1_000_000; seed < 1_000_000 + seeds; seed++) {
      let ts = env.reset(seed);
      while (ts.kind !== 'last') {
        expert.act(action);
        ts = env.step(action);
      }
      if (ts.info.success) solved++;
    }
    expect(solved).toBeGreaterThanOrEqual(least);
    env.close();
  });

  it('looking changes nothing', async () => {
    const [env, twin] = [await create('fetch-push'), await create('fetch-push')];
    const expert = factory('fetch-push').createExpert!(env);
    env.reset(3);
    twin.reset(3);
    const action = new Float32Array(4);
    for (let i = 0; i < 20; i++) {
      expert.act(action);
      expect([...env.step(action).observation]).toEqual([...twin.step(action).observation]);
    }
    env.close();
    twin.close();
  });
});

describe('[ROBOT-13] peg insertion', () => {
  it('pays 1 and ends only when the peg is in', async () => {
    const env = await create('arm-peg');
    const expert = factory('arm-peg').createExpert!(env);
    const action = new Float32Array(4);
    let ts = env.reset(2);
    expect(env.controlDt).toBeCloseTo(0.1, 12);
    let total = 0;
    while (ts.kind !== 'last') {
      expert.act(action);
      ts = env.step(action);
      total += ts.reward;
    }
    expect([total, ts.info.endReason, ts.discount]).toEqual([1, 'inserted', 0]);
    expect(ts.info.metrics.depth).toBeGreaterThan(0.04);
    env.close();
  });

  it('a peg pressed beside the hole feels the block and stays out', async () => {
    const env = await create('arm-peg');
    let ts = env.reset(2);
    for (let i = 0; i < 60; i++) {
      const o = ts.observation;
      const aside = (0.03 - o[0]!) / 0.01;
      ts = env.step(Float32Array.of(aside, -o[1]! / 0.01, i > 20 ? -0.5 : 0, 0));
    }
    expect(ts.observation[2]).toBeGreaterThan(-0.005);
    expect(ts.info.metrics.force).toBeGreaterThan(1);
    expect(ts.info.success).toBe(false);
    env.close();
  });
});

import { expect, test } from 'vitest';
import { POSE_SIZE } from '../../../sim/contract.ts';
import { RECORDED, slidersOf } from '../../../sim/recorded/environment.ts';
import { createEnvironment, listEnvironments } from '../../../sim/registry.ts';

const OPTIONS = {
  observation: { low: ['-Infinity', -1], high: ['Infinity', 3], names: ['speed', 'gap'] },
  action: { low: [-2], high: [2] },
  controlDt: 0.1,
  seen: { low: [10, -1], high: [30, 3] },
};
const ID = `${RECORDED}theirs`;

test('[CLI-63] a recorded environment has its spaces and nothing to simulate', async () => {
  const env = await createEnvironment(ID, OPTIONS);
  expect(env).toMatchObject({ id: ID, controlDt: 0.1, observationSpace: { size: 2 } });
  expect([...env.observationSpace.low]).toEqual([Number.NEGATIVE_INFINITY, -1]);
  expect(env.observationSpace.names).toEqual(['speed', 'gap']);
  expect(env.reset(0).kind).toBe('first');
  expect(() => env.step(new Float32Array(1))).toThrow('nothing to simulate');
  expect(listEnvironments().map(({ id }) => id)).not.toContain(ID);
  await expect(createEnvironment(ID, { ...OPTIONS, controlDt: 0 })).rejects.toThrow('controlDt');
  await expect(createEnvironment(ID, {})).rejects.toThrow('observation');
});

test('[CLI-63] its numbers are drawn as knobs between the least and the largest that was seen', () => {
  const { scene, write } = slidersOf(ID, OPTIONS);
  expect(scene.bodies.length).toBe(3);
  const heights = (observation: number[], action: number[]) => {
    const out = new Float32Array(1 + 3 * POSE_SIZE);
    write(Float32Array.from(observation), Float32Array.from(action), out, 1);
    const visible = [0, 1, 2].map((i) => out[1 + i * POSE_SIZE + 3] === 1);
    return [0, 1, 2].map((i) => (visible[i] ? out[1 + i * POSE_SIZE + 2]! : undefined));
  };
  const [low, high] = [heights([10, -1], [-2]), heights([30, 3], [2])];
  const middle = heights([20, 1], [0]);
  for (const i of [0, 1, 2]) {
    expect(high[i]! - low[i]!).toBeCloseTo(0.8, 5);
    expect(middle[i]!).toBeCloseTo((low[i]! + high[i]!) / 2, 5);
  }
  expect(heights([40, 1], [0])[0]! - high[0]!).toBeCloseTo(0.04, 5); // just beyond its rail
  expect(heights([Number.NaN, 1], [0])[0]).toBeUndefined();
  // Rails, knobs and camera are where the scene says that things are.
  const { min, max } = scene.bounds;
  for (const { position } of scene.statics)
    for (const axis of [0, 1, 2]) {
      expect(position[axis]).toBeGreaterThanOrEqual(min[axis]!);
      expect(position[axis]).toBeLessThanOrEqual(max[axis]!);
    }
});

test('[CLI-63] more numbers than fit side by side stand in rows, none upon another', () => {
  const low = new Array<number>(275).fill(0);
  const high = low.map(() => 1);
  const { scene } = slidersOf(ID, { ...OPTIONS, observation: { low, high }, seen: { low, high } });
  const places = scene.statics.map(({ position: [x, , z] }) => `${x.toFixed(3)} ${z.toFixed(3)}`);
  expect(new Set(places).size).toBe(276);
});

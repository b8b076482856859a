import { expect, it } from 'vitest';
import { drivingEnvironments } from '../../../sim/driving/index.ts';

it('[DRIVE-26] a step of traffic and lidar leaves next to nothing to collect', async () => {
  const driving = drivingEnvironments.find((f) => f.id === 'driving')!;
  const env = await driving.create();
  const expert = driving.createExpert!(env);
  const episodes = [100, 101, 102, 103].map((seed) => {
    const actions: Float32Array[] = [];
    let ts = env.reset(seed);
    while (ts.kind !== 'last') {
      const action = new Float32Array(2);
      expert.act(action);
      actions.push(action);
      ts = env.step(action);
    }
    return { seed, actions };
  });
  const perStep: number[] = [];
  for (let round = 0; round < 60; round++) {
    const { seed, actions } = episodes[round % episodes.length]!;
    env.reset(seed);
    const before = process.memoryUsage().heapUsed;
    for (const action of actions) env.step(action);
    perStep.push((process.memoryUsage().heapUsed - before) / actions.length);
  }
  // The later half is compiled; a collection in between counts as negative, the middle leaves it out.
  const late = perStep.slice(30).sort((a, b) => a - b);
  const middle = late[15]!;
  expect(middle).toBeGreaterThan(0);
  // An observation is 1,036 bytes, an array or object for each of ten cars about as much.
  expect(middle).toBeLessThan(900);
});

import { expect, it } from 'vitest';
import { benchEnvironment } from '../../../server/cli/bench/environment.ts';
import { benchThreads } from '../../../server/cli/bench/threads.ts';
import { getEnvironment } from '../../../sim/registry.ts';

const clock = () => performance.now();

it('[ROBOT-27] measures an environment against the bare engine in one run', async () => {
  const factory = getEnvironment('hopper');
  const options = { factory, environmentOptions: {}, seconds: 0.3, seed: 0, clock };
  const result = await benchEnvironment(options);
  // The measure itself is for a quiet machine; here only that it is one.
  expect(result.engineRatio).toBeGreaterThan(0.3);
  expect(result.engineRatio).toBeLessThan(1.5);
  expect(result.engineStepsPerSecond).toBeGreaterThan(100);
  expect(result.createAgainMillis).toBeLessThan(result.createMillis + 1000);
});

it('[ROBOT-27] has no engine to compare with where there is none', async () => {
  const factory = getEnvironment('driving-easy');
  const options = { factory, environmentOptions: {}, seconds: 0.1, seed: 0, clock };
  expect(await benchEnvironment(options)).toMatchObject({ engineRatio: null });
});

it('[ROBOT-27] steps environments in several threads at once', async () => {
  const options = { env: 'hopper', option: {}, seconds: 0.2, seed: 0, counts: [1, 2] };
  const { stepsPerSecond, efficiency } = await benchThreads(options);
  expect(stepsPerSecond).toHaveLength(2);
  for (const steps of stepsPerSecond) expect(steps).toBeGreaterThan(100);
  expect(efficiency[0]).toBe(1);
  await expect(benchThreads({ ...options, env: 'nowhere' })).rejects.toThrow(
    /unknown id "nowhere"/,
  );
});

import { expect, test } from 'vitest';
import { evaluate } from '../../../agent/evaluation/evaluate.ts';
import type { Environment } from '../../../sim/contract.ts';
import { getEnvironment } from '../../../sim/registry.ts';
import { createPointExpert, createPointWorld, POINT_HORIZON } from '../point-world.ts';

const seeds = [1000, 1001, 1002, 1003, 1004];

test('[EVAL-4] the expert of a known world succeeds, standing still does not', async () => {
  const env = createPointWorld();
  const expert = createPointExpert(env);
  const good = await evaluate(env, (_ts, out) => expert.act(out), seeds);
  const bad = await evaluate(env, (_ts, out) => out.fill(0), seeds);
  expect(good.summary.episodes).toBe(5);
  expect(good.summary.success.mean).toBeGreaterThan(0.7);
  expect(bad.summary.success).toEqual({ mean: 0, iqm: 0, low: 0, high: 0 });
  expect(good.summary.return.low).toBeGreaterThan(bad.summary.return.high);
  expect(good.rows.map((row) => row.seed)).toEqual(seeds);
  expect(good.rows[0]).toMatchObject({ steps: POINT_HORIZON, end: 'truncated', cost: 0 });
});

test('[EVAL-4] a termination, its cost and its reason are in the row', async () => {
  const env = createPointWorld();
  const { rows } = await evaluate(env, (_ts, out) => out.fill(1), seeds);
  expect(rows.some((row) => row.end === 'terminated' && row.cost === 1)).toBe(true);
});

test('[EVAL-4] the same seeds give the same rows and intervals', async () => {
  const run = () => evaluate(createPointWorld(), (_ts, out) => out.fill(0.1), seeds);
  expect(await run()).toEqual(await run());
  await expect(evaluate(createPointWorld(), () => {}, [])).rejects.toThrow(/seeds: none/);
});

test('[EVAL-5] the driving world itself: an expert scores high, infractions are per kilometre', async () => {
  const factory = getEnvironment('driving-easy');
  const env = await factory.create();
  const expert = factory.createExpert!(env);
  const { summary, rows } = await evaluate(env, (_ts, out) => expert.act(out), [1000, 1001]);
  expect(summary.success.mean).toBe(1);
  expect(summary.routeCompletion?.mean).toBe(1);
  expect(summary.drivingScore?.mean).toBeCloseTo(100, 6);
  expect(summary.infractionsPerKm).toMatchObject({ crashVehicle: 0, crashObject: 0, outOfRoad: 0 });
  expect(rows[0]!.distance).toBeGreaterThan(50);
  env.close();
});

test('[EVAL-5] infractions per kilometre are counts over the whole distance', async () => {
  const env = createPointWorld();
  const driving: Environment = {
    ...env,
    step(action) {
      const ts = env.step(action);
      Object.assign(ts.info.metrics, { crashVehicle: 1, drivingScore: 50, distance: 500 });
      return ts;
    },
  };
  const { summary, rows } = await evaluate(driving, (_ts, out) => out.fill(0), seeds);
  expect(rows[0]?.infractions).toEqual({ crashVehicle: 1 });
  expect(summary.drivingScore?.mean).toBe(50);
  expect(summary.infractionsPerKm).toEqual({ crashVehicle: 2 });
  expect(summary.collisionFreeSuccess?.mean).toBe(0);
  const { summary: other } = await evaluate(createPointWorld(), (_ts, out) => out.fill(0), seeds);
  expect(other.drivingScore).toBeNull();
  expect(other.routeCompletion).toBeNull();
  expect(other.infractionsPerKm).toBeNull();
  expect(other.collisionFreeSuccess).toBeNull();
});

test('[EVAL-6] success counts as free of collisions only where nothing was hit', async () => {
  const env = createPointWorld();
  let episode = -1;
  const solved: Environment = {
    ...env,
    reset(seed) {
      episode++;
      return env.reset(seed);
    },
    step(action) {
      const ts = env.step(action);
      Object.assign(ts.info, { success: episode !== 3 });
      Object.assign(ts.info.metrics, { crashObject: episode === 1 ? 1 : 0, outOfRoad: 1 });
      return ts;
    },
  };
  const { rows, summary } = await evaluate(solved, (_ts, out) => out.fill(0), [0, 1, 2, 3]);
  expect(rows.map((row) => row.success)).toEqual([1, 1, 1, 0]);
  expect(rows.map((row) => row.collisionFreeSuccess)).toEqual([1, 0, 1, 0]);
  expect(summary.collisionFreeSuccess?.mean).toBe(0.5);
});

test('[EVAL-7] an evaluation pauses between steps, and ends with what the pause is rejected with', async () => {
  let left = 20;
  const pause = () => (--left > 0 ? undefined : Promise.reject(new Error('stopped')));
  const work = evaluate(createPointWorld(), (_ts, out) => out.fill(0), seeds, { pause });
  await expect(work).rejects.toThrow('stopped');
  expect(left).toBe(0);
});

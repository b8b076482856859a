import { expect, test } from 'vitest';
import { drivingScore } from '../../../agent/evaluation/driving-score.ts';
import { evaluate } from '../../../agent/evaluation/evaluate.ts';
import type { Environment } from '../../../sim/contract.ts';
import { createPointExpert, createPointWorld, POINT_HORIZON } from '../point-world.ts';

const seeds = [1000, 1001, 1002, 1003, 1004];

test('[EVAL-4] the expert of a known world succeeds, standing still does not', () => {
  const env = createPointWorld();
  const expert = createPointExpert(env);
  const good = evaluate(env, (_ts, out) => expert.act(out), seeds);
  const bad = evaluate(env, (_ts, out) => out.fill(0), seeds);
  expect(good.summary.episodes).toBe(5);
  expect(good.summary.success.mean).toBeGreaterThan(0.7);
  expect(bad.summary.success).toEqual({ mean: 0, iqm: 0, low: 0, high: 0 });
  expect(good.summary.return.low).toBeGreaterThan(bad.summary.return.high);
  expect(good.rows.map((row) => row.seed)).toEqual(seeds);
  expect(good.rows[0]).toMatchObject({ steps: POINT_HORIZON, end: 'truncated', cost: 0 });
});

test('[EVAL-4] a termination, its cost and its reason are in the row', () => {
  const env = createPointWorld();
  const { rows } = evaluate(env, (_ts, out) => out.fill(1), seeds);
  expect(rows.some((row) => row.end === 'terminated' && row.cost === 1)).toBe(true);
});

test('[EVAL-4] the same seeds give the same rows and intervals', () => {
  const run = () => evaluate(createPointWorld(), (_ts, out) => out.fill(0.1), seeds);
  expect(run()).toEqual(run());
  expect(() => evaluate(createPointWorld(), () => {}, [])).toThrow(/seeds: none/);
});

test('[EVAL-5] driving score: completion, share off the road and infractions', () => {
  const clean = { pedestrianCollisions: 0, vehicleCollisions: 0, objectCollisions: 0 };
  const record = { routeCompletion: 0.8, offRoadShare: 0, infractions: clean };
  expect(drivingScore(record)).toBeCloseTo(80, 12);
  const hit = { ...clean, vehicleCollisions: 2, objectCollisions: 1 };
  expect(drivingScore({ ...record, infractions: hit })).toBeCloseTo(80 / 3, 12);
  expect(drivingScore({ ...record, offRoadShare: 0.25 })).toBeCloseTo(60, 12);
});

test('[EVAL-5] a driving world gets a score and infractions per kilometre; others get none', () => {
  const env = createPointWorld();
  const driving: Environment = {
    ...env,
    step(action) {
      const ts = env.step(action);
      Object.assign(ts.info.metrics, {
        routeCompletion: ts.step / POINT_HORIZON,
        vehicleCollisions: 1,
        distance: 500,
        offRoadDistance: 50,
      });
      return ts;
    },
  };
  const { summary, rows } = evaluate(driving, (_ts, out) => out.fill(0), seeds);
  expect(rows[0]?.drivingScore).toBeCloseTo((100 * 0.9) / 1.7, 6);
  expect(summary.infractionsPerKm?.vehicleCollisions).toBeCloseTo(2, 12);
  const other = evaluate(createPointWorld(), (_ts, out) => out.fill(0), seeds).summary;
  expect(other.drivingScore).toBeNull();
  expect(other.routeCompletion).toBeNull();
});

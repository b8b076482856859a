import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAnswerTime } from '../../../agent/queries/answer-time.ts';
import {
  LABEL_SCHEDULES,
  labelsDue,
  type QueryStrategy,
  querySchema,
} from '../../../agent/queries/config.ts';
import { easeOf, information, selectQueries } from '../../../agent/queries/select.ts';
import { parseConfig } from '../../../sim/config.ts';

const segment = { episodeId: 'e', from: 0, to: 2 };
const candidate = (probabilities: number[], place = 0) => ({
  a: segment,
  b: segment,
  probabilities,
  features: Float32Array.of(place, place),
});
/** Members split; all unsure; all sure; all fairly sure. */
const split = candidate([0.02, 0.98], 0);
const unsure = candidate([0.5, 0.5], 1);
const sure = candidate([0.99, 0.99], 2);
const fair = candidate([0.8, 0.8], 3);
const pool = [fair, sure, unsure, split];

const first = (strategy: QueryStrategy, asked: Float32Array[] = []) =>
  selectQueries(pool, 1, { strategy }, createAnswerTime(), asked)[0]!.probabilities;

test('[QRY-4] each strategy takes the question it is named for', () => {
  expect(first('uniform')).toBe(fair.probabilities);
  expect(first('disagreement')).toBe(split.probabilities);
  expect(first('entropy')).toBe(unsure.probabilities);
  expect(first('easy-first')).toBe(sure.probabilities);
  expect(first('per-second')).toBe(split.probabilities);
  const asked = [0, 1, 2].map((x) => Float32Array.of(x, x));
  expect(first('k-centre', asked)).toBe(fair.probabilities);
  // The informative half, here split and fair; of these the one farthest from what was asked.
  expect(first('information', [Float32Array.of(3, 3)])).toBe(split.probabilities);
  expect(first('information', [Float32Array.of(0, 0)])).toBe(fair.probabilities);
});

test('[QRY-4] information is what members disagree about, between 0 and ln 2; ease is in [0, 1]', () => {
  const p = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(p, { minLength: 1, maxLength: 5 }), (list) => {
      expect(information(list)).toBeGreaterThanOrEqual(0);
      expect(information(list)).toBeLessThanOrEqual(Math.LN2 + 1e-12);
      expect(information([list[0]!, list[0]!])).toBeCloseTo(0, 9);
      expect(easeOf(list)).toBeGreaterThanOrEqual(0);
      expect(easeOf(list)).toBeLessThanOrEqual(1 + 1e-12);
    }),
  );
  expect(information([0, 1])).toBeCloseTo(Math.LN2, 12);
});

test('[QRY-5] schedules run from 0 to the whole budget and never fall', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(share, share, fc.integer({ min: 0, max: 2000 }), (x, y, budget) => {
      for (const schedule of LABEL_SCHEDULES) {
        const [early, late] = [Math.min(x, y), Math.max(x, y)];
        expect(labelsDue(schedule, early, budget)).toBeLessThanOrEqual(
          labelsDue(schedule, late, budget),
        );
        expect(labelsDue(schedule, 0, budget)).toBeCloseTo(0, 12);
        expect(labelsDue(schedule, 1, budget)).toBe(budget);
      }
    }),
  );
  const half = (schedule: (typeof LABEL_SCHEDULES)[number]) => labelsDue(schedule, 0.5, 1000);
  expect(half('constant')).toBe(500);
  expect(half('decreasing')).toBe(750);
  expect(half('increasing')).toBeLessThan(250);
});

test('[SRV-40] questions must be given time: expiries are more than 0', () => {
  for (const name of ['expirySeconds', 'expiryEpisodes'])
    expect(() => parseConfig('queries', querySchema, { [name]: 0 })).toThrow(
      `queries.${name}: is 0, allowed 1e-9 to Infinity`,
    );
});

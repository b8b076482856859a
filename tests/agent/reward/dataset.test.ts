import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Feedback, SOURCE_CODE } from '../../../agent/contract.ts';
import { scaleActions } from '../../../agent/nn/actions.ts';
import { completeRewardConfig } from '../../../agent/reward/config.ts';
import { createDataMaker, type Datum } from '../../../agent/reward/dataset.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

/** Steps that an override calls good; observations tell the step. */
function approved(length: number, earlier: [number, number], from: number, controlDt = 0.1) {
  const spec = { ...syntheticSpec(1, 1), controlDt };
  const episode = syntheticEpisode(spec, length, createRandom(1), { id: 'e' });
  for (let t = 0; t < length; t++) episode.observations[t] = t;
  for (let t = earlier[0]; t < earlier[1]; t++) episode.sources[t] = 1;
  for (let t = from; t < length; t++) episode.sources[t] = 1;
  const override: Feedback = {
    id: 'o',
    runId: 'r',
    teacherId: 't',
    shownAt: 0,
    answeredAt: 0,
    receivedAt: 0,
    responseMs: 0,
    kind: 'override',
    episodeId: 'e',
    from,
    to: length,
  };
  const data = createDataMaker(spec, completeRewardConfig({})).make(override, {
    get: () => episode,
  });
  const steps = (sign: 1 | -1) =>
    data
      .filter((datum: Datum) => datum.kind === 'sign' && datum.sign === sign)
      .flatMap((datum) => datum.parts.map((_, i) => datum.rows[2 * i]!))
      .sort((a, b) => a - b);
  return { good: steps(1), bad: steps(-1) };
}

describe('weak approval', () => {
  it('[RWD-28] is of at most 16 steps, evenly spread over what was undisturbed before the warning', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 100 }),
        fc.constantFrom(0.1, 0.05, 0.02),
        (calm, before, controlDt) => {
          // A takeover until `before`, `calm` undisturbed steps, a second of warning, the next takeover.
          const warned = before + calm;
          const from = warned + Math.round(1 / controlDt);
          const { good, bad } = approved(from + 5, [0, before], from, controlDt);
          expect(good.length).toBeLessThanOrEqual(16);
          expect(good.length).toBeGreaterThanOrEqual(Math.min(calm, 9));
          for (const t of good) {
            expect(t).toBeGreaterThanOrEqual(before);
            expect(t).toBeLessThan(warned);
          }
          const gaps = new Set(good.slice(1).map((t, i) => t - good[i]!));
          expect(gaps.size).toBeLessThanOrEqual(1);
          expect(bad).toEqual(Array.from({ length: from - warned }, (_, i) => warned + i));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('[RWD-28] comes with takeovers alone: an episode that nobody took over approves nothing', () => {
    const spec = syntheticSpec(1, 1);
    const maker = createDataMaker(spec, completeRewardConfig({}));
    const calm = syntheticEpisode(spec, 60, createRandom(1), { id: 'calm' });
    const base = {
      id: 'f',
      runId: 'r',
      teacherId: 't',
      shownAt: 0,
      answeredAt: 0,
      receivedAt: 0,
      responseMs: 0,
    };
    const segment = { episodeId: 'calm', from: 10, to: 20 };
    const episodes = { get: () => calm };
    for (const body of [
      { kind: 'reward', episodeId: 'calm', step: 30, value: 1 },
      { kind: 'preference', a: segment, b: { ...segment, from: 5, to: 15 }, choice: 'a' },
      { kind: 'demonstration', segment },
      { kind: 'estop', episodeId: 'calm', step: 40 },
    ] as const) {
      const data = maker.make({ ...base, ...body } as Feedback, episodes);
      expect(data.length).toBeGreaterThan(0);
      expect(data.filter((datum) => datum.kind === 'sign')).toEqual([]);
    }
    expect(approved(40, [0, 0], 0)).toEqual({ good: [], bad: [] });
  });
});

describe('a live reward', () => {
  /** Steps that a press at `step` of an episode of 40 steps is about, and their weights. */
  function credited(step: number, controlDt: number, creditDensity: 'uniform' | 'gamma') {
    const spec = { ...syntheticSpec(1, 1), controlDt };
    const episode = syntheticEpisode(spec, 40, createRandom(1), { id: 'e' });
    for (let t = 0; t < 40; t++) episode.observations[t] = t;
    const press: Feedback = {
      id: 'f',
      runId: 'r',
      teacherId: 't',
      shownAt: 0,
      answeredAt: 0,
      receivedAt: 0,
      responseMs: 0,
      kind: 'reward',
      episodeId: 'e',
      step,
      value: 1,
    };
    const config = completeRewardConfig({ creditDensity });
    const data = createDataMaker(spec, config).make(press, { get: () => episode });
    expect(data.length).toBe(1);
    const { rows, weights } = data[0]!;
    return { steps: [...weights].map((_, i) => rows[2 * i]!), weights: [...weights] };
  }

  it.each(['uniform', 'gamma'] as const)(
    '[RWD-33] in the first moment of an episode is about its first step (%s)',
    (density) => {
      for (const [step, controlDt] of [
        [0, 0.1],
        [1, 0.1],
        [2, 0.1],
        [9, 0.02],
        [1, 1],
      ] as const)
        expect(credited(step, controlDt, density)).toEqual({ steps: [0], weights: [1] });
      expect(credited(5, 0.1, density).steps).toEqual([0, 1, 2, 3]);
    },
  );

  it('[RWD-33] is about steps that had been shown, each with a weight above 0, 1 in all', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.constantFrom(0.02, 0.1, 0.15, 0.5),
        fc.constantFrom('uniform', 'gamma'),
        (step, controlDt, density) => {
          const { steps, weights } = credited(step, controlDt, density);
          for (const t of steps) expect(t).toBeLessThan(Math.max(1, step));
          for (const weight of weights) expect(weight).toBeGreaterThan(0);
          expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1);
        },
      ),
    );
  });
});

it('[CTRL-26] steps that were shared with the policy are compared with nothing it wanted', () => {
  const spec = { ...syntheticSpec(1, 1), controlDt: 0.1 };
  const episode = syntheticEpisode(spec, 20, createRandom(1), { id: 'e', human: [10, 14] });
  const pairs = () => {
    const override: Feedback = {
      ...{ id: 'o', runId: 'r', teacherId: 't', shownAt: 0, answeredAt: 0, receivedAt: 0 },
      responseMs: 0,
      kind: 'override',
      ...{ episodeId: 'e', from: 10, to: 14 },
    };
    const data = createDataMaker(spec, completeRewardConfig({})).make(override, {
      get: () => episode,
    });
    return data.filter(({ kind }) => kind === 'override').flatMap(({ parts }) => parts).length / 2;
  };
  expect(pairs()).toBe(4);
  episode.sources.fill(SOURCE_CODE.blend, 11, 14);
  expect(pairs()).toBe(1);
});

it('[CTRL-30] an answer on Live is about what the policy wanted in its step', () => {
  const spec = { ...syntheticSpec(1, 1), controlDt: 0.1 };
  const episode = syntheticEpisode(spec, 5, createRandom(1), { id: 'e' });
  for (const [decision, sign] of [
    ['allow', 1],
    ['deny', -1],
  ] as const) {
    const answer: Feedback = {
      id: 'a',
      runId: 'r',
      teacherId: 't',
      shownAt: 0,
      answeredAt: 0,
      receivedAt: 0,
      responseMs: 0,
      kind: 'approval',
      segment: { episodeId: 'e', from: 3, to: 4 },
      decision,
    };
    const data = createDataMaker(spec, completeRewardConfig({})).make(answer, {
      get: () => episode,
    });
    expect(data).toMatchObject([{ kind: 'sign', sign }]);
    expect(data[0]!.rows[0]).toBe(episode.observations[3]);
    const wanted = Float32Array.of(0);
    scaleActions(spec.actionSpace, episode.policyActions.subarray(3, 4), 1, wanted);
    expect(data[0]!.rows[1]).toBe(wanted[0]);
  }
});

it('[CF-12] an override and its later counterfactual are the data of one event with both', () => {
  const spec = syntheticSpec(2, 1);
  const random = createRandom(3);
  const real = syntheticEpisode(spec, 20, random, { id: 'e', human: [8, 16] });
  const branch = syntheticEpisode(spec, 6, random, { id: 'b' });
  const episodes = { get: (id: string) => (id === 'e' ? real : branch) };
  const base = { runId: 'r', teacherId: 't', shownAt: 0, answeredAt: 0, receivedAt: 0 };
  const takeover = { ...base, responseMs: 0, episodeId: 'e', from: 8, to: 16 };
  const counterfactual = { episodeId: 'b', from: 0, to: 6 };
  const make = (event: Feedback) =>
    createDataMaker(spec, completeRewardConfig({})).make(event, episodes);
  const first = make({ ...takeover, id: 'o', kind: 'override' });
  const second = make({
    ...takeover,
    id: 'o-cf',
    kind: 'counterfactual',
    overrideId: 'o',
    counterfactual,
  });
  expect(second.length).toBeGreaterThan(0);
  const both = make({ ...takeover, id: 'o', kind: 'override', counterfactual });
  expect([...first, ...second]).toEqual(both);
});

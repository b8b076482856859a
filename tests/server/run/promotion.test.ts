/** What a model has to show before it may be promoted. */
import { expect, test } from 'vitest';
import type { HeldOutComparison } from '../../../agent/reward/published.ts';
import { gateWords, stateWords } from '../../../server/protocol/index.ts';
import { gateOf, MARGIN } from '../../../server/run/promotion.ts';
import { gate, keptModel } from '../../contracts/models.ts';

/** The clip with the larger first number is the better one: `slope` 1 sees that, −1 the opposite. */
const seeing = keptModel(2, 1).reward;
const blind = keptModel(1, -1).reward;

function labels(n: number, wrong: number, teacherId = 'ada'): HeldOutComparison[] {
  return Array.from({ length: n }, (_, i) => ({
    ...{ feedbackId: `f${i}`, teacherId, fold: i % 3, split: 1 },
    ...{ choice: i < wrong ? 'b' : 'a', rows: Float32Array.of(2, 0, 1, 0) },
  }));
}

const unmet = (gate: Awaited<ReturnType<typeof gateOf>>) =>
  gate.conditions.filter(({ isMet }) => !isMet).map(({ name, missing }) => [name, missing]);

test('[PROMO-2] a first model has to be better than a coin on 30 comparisons; too few are counted', async () => {
  const few = await gateOf({ reward: seeing, heldOut: labels(20, 2) }, undefined, MARGIN);
  expect([few.passes, unmet(few)]).toEqual([false, [['labels', 10]]]);
  expect(gateWords(few)).toMatch(
    /^does not pass: right in 90 % .* of 20 comparisons by one person; there are too few comparisons: 10 more/,
  );
  const good = await gateOf({ reward: seeing, heldOut: labels(40, 8) }, undefined, MARGIN);
  expect(good).toMatchObject({ passes: true, labels: 40, accuracy: { right: 32, share: 0.8 } });
  expect(good.against).toBeNull();
  // 55 % are right: one-sided Wilson passes a half from 271 on.
  const slight = await gateOf({ reward: seeing, heldOut: labels(100, 45) }, undefined, MARGIN);
  const [[name, missing]] = unmet(slight) as [[string, number]];
  expect(name).toBe('coin');
  const enough = await gateOf(
    { reward: seeing, heldOut: labels(100 + missing + 1, Math.floor(0.45 * (100 + missing + 1))) },
    undefined,
    MARGIN,
  );
  expect([missing, enough.passes]).toEqual([171, true]);
  const coin = await gateOf({ reward: seeing, heldOut: labels(100, 50) }, undefined, MARGIN);
  expect(unmet(coin)).toEqual([['coin', null]]);
  expect(gateWords(coin)).toMatch(/not shown to be better than a coin: more would not help/);
});

test('[PROMO-2] a later one must not be worse than the promoted one by more than the margin, on the same comparisons', async () => {
  const heldOut = labels(60, 6);
  const against = (reward: typeof seeing) => ({ id: 'm1', reward });
  const same = await gateOf({ reward: seeing, heldOut }, against(seeing), MARGIN);
  expect(same.against).toMatchObject({ model: 'm1', right: 54, difference: { value: 0 } });
  // Nothing differs, and still so few say little: Wilson's intervals of each are wide.
  expect(unmet(same)).toEqual([['promoted', expect.any(Number)]]);
  const [[, missing]] = unmet(same) as [[string, number]];
  const more = labels(60 + missing, Math.round((60 + missing) / 10));
  expect((await gateOf({ reward: seeing, heldOut: more }, against(seeing), MARGIN)).passes).toBe(
    true,
  );
  const better = await gateOf({ reward: seeing, heldOut }, against(blind), MARGIN);
  expect(better).toMatchObject({ passes: true, against: { right: 6, difference: { value: 0.8 } } });
  const worse = await gateOf({ reward: blind, heldOut: labels(60, 54) }, against(blind), MARGIN);
  expect(worse.conditions.map(({ name }) => name)).toEqual(['labels', 'coin', 'promoted']);
  const lost = await gateOf({ reward: blind, heldOut }, against(seeing), MARGIN);
  expect(unmet(lost)).toEqual([
    ['coin', null],
    ['promoted', null],
  ]);
});

test('[PROMO-1] what programs said in people’s place is no label of people', async () => {
  const heldOut = [...labels(40, 0, 'synthetic-preference'), ...labels(3, 3, 'bob')];
  const gate = await gateOf({ reward: seeing, heldOut }, undefined, MARGIN);
  expect(gate).toMatchObject({ labels: 3, people: 1, accuracy: { right: 0 } });
  const nobody = await gateOf(
    { reward: seeing, heldOut: labels(40, 0, 'synthetic-x') },
    undefined,
    0,
  );
  expect([nobody.passes, nobody.accuracy]).toEqual([false, null]);
  expect(gateWords(nobody)).toMatch(/nobody has compared clips/);
});

test('[PROMO-6] what became of a model is said in words', () => {
  const [good, bad] = [gate(null), gate(null, false)];
  expect(stateWords({ state: 'waiting', gate: good })).toBe('waits');
  expect(stateWords({ state: 'waiting', gate: bad })).toBe('not promoted');
  expect(stateWords({ state: 'former', gate: good })).toBe('promoted before');
  expect(gateWords(gate('model-1'))).toBe(
    'passes: right in 100 % (50 % to 100 %) of 4 comparisons by one person, the promoted one in 100 %; difference 0 % (0 % to 0 %)',
  );
});

import { expect, test } from 'vitest';
import type { EndReason, ServerMessage } from '../../server/protocol/index.ts';
import { endReasonOf } from '../../trainer-ui/core/end-reason.ts';
import { createAppStore, reduce } from '../../trainer-ui/core/store.ts';
import { takeoverWords, totalsWords } from '../../trainer-ui/live/takeover-words.ts';

const nothing = {
  steps: 20,
  length: 20,
  cost: 0,
  return: 1,
  endReason: '',
  failed: false,
  humanReturn: 2,
  humanCost: 0,
  humanFailed: false,
  prevented: { cost: 0, failure: false, unneeded: true },
};
const ENDS: readonly EndReason[] = [
  { id: 'outOfRoad', label: 'off the road', severity: 'failure' },
  { id: 'crash', label: 'a crash', severity: 'failure' },
];
const of = (c: Partial<typeof nothing>, who = 'you') =>
  takeoverWords({ ...nothing, ...c }, endReasonOf(c.endReason ?? '', ENDS).label, 0.1, who);

test('[UI-30] a takeover says in words what would have happened', () => {
  expect(of({})).toEqual({
    verdict: 'unneeded',
    text: 'The agent alone would have had no cost in these 2.0 s either',
  });
  const failed = { failed: true, length: 14, cost: 12, endReason: 'outOfRoad' };
  const prevented = { cost: 12, failure: true, unneeded: false };
  expect(of({ ...failed, prevented })).toEqual({
    verdict: 'saved',
    text: 'You stepped in 1.4 s before the agent’s own drive would have ended: off the road (cost 12)',
  });
  expect(of({ ...failed, cost: 0, endReason: 'tippedOver', prevented }, 'ada').text).toBe(
    'ada stepped in 1.4 s before the agent’s own drive would have ended: tippedOver',
  );
});

test('[UI-30] damage that was not prevented, less, or more than without the person is told apart', () => {
  const both = { failed: true, humanFailed: true, endReason: 'crash', cost: 1, humanCost: 1 };
  expect(of({ ...both, prevented: { cost: 0, failure: false, unneeded: false } })).toEqual({
    verdict: 'vain',
    text: 'You stepped in 2.0 s before the agent’s own drive would have ended: a crash (cost 1); it could not be saved from there',
  });
  const less = {
    cost: 3.25,
    humanCost: 1,
    prevented: { cost: 2.25, failure: false, unneeded: false },
  };
  expect(of(less)).toEqual({
    verdict: 'saved',
    text: 'The agent alone would have had cost 3.3 in these 2.0 s; with you it was 1',
  });
  const more = { humanCost: 2, prevented: { cost: -2, failure: false, unneeded: true } };
  expect(of(more)).toEqual({
    verdict: 'unneeded',
    text: 'The agent alone would have had cost 0 in these 2.0 s; with you it was 2',
  });
  const same = { cost: 2, humanCost: 2 };
  expect(of(same).text).toBe(
    'The agent alone would have had cost 2 in these 2.0 s, the same as with you',
  );
});

test('[UI-30] an episode ends in the environment’s own words, or by the id it did not list', () => {
  expect(endReasonOf('outOfRoad', ENDS)).toEqual(ENDS[0]);
  const unlisted = { id: 'aborted', label: 'aborted', severity: 'neutral' };
  expect(endReasonOf('aborted', ENDS)).toEqual(unlisted);
  expect(endReasonOf('aborted', undefined)).toEqual(unlisted);
});

test('[UI-30] totals are counted in words', () => {
  const totals = { judged: 12, unneeded: 5, failuresPrevented: 3, costPrevented: 3 };
  expect(totalsWords(totals)).toBe(
    '12 takeovers · 3 failures prevented · 5 where the agent would have managed',
  );
  expect(totalsWords({ ...totals, judged: 1, unneeded: 0, failuresPrevented: 1 })).toBe(
    '1 takeover · 1 failure prevented · 0 where the agent would have managed',
  );
  expect(totalsWords({ ...totals, judged: 0 })).toBe('no takeovers yet');
});

test('[UI-30] the store keeps the newest report and the totals of the newest status', () => {
  const report = { type: 'override', feedbackId: 'o', counterfactual: null };
  const takeovers = { judged: 1, unneeded: 0, failuresPrevented: 1, costPrevented: 2 };
  const store = createAppStore();
  const told = { ...report, counterfactual: nothing };
  for (const message of [report, told, { type: 'status', takeovers }])
    store.setState(reduce(store.getState(), message as unknown as ServerMessage));
  expect(store.getState().lastOverride).toEqual(told);
  expect(store.getState().status?.takeovers).toEqual(takeovers);
});

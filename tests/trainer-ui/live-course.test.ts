import { expect, test } from 'vitest';
import { FLAG } from '../../server/protocol/index.ts';
import {
  createHistory,
  mostApart,
  SECONDS,
  scaleOf,
} from '../../trainer-ui/live/course/history.ts';

const frame = (time: number, more: object = {}) => ({
  ...{ live: 0, episodeNumber: 1, flags: 0, time, reward: time, predictedReward: Number.NaN },
  ...{ disagreement: Number.NaN, cost: 0, ...more },
});
const timesOf = (history: ReturnType<typeof createHistory>) => history.instants.map((i) => i.time);

test('[UI-74] the course keeps the last minute, with who drove and what cost', () => {
  const history = createHistory();
  for (let time = 0; time <= 90; time++) history.see(frame(time));
  history.see(frame(91, { flags: FLAG.human, predictedReward: 0.5, disagreement: 0.2, cost: 2 }));
  expect(timesOf(history)).toEqual(Array.from({ length: SECONDS }, (_, i) => 32 + i));
  expect(history.instants.at(-1)).toEqual({
    ...{ time: 91, reward: 91, learned: 0.5, disagreement: 0.2, isHuman: true, hasCost: true },
  });
  expect(history.instants[0]).toMatchObject({ isHuman: false, hasCost: false });
});

test('[UI-74] what a rewind undid is not in the course; another episode or simulation begins a new one', () => {
  const history = createHistory();
  for (let time = 1; time <= 8; time++) history.see(frame(time));
  // A branch counts as an episode of its own, and goes on from an earlier time.
  history.see(frame(5, { episodeNumber: 2, flags: FLAG.jump }));
  history.see(frame(6, { episodeNumber: 2 }));
  expect(timesOf(history)).toEqual([1, 2, 3, 4, 5, 6]);
  history.see(frame(0, { episodeNumber: 3, flags: FLAG.first | FLAG.jump }));
  expect(timesOf(history)).toEqual([0]);
  history.see(frame(1, { episodeNumber: 3 }));
  // Several have passed while nobody looked.
  history.see(frame(4, { episodeNumber: 8 }));
  expect(timesOf(history)).toEqual([4]);
  history.see(frame(7, { episodeNumber: 9, live: 1 }));
  expect(timesOf(history)).toEqual([7]);
});

test('[UI-74] the scale holds zero and every value; where there is none, none is told', () => {
  expect(scaleOf([0.5, Number.NaN, 2])).toEqual({ low: 0, high: 2 });
  expect(scaleOf([-3, -1])).toEqual({ low: -3, high: 0 });
  expect(scaleOf([0, 0])).toEqual({ low: -1, high: 1 });
  expect(scaleOf([Number.NaN])).toBeUndefined();
});

test('[UI-101] the lane of disagreement is as high as its greatest value; a model of one member tells none', () => {
  const at = (...values: number[]) => values.map((disagreement) => ({ disagreement }));
  expect(mostApart(at(Number.NaN, 0.1, 0.4))).toBe(0.4);
  expect(mostApart(at(0, 0))).toBeUndefined();
  expect(mostApart(at(Number.NaN))).toBeUndefined();
});

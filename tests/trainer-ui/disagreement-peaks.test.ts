import { expect, test } from 'vitest';
import { peaksOf } from '../../trainer-ui/episodes/disagreement-peaks.ts';

test('[UI-101] the moments offered are the highest, apart from each other, in order of time', () => {
  const values = Array<number>(40).fill(0.1);
  values[30] = 0.9;
  values[31] = 0.8; // of the same rise
  values[5] = 0.5;
  values[18] = 0.7;
  values[10] = Number.NaN;
  expect(peaksOf(values, 3)).toEqual([5, 18, 30]);
  values[38] = 0.6;
  expect(peaksOf(values, 3)).toEqual([18, 30, 38]);
});

test('[UI-101] where nothing sticks out, or nothing is known, no moment is offered', () => {
  expect(peaksOf([0.1, 0.1, 0.12], 1)).toEqual([]);
  expect(peaksOf([0, 0, 0], 1)).toEqual([]);
  expect(peaksOf([Number.NaN], 1)).toEqual([]);
});

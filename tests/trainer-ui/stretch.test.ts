import { expect, it } from 'vitest';
import { between, type Mark, markWords, within } from '../../trainer-ui/critique/stretch.ts';

it('[UI-49] a stretch is whole steps of the timeline, at least one, whichever end came first', () => {
  expect(between(2.3, 7.1, 20)).toEqual({ from: 2, to: 8 });
  expect(between(7.1, 2.3, 20)).toEqual({ from: 2, to: 8 });
  expect(between(5, 5, 20)).toEqual({ from: 5, to: 6 });
  expect(between(-3, 40, 20)).toEqual({ from: 0, to: 20 });
  expect(between(20, 20, 20)).toEqual({ from: 19, to: 20 });
});

it('[UI-49] marks of a part of an episode are cut to it', () => {
  const mark = (from: number, to: number): Mark => ({ id: `${from}`, from, to, value: 1 });
  const marks = [mark(0, 5), mark(8, 12), mark(14, 30), mark(30, 40)];
  expect(within(marks, 10, 10)).toEqual([
    { id: '8', from: 0, to: 2, value: 1 },
    { id: '14', from: 4, to: 10, value: 1 },
  ]);
});

it('[UI-49] a mark in words', () => {
  expect(markWords({ from: 12, to: 34, value: -1, tag: 'too close' }, 0.1)).toBe(
    'bad, 1.2 to 3.4 s, too close',
  );
});

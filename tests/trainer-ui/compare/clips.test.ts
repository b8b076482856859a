/** What the page says of clips, and the clock that shows them. */
import { expect, test } from 'vitest';
import { advance, createClock, toggle } from '../../../trainer-ui/compare/clip-clock.ts';
import { clipSummary, speedAt } from '../../../trainer-ui/compare/clip-summary.ts';
import { differences, PARTS } from '../../../trainer-ui/compare/differences.ts';

const END = [{ id: 'outOfRoad', label: 'off the road', severity: 'failure' as const }];
const clip = (speeds: number[], costs = speeds.map(() => 0)) => ({
  rows: speeds.length,
  dt: 0.5,
  speeds: Float32Array.from(speeds),
  costs: Float32Array.from(costs),
});

test('[UI-33] a clip is summed up in figures: how far in what time, cost, and how it ended', () => {
  expect(clipSummary(clip([10, 10, 20]), END)).toBe('15 m in 1.0 s · no cost');
  expect(clipSummary(clip([1, 1, 2], [0, 0, 2.04]), END)).toBe('1.5 m in 1.0 s · cost 2');
  const ended = (outcome: { reason: string; success: boolean; route: number }) =>
    clipSummary({ ...clip([4, 4]), outcome }, END);
  expect(ended({ reason: 'outOfRoad', success: false, route: 0.634 })).toBe(
    '2.0 m in 0.5 s · no cost · ends: off the road, 63 % of the route',
  );
  expect(ended({ reason: '', success: true, route: Number.NaN })).toBe(
    '2.0 m in 0.5 s · no cost · ends: success',
  );
});

test('[UI-33] without positions there is a time and no distance, and the speed is not a number', () => {
  const blind = clip([Number.NaN, Number.NaN]);
  expect(clipSummary(blind, END)).toBe('0.5 s · no cost');
  expect(speedAt(blind, 0)).toBeNaN();
  expect(speedAt(clip([1, 2, 3]), 0.6)).toBe(2);
  expect(speedAt(clip([1, 2, 3]), 99)).toBe(3);
});

/** One body that moves by `step(row)` metres along x. */
function moving(step: (row: number) => number, costs?: number[]) {
  const rows = 49;
  const poses = new Float32Array(rows * 7);
  let x = 100;
  for (let row = 0; row < rows; row++) {
    x += row === 0 ? 0 : step(row);
    poses[row * 7] = x;
  }
  return { rows, dt: 0.1, poses, costs: Float32Array.from(costs ?? Array(rows).fill(0)) };
}

test('[UI-34] the timeline marks where clips part, strongest where they part fastest', () => {
  const still = moving(() => 0);
  const late = moving((row) => (row > 24 ? 0.5 : 0));
  const marks = [...differences([still, late], 0)];
  expect(marks).toHaveLength(PARTS);
  expect(marks.slice(0, 24).every((m) => m === 0)).toBe(true);
  expect(marks.slice(25).every((m) => Math.abs(m - 1) < 1e-3)).toBe(true);
});

test('[UI-34] clips that are alike have no marks, wherever on the map they are', () => {
  const a = moving(() => 0.3);
  const b = moving(() => 0.3);
  for (let row = 0; row < b.rows; row++) b.poses[row * 7]! += 500;
  expect([...differences([a, b], 0)].some((m) => m > 0)).toBe(false);
  expect([...differences([a], 0), ...differences([a, b], -1)].some((m) => m > 0)).toBe(false);
});

test('[UI-34] damage in only one of them is marked', () => {
  const costs = Array(49).fill(0);
  costs[20] = 1;
  const marks = differences([moving(() => 0), moving(() => 0, costs)], 0);
  expect(marks.indexOf(1)).toBe(20);
  expect([...marks].filter((m) => m > 0)).toHaveLength(1);
});

test('[UI-35] clips play at the chosen speed, over and over or once', () => {
  const clock = createClock();
  advance(clock, 0.5, 2);
  expect(clock.time).toBe(0.5);
  clock.speed = 2;
  advance(clock, 0.5, 2);
  expect(clock.time).toBe(1.5);
  advance(clock, 1, 2); // 3.5 s: beyond the pause at the end
  expect(clock).toMatchObject({ time: 0, playing: true });
  clock.loop = false;
  clock.time = 1.9;
  advance(clock, 1, 2);
  expect(clock).toMatchObject({ time: 2, playing: false });
  toggle(clock, 2); // from the end: from the start
  expect(clock).toMatchObject({ time: 0, playing: true });
});

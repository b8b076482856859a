import { expect, test } from 'vitest';
import { isRestDue, LATER, REST, REST_AFTER, stretchOf } from '../../../trainer-ui/compare/rest.ts';

const MINUTE = 60_000;
/** An answer a minute. */
const times = Array.from({ length: 31 }, (_, i) => i * MINUTE);

test('[UI-78] a rest is due after 25 minutes of answers, and again ten minutes after "later"', () => {
  const due = (now: number, notBefore = 0) =>
    isRestDue(
      stretchOf(
        times.filter((time) => time <= now),
        now,
      ),
      now,
      notBefore,
    );
  expect(due(REST_AFTER - MINUTE)).toBe(false);
  expect(due(REST_AFTER)).toBe(true);
  expect(due(REST_AFTER + MINUTE, REST_AFTER + LATER)).toBe(false);
});

test('[UI-78] who has rested begins anew', () => {
  const end = times.at(-1)!;
  expect(stretchOf(times, end + REST - 1)?.answers).toBe(31);
  expect(stretchOf(times, end + REST)).toBeUndefined();
  const back = end + REST;
  expect(stretchOf([...times, back], back)).toMatchObject({ answers: 1, lasts: 0 });
  expect(stretchOf([], 0)).toBeUndefined();
});

test('[UI-78] the pace of all and of the last five minutes', () => {
  const now = times.at(-1)!;
  expect(stretchOf(times, now)?.pace).toBeCloseTo(31 / 30, 9);
  const slower = [...times, now + 4 * MINUTE];
  expect(stretchOf(slower, now + 4 * MINUTE)?.newestPace).toBeCloseTo(2 / 5, 9);
});

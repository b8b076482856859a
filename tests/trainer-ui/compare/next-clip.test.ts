import { expect, test } from 'vitest';
import { createNextClip } from '../../../trainer-ui/compare/next-clip.ts';

test('[UI-105] from an answer to the next picture: each answer once, the newest forty, median and 95 %', () => {
  const nextClip = createNextClip();
  expect(nextClip.drawn(5)).toBeUndefined(); // the first question follows no answer
  for (let i = 1; i <= 60; i++) {
    nextClip.answered(1000 * i);
    expect(nextClip.drawn(1000 * i + i)?.answers).toBe(Math.min(40, i));
    expect(nextClip.drawn(1000 * i + 500)).toBeUndefined(); // drawn again, as when it is widened
  }
  nextClip.answered(99_000);
  expect(nextClip.drawn(99_100)).toEqual({ answers: 40, medianMs: 41, slowMs: 59 });
});

import { expect, it } from 'vitest';
import { widenedSegments } from '../../../trainer-ui/compare/widen-segments.ts';

const segment = (from: number, to: number) => ({ episodeId: `e${from}`, from, to });

it('[UI-50] clips grow at both ends as far as their episodes go, and stay on one clock', () => {
  expect(widenedSegments([segment(30, 50), segment(4, 24)], [55, 400], 10)).toEqual({
    before: 4,
    segments: [
      { episodeId: 'e30', from: 26, to: 55 },
      { episodeId: 'e4', from: 0, to: 34 },
    ],
  });
});

it('[UI-50] an episode shorter than known before takes nothing away', () => {
  const { segments } = widenedSegments([segment(0, 20)], [10], 10);
  expect(segments).toEqual([{ episodeId: 'e0', from: 0, to: 20 }]);
});

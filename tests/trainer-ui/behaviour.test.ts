import { expect, test } from 'vitest';
import type { Place } from '../../server/protocol/index.ts';
import { dotsOf, extremes, HEIGHT, WIDTH } from '../../trainer-ui/learning/behaviour-places.ts';

const place = (episodeId: string, from: number, learned: number | null, x = 0, y = 0): Place => ({
  segment: { episodeId, from, to: from + 5 },
  ...{ x, y, learned, reward: -from },
});

test('[UI-69] best and worst are one of each episode, and none is both', () => {
  const places = [
    place('a', 0, 3),
    place('a', 5, 9),
    place('b', 0, 5),
    place('c', 0, -1),
    place('c', 5, -4),
    place('d', 0, null),
  ];
  const { best, worst } = extremes(places, 2);
  const names = (list: readonly Place[]) => list.map(({ segment: s }) => `${s.episodeId}${s.from}`);
  expect(names(best)).toEqual(['a5', 'b0']);
  expect(names(worst)).toEqual(['c5', 'a0']);
  expect(extremes([place('d', 0, null)], 2)).toEqual({ best: [], worst: [] });
  expect(names(extremes([place('a', 0, 1)], 2).worst)).toEqual([]);
});

test('[UI-69] every place is inside the picture, and shaded by what is learned, or true where nothing is', () => {
  const dots = dotsOf([place('a', 0, 1, -2, 7), place('b', 0, 3, 2, 0), place('c', 0, 2, 0, 3)]);
  for (const { cx, cy } of dots) {
    expect(cx).toBeGreaterThan(0);
    expect(cx).toBeLessThan(WIDTH);
    expect(cy).toBeGreaterThan(0);
    expect(cy).toBeLessThan(HEIGHT);
  }
  expect(dots.map(({ shade }) => shade)).toEqual([0, 1, 0.5]);
  expect(dots[0]!.cx).toBeLessThan(dots[1]!.cx);
  expect(dots[0]!.cy).toBeLessThan(dots[1]!.cy); // up is more
  expect(dotsOf([place('a', 0, null), place('a', 4, null)]).map((d) => d.shade)).toEqual([1, 0]);
  expect(dotsOf([place('a', 0, 1)])[0]).toMatchObject({ cx: WIDTH / 2, cy: HEIGHT / 2 });
});

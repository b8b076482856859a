import { expect, test } from 'vitest';
import { mapBehaviour, project } from '../../../server/run/behaviour.ts';
import { createRandom } from '../../../sim/random.ts';
import { recordEpisode } from './episode.ts';

const variance = (values: readonly number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((all, v) => all + (v - mean) ** 2, 0) / values.length;
};

test('[UI-69] the map’s axes are the principal components of columns that count alike', () => {
  const random = createRandom(3);
  // Three columns say one thing, two another, one nothing and one is noise of its own; in units of their own.
  const rows = Array.from({ length: 300 }, () => {
    const [a, b, c] = [random.normal(), random.normal(), random.normal()];
    return [a, 1000 * a, 3 - a, b, 5 * b, 7, 0.1 * c];
  });
  const { points, explained } = project(rows);
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const along = (values: readonly number[], column: number) => {
    const others = rows.map((row) => row[column]!);
    const products = values.map((v, i) => v * others[i]!);
    const means = [values, others].map((list) => list.reduce((p, q) => p + q, 0) / list.length);
    const covariance =
      products.reduce((p, q) => p + q, 0) / products.length - means[0]! * means[1]!;
    return Math.abs(covariance / Math.sqrt(variance(values) * variance(others)));
  };
  expect(variance(xs)).toBeCloseTo(1, 6);
  expect(along(xs, 0)).toBeGreaterThan(0.99);
  expect(along(ys, 3)).toBeGreaterThan(0.99);
  expect(along(xs, 3)).toBeLessThan(0.2);
  expect(explained).toBeGreaterThan(0.8); // five of six columns that vary
  expect(explained).toBeLessThan(0.87);
});

test('[UI-69] nothing that differs, or nothing at all, is a map all the same', () => {
  expect(project([])).toEqual({ points: [], explained: 0 });
  expect(
    project([
      [1, 2],
      [1, 2],
    ]),
  ).toEqual({
    points: [
      [0, 0],
      [0, 0],
    ],
    explained: 0,
  });
});

test('[UI-69] segments have the sums of both rewards, and are thinned evenly', () => {
  const episode = recordEpisode('e1', 23);
  const learned = Float32Array.from({ length: 23 }, (_, i) => i);
  const { places } = mapBehaviour([episode], [learned], 5, 100);
  expect(places.map(({ segment }) => [segment.from, segment.to])).toEqual([
    [0, 5],
    [5, 10],
    [10, 15],
    [15, 20],
  ]);
  expect(places.map((place) => place.learned)).toEqual([10, 35, 60, 85]);
  const sum = episode.envRewards.subarray(5, 10).reduce((a, b) => a + b, 0);
  expect(places[1]!.reward).toBeCloseTo(sum, 5);
  expect(mapBehaviour([episode], [undefined], 5, 2).places).toMatchObject([
    { segment: { from: 0 }, learned: null },
    { segment: { from: 10 }, learned: null },
  ]);
});

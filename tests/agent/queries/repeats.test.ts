import { expect, it } from 'vitest';
import type { Feedback, PreferenceChoice, Query } from '../../../agent/contract.ts';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import { createQuerySource } from '../../../agent/queries/queries.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const spec = syntheticSpec(3, 2);

function sourceOf(options: object, random = createRandom(5)) {
  const store = createEpisodeStore({ maxSteps: 10_000 });
  for (let i = 0; i < 8; i++) {
    const episode = syntheticEpisode(spec, 120, createRandom(i), { id: `e${i}`, end: 'truncated' });
    store.append(episode, 0, 120);
  }
  return createQuerySource(spec, options, 'r', store, undefined, random);
}

type Source = ReturnType<typeof sourceOf>;

function answer(source: Source, query: Query, choice: PreferenceChoice): void {
  const [a, b] = query.segments;
  const base = { id: query.id, runId: 'r', teacherId: 't', queryId: query.id };
  const times = { shownAt: 0, answeredAt: 0, receivedAt: 0, responseMs: 1000 };
  source.answered({ ...base, ...times, kind: 'preference', a: a!, b: b!, choice } as Feedback);
}

function interview(source: Source, n: number, choice: PreferenceChoice = 'a', batch = 4): Query[] {
  const asked: Query[] = [];
  while (asked.length < n) {
    for (const query of source.next(batch, 0, 0)) {
      asked.push(query);
      answer(source, query, choice);
    }
  }
  return asked;
}

const sides = (query: Query) => query.segments.map((s) => `${s.episodeId}:${s.from}`);
const pairOf = (query: Query) => sides(query).sort().join(' ');

it('[QRY-6] a share of the comparisons ask an earlier one again, once, long after, sides at random', () => {
  const asked = interview(sourceOf({ repeatShare: 0.2 }), 300);
  const repeats = asked.filter((query) => query.strategy === 'repeat');
  expect(repeats.length / asked.length).toBeGreaterThan(0.15);
  expect(repeats.length / asked.length).toBeLessThanOrEqual(0.2);
  expect(new Set(repeats.map(pairOf)).size).toBe(repeats.length);
  const swaps = repeats.map((query) => {
    const earlier = asked.find((other) => pairOf(other) === pairOf(query))!;
    expect(asked.indexOf(query) - asked.indexOf(earlier)).toBeGreaterThan(10);
    return sides(earlier)[0] !== sides(query)[0];
  });
  expect(new Set(swaps).size).toBe(2);
});

it('[QRY-6] what was skipped or called equal is not asked again, rankings neither', () => {
  for (const choice of ['skip', 'equal', 'incomparable'] as const) {
    const asked = interview(sourceOf({ repeatShare: 0.5 }), 80, choice);
    expect(asked.filter((query) => query.strategy === 'repeat')).toEqual([]);
  }
  const ranked = interview(sourceOf({ repeatShare: 0.5, kind: 'rank' }), 80);
  expect(ranked.filter((query) => query.strategy === 'repeat')).toEqual([]);
});

it('[QRY-6] what is saved goes on where it was', () => {
  const [randomA, randomB] = [createRandom(5), createRandom(6)];
  const first = sourceOf({ repeatShare: 0.3 }, randomA);
  interview(first, 60);
  const second = sourceOf({ repeatShare: 0.3 }, randomB);
  second.load(JSON.parse(JSON.stringify(first.save())));
  const state = new Float64Array(8);
  randomA.save(state, 0);
  randomB.load(state, 0);
  expect(interview(second, 40)).toEqual(interview(first, 40));
});

it('[QRY-6] shares out of range are refused', () => {
  for (const repeatShare of [-0.1, 0.6, Number.NaN])
    expect(() => sourceOf({ repeatShare })).toThrow(
      `queries.repeatShare: is ${repeatShare}, allowed 0 to 0.5`,
    );
});

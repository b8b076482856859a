/** What is learned of people of known character. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backend, loadBackend } from '../../../agent/backend/backend.ts';
import type { Feedback, Segment } from '../../../agent/contract.ts';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import { createRewardEnsemble, type RewardEnsemble } from '../../../agent/reward/ensemble.ts';
import { createNoise } from '../../../agent/reward/noise.ts';
import { createRandom, type Random } from '../../../sim/random.ts';
import { pointSpec, recordPointEpisodes } from '../point-world.ts';

const store = createEpisodeStore({ maxSteps: 10_000 });
for (const episode of recordPointEpisodes(30, 5)) store.add(episode);
const ids = store.ids();
let backend: Backend;
beforeAll(async () => {
  backend = await loadBackend({ deterministic: true });
});
const models: RewardEnsemble[] = [];
afterAll(() => {
  for (const model of models) model.dispose();
});

const base = { runId: 'r', shownAt: 0, answeredAt: 0, receivedAt: 0, responseMs: 0 };
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

function segment(random: Random): Segment {
  const episodeId = ids[random.integer(ids.length)]!;
  const from = random.integer(store.get(episodeId)!.length - 10);
  return { episodeId, from, to: from + 10 };
}

function returned({ episodeId, from, to }: Segment): number {
  return store
    .get(episodeId)!
    .envRewards.subarray(from, to)
    .reduce((sum, r) => sum + r, 0);
}

/** Difference of returns that is usual. */
const USUAL = (() => {
  const random = createRandom(3);
  const gaps = Array.from(
    { length: 500 },
    () => returned(segment(random)) - returned(segment(random)),
  );
  return Math.sqrt(gaps.reduce((sum, x) => sum + x * x, 0) / 500);
})();

/** Probability of 'a', given how far the left clip is better in usual differences. */
type Character = (gap: number) => number;
const good: Character = (gap) => sigmoid(3 * gap);
const coin: Character = () => 0.5;
const leftBiased: Character = (gap) => sigmoid(3 * gap + 1.5);

function createModel(seed: number): RewardEnsemble {
  const model = createRewardEnsemble(pointSpec(), {}, backend, createRandom(seed));
  models.push(model);
  for (const id of ids) model.observe(store.get(id)!, 0, store.get(id)!.length);
  return model;
}

type Answer = Extract<Feedback, { kind: 'preference' }>;

function ask(
  model: RewardEnsemble,
  teacherId: string,
  like: Character,
  n: number,
  random: Random,
): Answer[] {
  return Array.from({ length: n }, () => {
    const [a, b] = [segment(random), segment(random)];
    const isLeft = random.next() < like((returned(a) - returned(b)) / USUAL);
    const id = `${teacherId}-${random.integer(1e9)}`;
    const choice = isLeft ? 'a' : 'b';
    const answer: Answer = { ...base, kind: 'preference', a, b, choice, id, teacherId };
    model.feedback(answer, store);
    return answer;
  });
}

function session(model: RewardEnsemble): void {
  const { version } = model;
  for (let i = 0; i < 500 && model.version === version && model.update(); i++);
}

/** Answers come in three lots, each with a session of fitting. */
function teach(seed: number, people: Readonly<Record<string, Character>>) {
  const random = createRandom(seed, 7);
  const model = createModel(seed);
  const answers: Answer[] = [];
  for (let lot = 0; lot < 3; lot++) {
    for (const [name, like] of Object.entries(people))
      answers.push(...ask(model, name, like, 50, random));
    session(model);
  }
  return { model, answers };
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const SEEDS = [1, 2, 3, 4];

/** The pull that a logistic regression on the true returns finds in the same answers. */
function pullInTruth(answers: readonly Answer[]): number {
  const seen = answers.map(({ a, b, choice }) => ({
    gap: (returned(a) - returned(b)) / USUAL,
    isLeft: choice === 'a' ? 1 : 0,
  }));
  let [slope, pull] = [1, 0];
  for (let i = 0; i < 4000; i++) {
    const errors = seen.map(({ gap, isLeft }) => isLeft - sigmoid(slope * gap + pull));
    slope += 2 * mean(errors.map((error, k) => error * seen[k]!.gap));
    pull += 2 * mean(errors);
  }
  return pull;
}

test('[RWD-36] among three fair people a pull to the left is found within 0.3 logit from 150 answers', () => {
  const found = SEEDS.map((seed) => {
    const { model, answers } = teach(seed, { left: leftBiased, f1: good, f2: good, f3: good });
    const people = model.people();
    expect(people.map((person) => person.answers)).toEqual([150, 150, 150, 150]);
    const { side } = people.find(({ teacherId }) => teacherId === 'left')!;
    // What is in these answers, which is 1.5 give or take a quarter of a logit.
    const truth = pullInTruth(answers.filter(({ teacherId }) => teacherId === 'left'));
    expect([seed, side.low < truth && truth < side.high]).toEqual([seed, true]);
    return side.value;
  });
  expect(Math.abs(mean(found) - 1.5)).toBeLessThan(0.3);
});

test('[RWD-38] two coins beside two good people are told apart, and the intervals of their rationality do not meet', () => {
  for (const seed of SEEDS) {
    const people = teach(seed, { g1: good, g2: good, c1: coin, c2: coin }).model.people();
    const of = (name: string) => people.find(({ teacherId }) => teacherId === name)!.beta;
    for (const g of ['g1', 'g2'])
      for (const c of ['c1', 'c2']) expect(of(g).value).toBeGreaterThan(1.5 * of(c).value);
    expect(Math.min(of('g1').value, of('g2').value)).toBeGreaterThan(
      Math.max(of('c1').high, of('c2').high),
    );
  }
});

test('[RWD-38] from 150 answers each of them, 90 % of pairs of clips are ordered rightly', () => {
  const accuracies = SEEDS.map((seed) => {
    const random = createRandom(seed, 7);
    const model = createModel(seed);
    for (const [name, like] of Object.entries({ g1: good, g2: good, c1: coin, c2: coin }))
      ask(model, name, like, 150, random);
    session(model);
    const clips = Array.from({ length: 40 }, () => segment(random));
    const values = clips.map(({ episodeId, from, to }) => {
      const { observations, actions, observationSize: d, actionSize: k } = store.get(episodeId)!;
      const out = new Float32Array(to - from);
      const [o, a] = [observations.subarray(from * d, to * d), actions.subarray(from * k, to * k)];
      model.predict(o, a, to - from, out);
      return out.reduce((sum, r) => sum + r, 0);
    });
    const pairs = clips.flatMap((one, i) =>
      clips
        .slice(0, i)
        .map((other, j) => returned(one) > returned(other) === values[i]! > values[j]!),
    );
    return pairs.filter(Boolean).length / pairs.length;
  });
  expect(mean(accuracies)).toBeGreaterThan(0.9);
});

test('[RWD-37] alone, a teacher has the prior of both variances; among others, what they have in common', () => {
  const prior = { initial: 0, deviation: 0.6, common: 0.8 };
  const plain = { initial: 0, deviation: 1 };
  const settle = (answers: Readonly<Record<string, number>>, like: typeof plain) => {
    const noise = createNoise();
    for (const name of Object.keys(answers)) noise.value(`side/${name}`, like);
    for (let i = 0; i < 4000; i++) {
      // Answers that say 2 with a weight of their number.
      for (const [name, n] of Object.entries(answers)) {
        const value = noise.value(`side/${name}`, like);
        if (n > 0) noise.add(`side/${name}`, n * (value - 2));
      }
      noise.step(0.005, 1);
    }
    return (name: string) => noise.value(`side/${name}`, like);
  };
  // (2 n) / (n + 1 / 1²) either way.
  expect(settle({ ada: 3 }, prior)('ada')).toBeCloseTo(1.5, 2);
  expect(settle({ ada: 3 }, plain)('ada')).toBeCloseTo(1.5, 2);
  const crowd = settle({ a: 50, b: 50, c: 50, few: 0.5, none: 0 }, prior);
  expect(crowd('few')).toBeGreaterThan(settle({ few: 0.5 }, plain)('few') + 0.5);
  expect(crowd('none')).toBe(0);
});

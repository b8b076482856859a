/** Synthetic people, each as they are said to be, and one real server that they answer. */
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import {
  CHARACTER,
  CHARACTERS,
  choose,
  hire,
  thinkingTime,
} from '../../../cli/workforce/characters.ts';
import { Truth } from '../../../cli/workforce/truth.ts';
import { account, runWorkforce } from '../../../cli/workforce/workforce.ts';
import { createRandom } from '../../../sim/random.ts';
import { temporaryFolder } from '../../e2e/helpers.ts';
import { type ServeProcess, serve } from '../../server/serve-process.ts';

const N = 4000;

function rates(name: (typeof CHARACTERS)[number], isObvious = false) {
  const random = createRandom(1);
  const share = (better: 'a' | 'b', choice: 'a' | 'b') =>
    Array.from({ length: N }, () => choose(CHARACTER[name], { better, isObvious }, random)).filter(
      (c) => c === choice,
    ).length / N;
  return {
    right: (share('a', 'a') + share('b', 'b')) / 2,
    left: (share('a', 'a') + share('b', 'a')) / 2,
  };
}

test('[FORCE-1] each character is right and goes left as often as it is made', () => {
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const good = Math.log(0.92 / 0.08);
  const biased = (sigmoid(good + 1.5) + sigmoid(-good + 1.5)) / 2;
  const expected = {
    good: [0.92, 0.5],
    weak: [0.7, 0.5],
    random: [0.5, 0.5],
    flipped: [0.08, 0.5],
    'left-biased': [(sigmoid(good + 1.5) + sigmoid(good - 1.5)) / 2, biased],
    lazy: [0.5, 1],
    'fast-clicker': [0.5, 0.5],
    'gold-spotter': [0.5, 0.5],
    'drop-out': [0.92, 0.5],
  } as const;
  for (const name of CHARACTERS) {
    const { right, left } = rates(name);
    expect(Math.abs(right - expected[name][0])).toBeLessThan(0.03);
    expect(Math.abs(left - expected[name][1])).toBeLessThan(0.03);
  }
  expect(rates('gold-spotter', true).right).toBeGreaterThan(0.97);
  expect(Math.abs(rates('good', true).right - 0.92)).toBeLessThan(0.03);
  const usual = (name: 'good' | 'fast-clicker') =>
    Array.from({ length: 200 }, (_, i) =>
      thinkingTime(CHARACTER[name], 1000, createRandom(i)),
    ).sort((a, b) => a - b)[100]!;
  expect(usual('good')).toBeGreaterThan(700);
  expect(usual('fast-clicker')).toBeLessThan(100);
  expect(hire(5, 0.4)).toEqual(['weak', 'random', 'good', 'good', 'good']);
  expect(new Set(hire(20, 0.5)).size).toBe(CHARACTERS.length);
});

test('[FORCE-2] truth is what the environment rewarded over the clip, the same for everybody, ties included', async () => {
  const asked: string[] = [];
  const rewards: Record<string, number> = { flat: 0, higher: 1, high: 2, lower: -1, low: -2 };
  const truth = new Truth(async (path) => {
    asked.push(path);
    const { pathname, searchParams } = new URL(path, 'http://x');
    const [from, to] = ['from', 'to'].map((name) => Number(searchParams.get(name)));
    return {
      rewards: Array.from({ length: to! - from! }, () => rewards[pathname.split('/')[3]!]!),
    };
  });
  const clip = (episodeId: string, from = 0) => ({ episodeId, from, to: from + 5 });
  const judge = async (...clips: ReturnType<typeof clip>[]) => (await truth.judge(clips)).better;
  expect(await judge(clip('high'), clip('flat'))).toBe('a');
  expect(await judge(clip('low'), clip('flat'))).toBe('b');
  const tie = [clip('flat', 5), clip('flat', 50)];
  const first = await judge(...tie);
  expect(await judge(...tie.reverse())).toBe(first === 'a' ? 'b' : 'a');
  expect(asked).toHaveLength(5); // each clip once
  expect(await judge(clip('lower'), clip('higher'))).toBe('b');
  // Of all of these the best and the worst stand out.
  expect(await truth.judge([clip('low'), clip('high')])).toEqual({ better: 'b', isObvious: true });
  expect((await truth.judge([clip('flat', 5), clip('flat')])).isObvious).toBe(false);
});

test('[FORCE-3] what is lost, beyond overlap or given twice is counted', () => {
  const answer = (feedbackId: string, queryId: string, person: string) => ({
    ...{ feedbackId, queryId, person, isRight: true, ackMs: 1, nextMs: undefined },
    choice: 'a' as const,
  });
  const answers = [
    answer('1', 'q', 'ada'),
    answer('2', 'q', 'bob'),
    answer('3', 'r', 'ada'),
    answer('4', 'r', 'ada'),
  ];
  const log = new Set(['1', '2', '3']);
  expect(account(answers, log, 1)).toMatchObject({
    answers: 4,
    lost: 1,
    beyondOverlap: 2,
    twice: 1,
  });
  expect(account(answers, log, 2)).toMatchObject({ lost: 1, beyondOverlap: 0, twice: 1 });
});

describe('[FORCE-3] at a real server', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let server: ServeProcess;
  beforeAll(async () => {
    folder = temporaryFolder();
    const args = [
      '--env',
      'reacher',
      '--log-level',
      'error',
      '--overlap',
      '2',
      '--overlap-share',
      '0.5',
    ];
    server = await serve(folder.path, args);
  });
  afterAll(async () => {
    await server.end('SIGKILL');
    folder.remove();
  });

  it('eight people give sixty answers: none is lost, none is beyond overlap, and the sum holds', async () => {
    const report = await runWorkforce({
      ...{ urls: [server.url!], token: undefined, people: 8, answers: 60, paceMs: 50 },
      ...{ bad: 0.5, overlap: 2, seed: 1, onAnswer: () => {} },
    });
    expect(report).toMatchObject({ lost: 0, beyondOverlap: 0, twice: 0, errors: {} });
    expect(report.answers).toBeGreaterThanOrEqual(60);
    expect(report.queue).toMatchObject({ holds: true });
    expect(report.controlTicks!.steps).toBeGreaterThan(10);
  });
});

/** The rules that pause people, each against people of known character, at a real server over its own sockets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { CharacterName } from '../../../cli/workforce/characters.ts';
import { temporaryFolder, until } from '../../e2e/helpers.ts';
import { type ServeProcess, serve } from '../../server/serve-process.ts';
import { root } from '../../setup/sources.ts';
import { type Crew, type Member, member, openCrew } from './crew.ts';
import { MATRIX, matrixTable, type Rule } from './matrix.ts';

const RULES = ['--quiz', '10', '--gold', '0.3', '--repeats', '0.3', '--min-view', '0.25'];
const OVERLAP = ['--overlap', '2', '--overlap-share', '0.5'];

const wrong = (right: readonly boolean[]) => right.filter((isRight) => !isRight).length;
/** With two errors in all answers no known question pauses anybody, whichever of them are known. */
const steady = (name: string, character: CharacterName, from: number) =>
  member(name, character, from, (right) => wrong(right) <= 2, 80);
/** Three errors in the quiz. */
const failing = (name: string, character: CharacterName, from: number) =>
  member(name, character, from, (right) => wrong(right) >= 3, 10);

const people: readonly Member[] = [
  steady('ada', 'good', 1),
  steady('bob', 'good', 4000),
  steady('cyd', 'good', 8000),
  member('wim', 'weak', 3),
  failing('ray', 'random', 4),
  failing('flo', 'flipped', 5),
  member('lea', 'left-biased', 6),
  member('liz', 'lazy', 7),
  // Before three errors: whoever clicks so fast is found by that.
  member('fay', 'fast-clicker', 8, (right) => wrong(right) <= 2, 4),
  member('gil', 'gold-spotter', 9),
  steady('dot', 'drop-out', 12_000),
];
const of = (name: string) => people.find((one) => one.name === name)!;
const good = people.filter(({ character }) => character === 'good');

/** Why the rules paused each, in order. */
const found = new Map<string, string[]>();
const isFound = (name: string, reason: string) => (found.get(name) ?? []).includes(reason);

describe('who is paused', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let server: ServeProcess;
  let crew: Crew;
  beforeAll(async () => {
    folder = temporaryFolder();
    const args = ['--env', 'reacher', '--log-level', 'error', ...RULES, ...OVERLAP];
    server = await serve(folder.path, args);
    crew = openCrew(server.url!);
    // What questions look like is known from the first one on, and a quiz waits until there is gold for it.
    await crew.shift([member('first', 'good', 1)], 1);
    await until('gold for a quiz', async () => ((await crew.ask('/api/gold')) as []).length >= 20);
  });
  afterAll(async () => {
    await server.end('SIGKILL');
    folder.remove();
  });

  async function work(members: readonly Member[], answers: number): Promise<void> {
    await crew.shift(members, answers);
    const quality = await crew.quality();
    for (const { name, isPaused } of members) {
      const { state, reason } = quality.of(name).standing;
      expect([name, isPaused]).toEqual([name, state === 'paused']);
      if (state === 'paused') found.set(name, [...(found.get(name) ?? []), reason!]);
    }
  }

  async function letIn(one: Member): Promise<number> {
    const path = `/api/people/${one.name}/resume`;
    const { answers } = (await crew.tell(path, { reason: 'once more' })) as { answers: number };
    one.isPaused = false;
    return answers;
  }

  /** Whom the rule has to find is let in again and asked more, to an end. */
  async function untilFound(one: Member, rule: Rule, reason: string): Promise<void> {
    if (MATRIX[one.character][rule] !== 'found') return;
    while (!isFound(one.name, reason) && one.answers.length < 900) {
      if (one.isPaused) await letIn(one);
      await work([one], 50);
    }
  }

  function check(rule: Rule, reason: string): void {
    const said = people.flatMap(({ name, character }) => {
      const cell = MATRIX[character][rule];
      return cell === 'either'
        ? []
        : [[name, character, isFound(name, reason) ? 'found' : 'passes']];
    });
    const expected = people.flatMap(({ name, character }) => {
      const cell = MATRIX[character][rule];
      return cell === 'either' ? [] : [[name, character, cell]];
    });
    expect(said).toEqual(expected);
  }

  it('[FORCE-5] the first ten questions are the quiz, and what is counted of it is what each of them knew', async () => {
    await work(people, 10);
    const quality = await crew.quality();
    for (const { name, answers } of people) {
      const { quiz } = quality.of(name).standing;
      const first = answers.slice(0, 10);
      expect([name, quiz.n]).toEqual([name, first.length]);
      expect([name, quiz.right]).toEqual([name, first.filter(({ isRight }) => isRight).length]);
    }
    check('quiz', 'quiz');
    check('viewing', 'too-fast');
  });

  it('[FORCE-5] whoever was let in again is paused by known questions and repeats, and good people never', async () => {
    for (const one of people.filter(({ isPaused }) => isPaused)) await letIn(one);
    await work(people, 40);
    // Few of those were known, or repeats paused them first.
    for (const one of people) await untilFound(one, 'known questions', 'answers');
    check('known questions', 'answers');
    for (const { name, isPaused } of good) expect([name, isPaused]).toEqual([name, false]);
  });

  it('[FORCE-5] what a paused person answered counts no more, is asked of others, and counts again once they are let in', async () => {
    const ray = of('ray');
    const before = (await crew.quality()).of('ray');
    const { quiz, gold, repeats, state } = before.standing;
    const others = ray.answers.length - before.answers;
    expect(state).toBe('paused');
    expect(others).toBeGreaterThan(0);
    // What is left are the questions that tell of the person.
    expect(before.answers).toBeGreaterThanOrEqual(quiz.n + gold.n + repeats.n);
    const asked = () => {
      const elsewhere = new Set(good.flatMap(({ answers }) => answers.map((a) => a.queryId)));
      for (const one of people)
        if (one !== ray) for (const { queryId } of one.answers) elsewhere.add(queryId);
      return ray.answers.filter(({ queryId }) => elsewhere.has(queryId)).length;
    };
    for (let i = 0; i < 6 && asked() < others; i++) await work(good, 5);
    expect(asked()).toBe(others);
    expect(await letIn(ray)).toBe(others);
    expect((await crew.quality()).of('ray').answers).toBe(ray.answers.length);
    expect(await crew.ask('/api/queue')).toMatchObject({ holds: true });
  });

  it('[FORCE-5] whoever knows gold from other questions is right in it, and is found by repeats alone', async () => {
    await untilFound(of('gil'), 'repeats alone', 'repeats');
    check('repeats alone', 'repeats');
    const { gold } = (await crew.quality()).of('gil').standing;
    expect(gold.right / gold.n).toBeGreaterThan(0.85);
  });
});

test('[FORCE-5] docs/people.md has the table of who is found by what', () => {
  const text = readFileSync(join(root, 'docs/people.md'), 'utf8');
  expect(
    text
      .split('\n')
      .filter((line) => matrixTable().split('\n').includes(line))
      .join('\n'),
  ).toBe(matrixTable());
});

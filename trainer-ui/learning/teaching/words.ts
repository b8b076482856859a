/** Who taught what, as it is read. */
import type { TeachingReply } from '../../../server/protocol/index.ts';

type Person = TeachingReply['people'][number];
type Kind = Person['said'][number]['kind'];
type Takeover = TeachingReply['takeovers'][number];

/** In the order of their columns. */
const KINDS: Readonly<Partial<Record<Kind, readonly [one: string, many: string]>>> = {
  preference: ['comparison', 'comparisons'],
  ranking: ['ranking', 'rankings'],
  rating: ['rating', 'ratings'],
  reward: ['reward', 'rewards'],
  override: ['takeover', 'takeovers'],
  critique: ['marked stretch', 'marked stretches'],
  correction: ['correction', 'corrections'],
  demonstration: ['demonstration', 'demonstrations'],
  approval: ['permission', 'permissions'],
  estop: ['stop', 'stops'],
};
const ORDER = Object.keys(KINDS) as Kind[];

/** Those that anybody gave. */
export const kindsOf = (people: readonly Person[]): Kind[] =>
  ORDER.filter((kind) => people.some(({ said }) => said.some((one) => one.kind === kind)));

/** Of a column: `Comparisons`. */
export function headOf(kind: Kind): string {
  const [, many] = KINDS[kind] ?? [kind, kind];
  return many[0]!.toUpperCase() + many.slice(1);
}

/** `1 comparison`, `3 takeovers`. */
export function countWords(kind: Kind, count: number): string {
  const [one, many] = KINDS[kind] ?? [kind, kind];
  return `${count} ${count === 1 ? one : many}`;
}

/** Answers of one person from which on a reward model is mostly their taste, and answers before which nothing is said. */
const MOST_OF_ONE = 0.8;
const LEAST = 20;

/** What to do, where one person said nearly all, or nobody said which of two is better. */
export function adviceOf(people: readonly Person[]): string {
  const all = people.reduce((sum, { count }) => sum + count, 0);
  const [most] = people;
  if (!most || all < LEAST) return '';
  const asked = people.some(({ said }) =>
    said.some(({ kind }) => ['preference', 'ranking', 'rating'].includes(kind)),
  );
  if (!asked) return 'Nobody has compared anything yet: a minute under Compare tells it more.';
  if (people.length > 1 && most.name !== null && most.count > MOST_OF_ONE * all)
    return `${most.name} said ${Math.round((100 * most.count) / all)} % of it: it learns their taste; ask others too.`;
  return '';
}

/** What happened before a takeover, and how long it was; `dt`: seconds of a step. */
export function takeoverWords({ before, steps }: Takeover, dt: number): string {
  const seconds = (n: number) => `${(n * dt).toFixed(n * dt < 0.1 ? 2 : 1)} s`;
  const since = before === 0 ? 'at once' : `after ${before} steps by itself (${seconds(before)})`;
  return `${since}, for ${steps} (${seconds(steps)})`;
}

/** What arrives from actors, whatever happened to it on the way. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { restOf, sliceEpisode } from '../../../agent/episode/chunks.ts';
import { type Arrived, Gapless, Ordered } from '../../../server/nats/intake.ts';
import type { Steps } from '../../../server/nats/messages.ts';
import { recordEpisode } from '../run/episode.ts';

const message = (sequence: number, hasMore = false, session = 'a'): Arrived => ({
  ...{ session, sequence, hasMore },
  bytes: new TextEncoder().encode(`${sequence} `),
});
const numbers = (whole: Uint8Array[]) =>
  whole.map((bytes) => new TextDecoder().decode(bytes).trim().split(' ').map(Number));

it('[NATS-6] messages come once and in order, whatever is repeated and whichever is faster', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 120 }), (random) => {
      const ordered = new Ordered();
      // In any order and any number of times, and then all of them.
      const all = [...random, ...Array.from({ length: 20 }, (_, i) => i + 1)];
      const taken = all.flatMap((n) => numbers(ordered.take(message(n))));
      expect(taken.flat()).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      expect(ordered.repeated).toBe(random.length);
    }),
  );
});

it('[NATS-6] parts are one message again; actors have their own numbers', () => {
  const ordered = new Ordered();
  expect(ordered.take(message(2))).toEqual([]);
  expect(ordered.take(message(1, true, 'b'))).toEqual([]);
  expect(numbers(ordered.take(message(1, true)))).toEqual([[1, 2]]);
  expect(numbers(ordered.take(message(2, false, 'b')))).toEqual([[1, 2]]);
});

it('[NATS-3] an actor has left once all that it sent is here, or lost', () => {
  const ordered = new Ordered();
  expect(ordered.received('a')).toBe(0);
  ordered.take(message(1));
  ordered.take(message(3));
  expect(ordered.received('a')).toBe(1);
  ordered.take(message(2));
  expect(ordered.received('a')).toBe(3);
});

it('[NATS-7] where a message is lost for good the others go on, and half a message is never taken', () => {
  const ordered = new Ordered();
  const taken = [message(1), message(2, true)].flatMap((m) => numbers(ordered.take(m)));
  // 3, the end of what 2 began, is lost.
  for (let n = 4; n < 400; n++) taken.push(...numbers(ordered.take(message(n))));
  expect(taken[0]).toEqual([1]);
  expect(taken.every((bytes) => bytes.length === 1)).toBe(true);
  expect(taken.slice(1).flat()).toEqual(Array.from({ length: 395 }, (_, i) => i + 5));
});

it('[NATS-7] nothing more is taken of an episode of which steps are missing', () => {
  const { end: _end, ...steps } = recordEpisode('e1', 30);
  const open = { ...steps, end: 'open' as const };
  const chunk = (from: number, to: number, id = 'e1'): Steps => ({
    type: 'chunk',
    chunk: {
      ...sliceEpisode({ ...open, ...(to === 30 ? { end: 'terminated' } : {}) }, from, to),
      id,
    },
  });
  const whole = (id: string) => ({ ...steps, end: 'terminated' as const, id });
  const rest = (id: string): Steps => ({ type: 'rest', rest: restOf(whole(id)), endReason: 'end' });
  const gapless = new Gapless();
  const told = (...all: Steps[]) => all.map((one) => gapless.take('a', one)?.type);
  expect(told(chunk(0, 10), chunk(20, 30), rest('e1'))).toEqual(['chunk', undefined, undefined]);
  expect(told(chunk(10, 20, 'e2'), chunk(20, 30, 'e2'), rest('e2'))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(told(chunk(0, 10, 'e3'), chunk(10, 30, 'e3'))).toEqual(['chunk', 'chunk']);
  expect(gapless.take('a', rest('e3'))).toEqual({
    ...{ type: 'episode', episode: whole('e3'), endReason: 'end' },
  });
  expect(told(rest('e3'))).toEqual([undefined]);
  // Of an actor that has gone nothing is waited for.
  expect(told(chunk(0, 30, 'e4'))).toEqual(['chunk']);
  gapless.leave('a');
  expect(told(rest('e4'))).toEqual([undefined]);
});

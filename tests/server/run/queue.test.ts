import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Change, Queue } from '../../../server/run/queue.ts';
import { disagree } from '../../../server/run/verdict.ts';
import type { Assignment } from '../../../server/storage/contract.ts';

const NONE = { leased: 0, answered: 0, skipped: 0, expired: 0 };
const TTL = 60_000;
const asked = (id: string, overlap = 1) => ({ id, runId: 'r', overlap });
const states = (changes: readonly Change[] | undefined) =>
  changes?.map(({ after }) => `${after.teacherId} ${after.state}`);

function queueOf(...queries: ReturnType<typeof asked>[]) {
  let last = 0;
  const queue = new Queue(NONE, () => ++last);
  for (const query of queries) queue.offer(query);
  const ids = queries.map((query) => query.id);
  const lease = (teacherId: string, now = 0, most = 1) =>
    queue.lease(teacherId, most, ids, now, TTL);
  const answer = (teacherId: string, queryId: string, verdict: string | undefined, now = 1) =>
    queue.answer({ queryId, teacherId, feedbackId: `${teacherId}-${queryId}`, verdict }, now);
  return { queue, lease, answer };
}

test('[PEOPLE-1] nobody gets a query that somebody else has, and nobody gets one twice', () => {
  const { queue, lease, answer } = queueOf(asked('p'), asked('q'));
  expect(lease('ada')[0]!.after.queryId).toBe('p');
  expect(lease('bob')[0]!.after.queryId).toBe('q');
  expect(lease('cyd')).toEqual([]);
  answer('ada', 'p', 'a');
  expect(lease('ada')).toEqual([]);
  expect(queue.counts).toEqual({ served: 2, answered: 1, skipped: 0, expired: 0, open: 1 });
});

test('[PEOPLE-2] overlap asks as many people, and one more only where they disagree', () => {
  for (const [second, third] of [
    ['a', []],
    ['b', ['cyd leased']],
  ] as const) {
    const { lease, answer } = queueOf(asked('q', 2));
    expect(states([...lease('ada'), ...lease('bob'), ...lease('cyd')])).toHaveLength(2);
    answer('ada', 'q', 'a');
    answer('bob', 'q', second);
    expect(states(lease('cyd'))).toEqual(third);
    expect(states(lease('dan'))).toEqual([]);
  }
  expect(disagree(['3/5', '4/5'])).toBe(false);
  expect(disagree(['2/5', '4/5'])).toBe(true);
});

test('[PEOPLE-3] a lease that nobody looks at runs out, and the query goes to somebody else', () => {
  const { queue, lease } = queueOf(asked('q'));
  lease('ada');
  queue.extend((row) => row.teacherId === 'ada', 30_000, TTL);
  expect(queue.sweep(TTL)).toEqual([]);
  expect(states(queue.sweep(30_000 + TTL))).toEqual(['ada expired']);
  expect(states(lease('bob', 100_000))).toEqual(['bob leased']);
});

test('[PEOPLE-4] an answer under a lease that ran out counts only while the query lacks answers', () => {
  const early = queueOf(asked('q'));
  early.lease('ada');
  early.queue.sweep(TTL);
  expect(states(early.answer('ada', 'q', 'a', TTL + 1))).toEqual(['ada answered']);
  const late = queueOf(asked('q'));
  late.lease('ada');
  late.queue.sweep(TTL);
  late.lease('bob', TTL + 1);
  const [change] = late.answer('ada', 'q', 'a', TTL + 2)!;
  expect(change!.after).toMatchObject({ state: 'expired', feedbackId: 'ada-q' });
  expect(states(late.answer('bob', 'q', 'b'))).toEqual(['bob answered']);
  expect(late.answer('cyd', 'q', 'b')).toBeUndefined();
  expect(late.queue.counts).toEqual({ served: 2, answered: 1, skipped: 0, expired: 1, open: 0 });
});

test('[PEOPLE-4] an old token does not answer for a newer lease', () => {
  const { queue, lease, answer } = queueOf(asked('q'));
  const [first] = lease('ada');
  answer('ada', 'q', 'a');
  const [taken, again] = queue.retract('q', 'ada-q', 2, TTL);
  expect(again!.after.token).toBeGreaterThan(taken!.after.token);
  const named = { queryId: 'q', teacherId: 'ada', verdict: 'b' };
  const { token } = first!.after;
  expect(states(queue.answer({ ...named, token, feedbackId: 'stale' }, 3))).toEqual([
    'ada expired',
  ]);
  const now = { ...named, token: again!.after.token, feedbackId: 'new' };
  expect(states(queue.answer(now, 4))).toEqual(['ada answered']);
  expect(queue.counts).toEqual({ served: 2, answered: 1, skipped: 0, expired: 1, open: 0 });
});

test('[PEOPLE-5] what one person skips others are asked, until three have skipped it', () => {
  const { queue, lease, answer } = queueOf(asked('q'));
  for (const name of ['ada', 'bob', 'cyd']) {
    expect(states(lease(name))).toEqual([`${name} leased`]);
    answer(name, 'q', undefined);
    expect(lease(name)).toEqual([]);
  }
  expect(lease('dan')).toEqual([]);
  expect(queue.has('q')).toBe(false);
});

test('[PEOPLE-6] what could not be written is as if it had not been', () => {
  const { queue, lease, answer } = queueOf(asked('q'));
  const leased = lease('ada');
  const before = queue.counts;
  const changes = answer('ada', 'q', 'a')!;
  queue.undo(changes);
  expect(queue.counts).toEqual(before);
  expect(queue.heldBy('ada')).toEqual(leased.map((change) => change.after));
  queue.undo(leased);
  expect(queue.counts.served).toBe(0);
  expect(states(lease('bob'))).toEqual(['bob leased']);
});

// ------------------------------------------------------------------ any order of events

const PEOPLE = ['ada', 'bob', 'cyd', 'dan'];
const person = fc.constantFrom(...PEOPLE);
const number = fc.nat(5);
const event = fc.oneof(
  fc.record({ kind: fc.constant('lease' as const), person, most: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    kind: fc.constant('answer' as const),
    person,
    number,
    verdict: fc.constantFrom('a', 'b', undefined),
    isCurrent: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('retract' as const), number }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(2 * TTL) }),
  fc.record({ kind: fc.constant('release' as const), person }),
  fc.record({ kind: fc.constant('withdraw' as const), number }),
  fc.record({ kind: fc.constant('fail' as const), person }),
);

/** What the disk holds, from the changes alone. */
function replay(rows: Map<number, Assignment>, changes: readonly Change[]): void {
  for (const { after } of changes) rows.set(after.token, after);
}

test('[PEOPLE-6] whatever happens in whatever order, the sum holds and overlap is kept', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 6 }),
      fc.array(event, { maxLength: 80 }),
      (overlaps, events) => {
        const queries = overlaps.map((overlap, i) => asked(`q${i}`, overlap));
        const { queue } = queueOf(...queries);
        const ids = queries.map((query) => query.id);
        const rows = new Map<number, Assignment>();
        let now = 0;
        let feedback = 0;
        for (const e of events) {
          now++;
          if (e.kind === 'wait') now += e.ms;
          const queryId = 'number' in e ? ids[e.number % ids.length]! : '';
          switch (e.kind) {
            case 'lease':
              replay(rows, queue.lease(e.person, e.most, ids, now, TTL));
              break;
            case 'fail':
              queue.undo(queue.lease(e.person, 2, ids, now, TTL));
              break;
            case 'answer': {
              const own = [...rows.values()].filter(
                (r) => r.teacherId === e.person && r.queryId === queryId,
              );
              const token = e.isCurrent ? undefined : own[0]?.token;
              const answer = {
                queryId,
                teacherId: e.person,
                token,
                feedbackId: `f${feedback++}`,
                verdict: e.verdict,
              };
              replay(rows, queue.answer(answer, now) ?? []);
              break;
            }
            case 'retract': {
              const row = [...rows.values()].find(
                (r) => r.queryId === queryId && r.state === 'answered',
              );
              if (row) replay(rows, queue.retract(queryId, row.feedbackId!, now, TTL));
              break;
            }
            case 'wait':
              replay(rows, queue.sweep(now));
              break;
            case 'release':
              replay(rows, queue.release(e.person, now));
              break;
            case 'withdraw':
              replay(rows, queue.withdraw(queryId, now));
              break;
          }
          expectAccounted(queue, [...rows.values()]);
          for (const query of queries)
            expectOverlap(
              query,
              [...rows.values()].filter((r) => r.queryId === query.id),
            );
        }
      },
    ),
    { numRuns: 400 },
  );
});

function expectAccounted(queue: Queue, rows: readonly Assignment[]): void {
  const of = (state: string) => rows.filter((row) => row.state === state).length;
  const { served, answered, skipped, expired, open } = queue.counts;
  expect(served).toBe(answered + skipped + expired + open);
  expect({ served, answered, skipped, expired, open }).toEqual({
    served: rows.length,
    answered: of('answered'),
    skipped: of('skipped'),
    expired: of('expired'),
    open: of('leased'),
  });
}

function expectOverlap(query: ReturnType<typeof asked>, rows: readonly Assignment[]): void {
  const counted = rows.filter((row) => row.state !== 'expired');
  const people = counted.map((row) => row.teacherId);
  expect(new Set(people).size).toBe(people.length);
  const taken = counted.filter((row) => row.state !== 'skipped');
  expect(taken.length).toBeLessThanOrEqual(query.overlap + (query.overlap > 1 ? 1 : 0));
}

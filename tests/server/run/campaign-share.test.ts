/** Nobody gives more of a campaign's answers than one person may, however many answer at once. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Campaigns } from '../../../server/campaigns/campaigns.ts';
import { FIRST, mostOf, Shares } from '../../../server/campaigns/shares.ts';
import { NO_RULES } from '../../../server/contract.ts';
import { progressWords } from '../../../server/protocol/index.ts';
import { Queue } from '../../../server/run/queue.ts';
import { RUN } from '../../contracts/storage.ts';
import { openCrowd } from './crowd.ts';

let crowd: Awaited<ReturnType<typeof openCrowd>>;
let campaigns: Campaigns;
beforeEach(async () => {
  crowd = await openCrowd(NO_RULES);
  campaigns = new Campaigns({ storage: crowd.storage, runId: RUN.id, nameOf: (id) => id });
});
afterEach(() => crowd.close());

type Person = ReturnType<typeof crowd.person>;

async function answersBy(id: string): Promise<Map<string, number>> {
  const by = new Map<string, number>();
  for (const { teacherId, state } of await crowd.storage.answersOf(id))
    if (state === 'answered') by.set(teacherId, (by.get(teacherId) ?? 0) + 1);
  return by;
}

const isAtMost = ({ name }: Person) => {
  const told = crowd.parts.campaign.message(name);
  return told?.type === 'campaign' && told.campaign.isAtMost;
};

/** Everybody answers at the same time, again and again. */
async function workAtOnce(all: readonly Person[], rounds: number, check = async () => {}) {
  for (const one of all) await one.ask();
  for (let round = 0; round < rounds; round++) {
    await crowd.supply();
    await Promise.all(all.map((one) => one.answer()));
    await check();
  }
  await crowd.supply();
}

test('[CAMP-9] with a budget of 20 answers and 40 % by one, nobody gives more than 8, also over a restart', async () => {
  const all = ['ada', 'bob', 'cyd'].map((name) => crowd.person(name, 'good'));
  const [ada] = all as [Person];
  const id = await crowd.start({ most: 0.4, budget: { unit: 'answers', most: 20 } });
  for (const one of all) await one.open();
  await workAtOnce([ada], 5);
  await crowd.restart();
  await workAtOnce([ada], 12);
  expect((await answersBy(id)).get('ada')).toBe(8);
  expect([ada.held.size, isAtMost(ada)]).toEqual([0, true]);
  for (const one of all) await one.open();
  await workAtOnce(all, 12);
  expect([...(await answersBy(id)).values()].every((n) => n <= 8)).toBe(true);
  const reply = await campaigns.find(id);
  expect([reply.state, reply.progress.answers, reply.progress.largest]).toEqual(['ended', 20, 8]);
  expect(progressWords(reply)).toContain('one person gave 8 of 20, at most 40 %');
  expect(crowd.faults).toEqual([]);
});

test('[CAMP-9] without a budget of answers the share grows with what others give, and whoever waited is asked again', async () => {
  const all = ['ada', 'bob', 'cyd'].map((name) => crowd.person(name, 'good'));
  const [ada, ...others] = all as [Person, ...Person[]];
  const id = await crowd.start({ most: 0.4 });
  for (const one of all) await one.open();
  await workAtOnce([ada], FIRST + 4);
  expect([(await answersBy(id)).get('ada'), ada.held.size]).toEqual([FIRST, 0]);
  expect(isAtMost(ada)).toBe(true);
  const check = async () => {
    const by = await answersBy(id);
    const total = [...by.values()].reduce((sum, n) => sum + n, 0);
    for (const n of by.values())
      expect(n).toBeLessThanOrEqual(Math.max(FIRST, Math.ceil(0.4 * total)));
  };
  await workAtOnce(others, 10, check);
  expect(isAtMost(ada)).toBe(false);
  await workAtOnce(all, 8, check);
  expect((await answersBy(id)).get('ada')).toBeGreaterThan(FIRST);
  expect(crowd.faults).toEqual([]);
});

test('[CAMP-9] in whatever order people are given, answer late, take back and let go, nobody has more than one may', () => {
  const terms = { most: 0.5, budget: { unit: 'answers', most: 6 } } as const;
  const most = mostOf(terms, 0);
  const person = fc.constantFrom('ada', 'bob', 'cyd');
  const number = fc.nat(7);
  const event = fc.oneof(
    fc.record({
      kind: fc.constant('lease' as const),
      person,
      most: fc.integer({ min: 1, max: 8 }),
    }),
    fc.record({ kind: fc.constant('fail' as const), person }),
    fc.record({ kind: fc.constant('answer' as const), person, number }),
    fc.record({ kind: fc.constant('retract' as const), person, number }),
    fc.record({ kind: fc.constant('wait' as const) }),
    fc.record({ kind: fc.constant('release' as const), person }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      let token = 0;
      let now = 0;
      const shares = new Shares();
      const queue = new Queue({ leased: 0, answered: 0, skipped: 0, expired: 0 }, () => ++token, {
        count: (row, by) => shares.count(row, by),
        mayHaveMore: (teacherId) => shares.mayHaveMore(teacherId, terms),
      });
      const ids = Array.from({ length: 8 }, (_, i) => `q${i}`);
      for (const id of ids) queue.offer({ id, runId: 'r', overlap: 2 });
      const taken = new Map<number, { teacherId: string; state: string }>();
      const note = (changes: ReturnType<Queue['lease']> = []) => {
        for (const { after } of changes) taken.set(after.token, after);
      };
      for (const e of events) {
        now += 1;
        const queryId = 'number' in e ? ids[e.number]! : '';
        if (e.kind === 'lease') note(queue.lease(e.person, e.most, ids, now, 50));
        else if (e.kind === 'fail') queue.undo(queue.lease(e.person, 3, ids, now, 50));
        else if (e.kind === 'answer')
          note(
            queue.answer(
              { queryId, teacherId: e.person, feedbackId: `${e.person}${queryId}`, verdict: 'a' },
              now,
            ),
          );
        else if (e.kind === 'retract')
          note(queue.retract(queryId, `${e.person}${queryId}`, now, 50));
        else if (e.kind === 'release') note(queue.release(e.person, now));
        else {
          now += 60;
          note(queue.sweep(now));
        }
        for (const name of ['ada', 'bob', 'cyd']) {
          const own = [...taken.values()].filter(
            ({ teacherId, state }) =>
              teacherId === name && (state === 'leased' || state === 'answered'),
          );
          expect(own.length).toBeLessThanOrEqual(most);
        }
      }
    }),
    { numRuns: 300 },
  );
});

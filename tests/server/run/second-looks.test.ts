/** A share of the questions is asked of two people: which ones is decided by their ids alone, and nobody is asked both times. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stableShare } from '../../../server/actors/stable-share.ts';
import { Campaigns } from '../../../server/campaigns/campaigns.ts';
import { NO_RULES } from '../../../server/contract.ts';
import { askedWords, progressWords } from '../../../server/protocol/index.ts';
import { RUN } from '../../contracts/storage.ts';
import { openCrowd } from './crowd.ts';

/** Ids as they come: counted up, random, or any words. */
const ids = fc.oneof(
  fc
    .tuple(fc.nat(1e6), fc.nat(1e9))
    .map(([run, from]) => Array.from({ length: 3000 }, (_, i) => `run-${run}-q${from + i}`)),
  fc.uniqueArray(fc.uuid(), { minLength: 3000, maxLength: 3000 }),
  fc.string().map((words) => Array.from({ length: 3000 }, (_, i) => `${words} ${i}`)),
);

test('[PEOPLE-7] of any ids the share that is asked of two is the one wanted, within 5 standard deviations of chance', () => {
  fc.assert(
    fc.property(ids, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (all, share) => {
      const looked = all.filter((id) => stableShare(id) < share).length;
      const deviation = Math.sqrt(all.length * share * (1 - share));
      expect(Math.abs(looked - all.length * share)).toBeLessThan(5 * deviation + 1);
    }),
    { numRuns: 60 },
  );
});

test('[PEOPLE-7] a question falls on the same side for ever, a larger share has the smaller one in it, and audits are others', () => {
  // By sha256sum: the first 48 bits. Another hash would move questions that wait from one side to the other.
  expect(stableShare('q') * 2 ** 48).toBe(0x8e35c2cd3bf6);
  expect(stableShare('run-1-q1') * 2 ** 48).toBe(0x375a2e0a8f33);
  fc.assert(
    fc.property(fc.string(), fc.double({ min: 0, max: 1, noNaN: true }), (id, share) => {
      const side = stableShare(id);
      expect(side).toBe(stableShare(id));
      expect(side >= 0 && side < 1).toBe(true);
      if (side < share / 2) expect(side).toBeLessThan(share);
    }),
  );
  // What a certified model is audited on says nothing of what two people are asked: 5σ of a share of 0.3.
  const audited = Array.from({ length: 8000 }, (_, i) => `run-1-q${i}`).filter(
    (id) => stableShare(`audit ${id}`) < 0.5,
  );
  const both = audited.filter((id) => stableShare(id) < 0.3).length / audited.length;
  expect(Math.abs(both - 0.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / audited.length));
});

let crowd: Awaited<ReturnType<typeof openCrowd>>;
beforeEach(async () => {
  crowd = await openCrowd(NO_RULES);
});
afterEach(() => crowd.close());

test('[CAMP-10] two people are asked 30 % of a campaign’s questions, over a restart, none of them twice; progress says how many', async () => {
  const campaigns = new Campaigns({
    ...{ storage: crowd.storage, runId: RUN.id },
    nameOf: (id) => id,
  });
  const all = ['ada', 'bob', 'cyd'].map((name) => crowd.person(name, 'good'));
  const id = await crowd.start({ people: 2, share: 0.3 });
  for (const one of all) await one.open();
  await crowd.work(all, 15);
  await crowd.restart();
  for (const one of all) await one.ask();
  await crowd.work(all.toReversed(), 15);
  const rows = (await crowd.storage.answersOf(id)).filter(({ state }) => state === 'answered');
  const askedOf = new Map<string, string[]>();
  for (const { queryId, teacherId } of rows)
    askedOf.set(queryId, [...(askedOf.get(queryId) ?? []), teacherId]);
  for (const [queryId, people] of askedOf) {
    expect(new Set(people).size).toBe(people.length);
    // Two, and a third where they disagree.
    expect(people.length).toBeLessThanOrEqual(stableShare(queryId) < 0.3 ? 3 : 1);
  }
  const looked = [...askedOf].filter(([queryId]) => stableShare(queryId) < 0.3);
  const shared = looked.filter(([, people]) => people.length > 1).length;
  // All but those that wait for their second answer.
  expect(looked.length - shared).toBeLessThanOrEqual(6);
  expect(shared).toBeGreaterThanOrEqual(8);
  const reply = await campaigns.find(id);
  expect(reply.progress).toMatchObject({ questions: askedOf.size, shared, answers: rows.length });
  expect(askedWords(reply.terms)).toBe('compare, 2 people each, of 30 %');
  const of = Math.round((100 * shared) / askedOf.size);
  expect(progressWords(reply)).toContain(
    `; ${shared} of ${askedOf.size} questions (${of} %) answered by two or more`,
  );
  expect(crowd.faults).toEqual([]);
});

test('[PEOPLE-7] what was rejected is asked of somebody else, never again of whoever said it', async () => {
  const [ada, bob] = [crowd.person('ada', 'good'), crowd.person('bob', 'good')];
  await crowd.work([ada], 6);
  const [first] = (await crowd.storage.assignmentsTo(RUN.id, 'ada')).filter(
    ({ state }) => state === 'answered',
  );
  const { feedbackId, queryId } = first!;
  await crowd.parts.reviews.decide({
    ...{ id: 'r1', feedbackId: feedbackId!, verdict: 'ask-again', reason: 'look once more' },
    reviewer: 'sup',
  });
  const before = ada.seen.length;
  await crowd.work([ada], 12);
  expect(ada.seen.length).toBeGreaterThan(before);
  expect(ada.seen.slice(before).map(({ id }) => id)).not.toContain(queryId);
  await crowd.work([bob], 40);
  expect(bob.seen.map(({ id }) => id)).toContain(queryId);
  const counted = (await crowd.storage.assignmentsOf(queryId)).filter(
    ({ state }) => state === 'answered',
  );
  expect(counted.map(({ teacherId }) => teacherId)).toEqual(['bob']);
});

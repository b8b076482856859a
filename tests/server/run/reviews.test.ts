/** Supervisors look at answers: what they reject counts no more, is asked again where they say so, and comes back when undone. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLabelSet } from '../../../agent/reward/label-set.ts';
import { NO_RULES, type ReviewRequest } from '../../../server/contract.ts';
import { workOf } from '../../../server/kpis/work.ts';
import { openCrowd } from './crowd.ts';

let crowd: Awaited<ReturnType<typeof openCrowd>>;
beforeEach(async () => {
  crowd = await openCrowd(NO_RULES);
});
afterEach(() => crowd.close());

let made = 0;
const decide = (
  feedbackId: string,
  verdict: ReviewRequest['verdict'],
  more: Partial<ReviewRequest> = {},
) => {
  const base = { id: `r${made++}`, feedbackId, verdict, reason: 'seen', reviewer: 'sup' };
  return crowd.parts.reviews.decide({ ...base, ...more });
};
const counting = async () => (await crowd.storage.answeredAssignments('run-1')).length;
const usable = async () => (await workOf(crowd.storage, 'run-1')).usable;

/** n answers of ada, oldest first. */
async function answers(n: number) {
  const ada = crowd.person('ada', 'good');
  await crowd.work([ada], n);
  const rows = await crowd.storage.assignmentsTo('run-1', 'ada');
  return rows.filter((row) => row.state === 'answered');
}

test('[REV-1] a rejected answer counts nowhere until that is undone, over a restart, and then as before', async () => {
  const [first] = await answers(6);
  const before = await crowd.storage.answeredAssignments('run-1');
  await decide(first!.feedbackId!, 'remove');
  expect(await counting()).toBe(5);
  expect(crowd.rejected.at(-1)).toEqual([first!.feedbackId]);
  expect((await usable()).has(first!.feedbackId!)).toBe(false);
  await crowd.restart();
  expect(crowd.rejected.at(-1)).toEqual([first!.feedbackId]);
  expect((await crowd.parts.queries.recount()).isSame).toBe(true);
  await decide(first!.feedbackId!, 'undo');
  expect(await crowd.storage.answeredAssignments('run-1')).toEqual(before);
  expect(crowd.rejected.at(-1)).toEqual([]);
  expect((await usable()).size).toBe(6);
});

test('[REV-2] asked again is what was rejected so, and of somebody else; what was removed is not', async () => {
  const [first, second] = await answers(6);
  await decide(first!.feedbackId!, 'remove');
  await decide(second!.feedbackId!, 'ask-again');
  const bob = crowd.person('bob', 'good');
  await crowd.work([bob], 40);
  const asked = new Set(bob.seen.map(({ id }) => id));
  expect([asked.has(first!.queryId), asked.has(second!.queryId)]).toEqual([false, true]);
});

test('[REV-3] a fix counts in its place; undone, the answer does, and the fix does not', async () => {
  const [first] = await answers(3);
  const id = first!.feedbackId!;
  await expect(decide(id, 'fix')).rejects.toThrow(/choice/);
  await decide(id, 'fix', { id: 'r-fix', choice: 'equal' });
  expect(crowd.rejected.at(-1)).toEqual([id]);
  expect([...(await usable())]).toContain('fix-r-fix');
  const log = (await crowd.storage.readFeedback('run-1', 0)).map(({ feedback }) => feedback);
  const [answer, fix] = [log.find((f) => f.id === id)!, log.find((f) => f.id === 'fix-r-fix')!];
  expect(fix).toMatchObject({ teacherId: 'sup', choice: 'equal' });
  expect(fix).toMatchObject({ a: (answer as { a: object }).a });
  // Sent once more, it is the same decision.
  await decide(id, 'fix', { id: 'r-fix', choice: 'equal' });
  expect((await crowd.storage.readFeedback('run-1', 0)).length).toBe(log.length);
  await decide(id, 'undo');
  expect(crowd.rejected.at(-1)).toEqual(['fix-r-fix']);
  expect([...(await usable())]).not.toContain('fix-r-fix');
});

test('[REV-1] pausing and rejecting do not undo each other', async () => {
  const [first] = await answers(4);
  const id = first!.feedbackId!;
  await decide(id, 'remove');
  await crowd.parts.watch.pause('ada', 'x', 'sup');
  await crowd.parts.watch.resume('ada', 'y', 'sup');
  expect(await counting()).toBe(3);
  await crowd.parts.watch.pause('ada', 'x', 'sup');
  await decide(id, 'undo');
  expect(await counting()).toBe(0);
  const [second] = (await crowd.storage.assignmentsTo('run-1', 'ada')).slice(1);
  await decide(second!.feedbackId!, 'remove'); // of somebody who is paused
  await crowd.parts.watch.resume('ada', 'y', 'sup');
  expect(await counting()).toBe(3);
  expect(crowd.parts.queries.report.holds).toBe(true);
});

test('[REV-4] answers to the same clips stand side by side, disputed until somebody decides', async () => {
  const [first] = await answers(2);
  const log = (await crowd.storage.readFeedback('run-1', 0)).map(({ feedback }) => feedback);
  const answer = log.find((f) => f.id === first!.feedbackId)!;
  const other = (answer as { choice: string }).choice === 'a' ? 'b' : 'a';
  await crowd.storage.appendFeedback({
    ...answer,
    id: 'bobs',
    teacherId: 'bob',
    choice: other,
  } as never);
  const { reviews } = crowd.parts;
  const [disputed, ...none] = await reviews.list('disputed', 10);
  expect(none).toEqual([]);
  expect(disputed!.answers.map(({ teacherId, counts }) => [teacherId, counts])).toEqual([
    ['ada', true],
    ['bob', true],
  ]);
  expect(disputed!.segments).toHaveLength(2);
  await decide('bobs', 'remove');
  expect(await reviews.list('disputed', 10)).toEqual([]);
  const [decided] = await reviews.list('decided', 10);
  expect(decided!.answers[1]).toMatchObject({ counts: false, review: { verdict: 'remove' } });
  expect((await reviews.list('new', 10)).map(({ queryId }) => queryId)).not.toContain(
    first!.queryId,
  );
  await decide('bobs', 'undo');
  expect(await reviews.list('disputed', 10)).toHaveLength(1);
  await decide(first!.feedbackId!, 'accept');
  expect(await reviews.list('disputed', 10)).toEqual([]);
  const events = (await crowd.storage.readAudit(0, 1e6)).map(({ body }) => JSON.parse(body));
  const reviewed = events.filter((e) => e.action === 'answer.reviewed');
  expect(reviewed.map((e) => [e.actor, e.objectId, e.reason])).toEqual([
    ['sup', 'bobs', 'remove'],
    ['sup', 'bobs', 'undo'],
    ['sup', first!.feedbackId, 'accept'],
  ]);
});

test('[REV-4] nobody decides about their own answer, about what is none, or undoes nothing', async () => {
  const [first] = await answers(1);
  const id = first!.feedbackId!;
  await expect(decide(id, 'remove', { reviewer: 'ada' })).rejects.toThrow(/own answer/);
  await expect(decide('nothing', 'remove')).rejects.toThrow(/no answer/);
  await expect(decide(id, 'undo')).rejects.toThrow(/nobody has decided/);
  expect(await crowd.storage.listReviews('run-1')).toEqual([]);
});

test('[REV-1] the reward model leaves out rejected feedback beside people, and takes it back', () => {
  const labels = createLabelSet(1, { count() {} } as never);
  const datum = (feedbackId: string, teacherId: string) =>
    ({ kind: 'rating', feedbackId, teacherId, fold: 0, rows: [], parts: [] }) as never;
  labels.add([datum('f1', 'ada'), datum('f2', 'ada'), datum('f3', 'bob')]);
  const ids = () => labels.data.map(({ feedbackId }) => feedbackId);
  expect(labels.exclude(['bob'], ['f1'])).toBe(true);
  expect(ids()).toEqual(['f2']);
  expect(labels.exclude([], ['f1'])).toBe(true);
  expect(ids()).toEqual(['f2', 'f3']);
  expect(labels.exclude([], [])).toBe(true);
  expect(ids()).toEqual(['f1', 'f2', 'f3']);
});

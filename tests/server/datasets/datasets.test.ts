/** Datasets of what synthetic people answered: what is in them, what is left out and why, and that they do not change. */
import { hash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Feedback } from '../../../agent/contract.ts';
import { NO_RULES } from '../../../server/contract.ts';
import { Datasets } from '../../../server/datasets/datasets.ts';
import { RUN } from '../../contracts/storage.ts';
import { openCrowd } from '../run/crowd.ts';

let crowd: Awaited<ReturnType<typeof openCrowd>>;
let datasets: Datasets;
const open = async (gold = 0) => {
  crowd = await openCrowd({ ...NO_RULES, gold });
  datasets = new Datasets({ storage: crowd.storage, run: RUN, nameOf: (id) => `~${id}` });
};
beforeEach(() => open());
afterEach(() => crowd.close());

/** What somebody answered last. */
async function newest(teacherId: string): Promise<Feedback> {
  const log = await crowd.storage.readFeedback(RUN.id, 0);
  return log.findLast(({ feedback }) => feedback.teacherId === teacherId)!.feedback;
}

async function erase(subject: string, withAnswers: boolean): Promise<void> {
  const asked = { id: 'x1', subject, withAnswers, requestedBy: 'o', requestedAt: 1 };
  const done = { approvedBy: 'o', approvedAt: 1, doneAt: null, result: null };
  await crowd.storage.putErasure({ ...asked, ...done });
  await crowd.storage.erase('x1', 5);
}

test('[DATA-2] it holds the answers that count, as the log has them without words, and says why others are left out', async () => {
  const [ada, bob, eve] = ['ada', 'bob', 'eve'].map((name) => crowd.person(name, 'good')) as [
    ReturnType<typeof crowd.person>,
    ReturnType<typeof crowd.person>,
    ReturnType<typeof crowd.person>,
  ];
  await crowd.work([ada], 2); // of no campaign
  const id = await crowd.start({ people: 2, rate: 30 });
  for (const one of [ada, bob, eve]) await one.open();
  await crowd.work([ada, bob, eve], 6);
  const { kind: _, ...said } = (await newest('bob')) as Extract<Feedback, { kind: 'preference' }>;
  const base = { ...said, id: 'undo', queryId: undefined, lease: undefined };
  await crowd.give(
    JSON.parse(JSON.stringify({ ...base, kind: 'retraction', feedbackId: said.id })),
  );
  await crowd.parts.watch.pause('eve', 'careless', 'grace');
  await crowd.parts.background.settle(5000);

  const made = await datasets.find(await datasets.make(id, 'grace', 9));
  const { sheet } = made;
  expect(made).toMatchObject({ version: 1, campaignId: id, madeBy: '~grace', madeAt: 9 });
  expect(sheet.people.map(({ teacherId, answers }) => [teacherId, answers]).sort()).toEqual([
    ['ada', 6],
    ['bob', 5],
  ]);
  expect(sheet).toMatchObject({ answers: 11, parent: null, campaign: { version: 1 } });
  expect(sheet.leftOut).toEqual({
    ...{ skipped: 0, retracted: 1, paused: 6, rejected: 0, known: 0, late: 0 },
  });
  expect(sheet.spend).toBeCloseTo(sheet.hours * 30, 9);
  // All of it is recomputed from the log.
  const { lines, isWhole, missing } = await datasets.read(made.id);
  expect([isWhole, missing]).toEqual([true, 0]);
  expect(hash('sha256', lines, 'hex')).toBe(sheet.hash);
  const answers = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Feedback);
  expect(answers).toHaveLength(11);
  expect(new Set(answers.map(({ queryId }) => queryId)).size).toBe(sheet.questions);
  const log = await crowd.storage.readFeedback(RUN.id, 0);
  // People's own words are not in it, and may go from the log.
  const wordy: typeof crowd.storage.readFeedback = async (...of) =>
    (await crowd.storage.readFeedback(...of)).map(({ sequence, feedback }) => ({
      ...{ sequence, feedback: { ...feedback, reason: 'in my own words' } as Feedback },
    }));
  const storage = { ...crowd.storage, readFeedback: wordy };
  const spoken = await new Datasets({ storage, run: RUN, nameOf: (who) => who }).read(made.id);
  expect(spoken).toEqual({ lines, isWhole, missing });
  for (const answer of answers) expect(log.map(({ feedback }) => feedback)).toContainEqual(answer);
});

test('[DATA-2] what tells of a person is left out of it, and told in the datasheet', async () => {
  await crowd.close();
  await open(0.4);
  await crowd.work([crowd.person('zoe', 'good')], 1); // something to resemble
  await crowd.seek(20);
  const id = await crowd.start({});
  const ada = crowd.person('ada', 'good');
  await ada.open();
  await crowd.work([ada], 30);
  const { sheet } = await datasets.find(await datasets.make(id, 'grace', 9));
  expect(sheet.leftOut.known).toBeGreaterThan(0);
  expect(sheet.answers + sheet.leftOut.known).toBe(30);
  expect(sheet.people[0]!.known.n).toBe(sheet.leftOut.known);
  const asked = new Set((await crowd.storage.listProbes(RUN.id)).map(({ queryId }) => queryId));
  const set = (await crowd.storage.listDatasets(RUN.id))[0]!;
  for (const feedbackId of set.feedback)
    expect(asked.has((await crowd.storage.queryAnsweredBy(feedbackId))!)).toBe(false);
});

test('[DATA-1] a version stays as it is while more is answered; the next names it; the same again is refused', async () => {
  const ada = crowd.person('ada', 'good');
  const id = await crowd.start({});
  await expect(datasets.make(id, 'grace', 1)).rejects.toThrow(/no answer that counts/);
  await expect(datasets.make('c9', 'grace', 1)).rejects.toThrow(/campaign: c9.*allowed/);
  await ada.open();
  await crowd.work([ada], 3);
  const first = await datasets.find(await datasets.make(id, 'grace', 2));
  await expect(datasets.make(id, 'grace', 3)).rejects.toThrow(/nothing is new since/);
  const before = await datasets.read(first.id);
  await crowd.work([ada], 2);
  expect(await datasets.read(first.id)).toEqual(before);
  const second = await datasets.find(await datasets.make(id, 'grace', 4));
  expect([second.version, second.sheet.parent, second.sheet.answers]).toEqual([2, first.id, 5]);
  expect((await datasets.list()).map(({ version }) => version)).toEqual([2, 1]);
});

test('[DATA-3] once a person of it was erased it says that it is not what it was', async () => {
  const [ada, bob] = [crowd.person('ada', 'good'), crowd.person('bob', 'good')];
  const id = await crowd.start({});
  for (const one of [ada, bob]) await one.open();
  await crowd.work([ada, bob], 3);
  const made = await datasets.make(id, 'grace', 2);
  await erase('bob', true);
  const { lines, isWhole, missing } = await datasets.read(made);
  expect([isWhole, missing]).toEqual([false, 3]);
  expect(lines.trim().split('\n')).toHaveLength(3);
  expect(JSON.stringify(await datasets.find(made))).not.toContain('"bob"');
});

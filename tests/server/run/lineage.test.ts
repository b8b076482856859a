/** From policies to feedback and back, over a real database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Feedback } from '../../../agent/contract.ts';
import { contentOf, feedbackLineage, summaryOf, versionsOf } from '../../../server/run/lineage.ts';
import { LineageLog } from '../../../server/run/lineage-log.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import type { Published } from '../../../server/storage/lineage-contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';

let folder = '';
let storage: Storage;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-lineage-'));
  storage = openStorage(folder);
  await storage.createRun(RUN);
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

const { id: run } = RUN;
const say = (id: string, teacherId = 'ada') =>
  storage.appendFeedback({ ...rewardFeedback(id), teacherId });
const { shownAt, answeredAt, receivedAt, responseMs } = rewardFeedback('');
const base = { runId: run, shownAt, answeredAt, receivedAt, responseMs };
const takeBack = (feedbackId: string, teacherId = 'ada') =>
  storage.appendFeedback({
    ...base,
    id: `no-${feedbackId}`,
    teacherId,
    kind: 'retraction',
    feedbackId,
  });
const skip = (id: string) => {
  const a = { episodeId: 'e1', from: 0, to: 4 };
  const answer: Feedback = {
    ...base,
    id,
    teacherId: 'ada',
    kind: 'preference',
    a,
    b: a,
    choice: 'skip',
  };
  return storage.appendFeedback(answer);
};
const publish = (version: number, applied: string[], rest: Partial<Published> = {}) =>
  storage.notePublished(run, {
    version,
    applied,
    unused: [],
    isFirst: false,
    time: version,
    ...rest,
  });

test('[LINE-2] every policy says what it was made of: range of the log, who is left out, what is taken back', async () => {
  for (const id of ['f1', 'f2', 'f3']) await say(id);
  for (const id of ['b1', 'b2']) await say(id, 'bob');
  await publish(1, [], { isFirst: true, excluded: [] });
  await publish(4, ['f1', 'b1']);
  await publish(6, ['f2']);
  await takeBack('f1');
  await publish(9, ['b2', 'no-f1'], { excluded: ['bob'] });
  await publish(12, ['f3'], { excluded: [] });
  const versions = await versionsOf(storage, run, 10);
  expect(versions.map((v) => [v.version, v.added, v.feedback, v.sequences])).toEqual([
    [4, 2, 2, { from: 1, to: 4 }],
    [6, 1, 3, { from: 1, to: 4 }],
    [9, 1, 1, { from: 2, to: 2 }],
    [12, 1, 4, { from: 2, to: 5 }],
  ]);
  expect(versions[2]).toMatchObject({
    retracted: 1,
    excluded: { teacherIds: ['bob'], feedback: 2 },
  });
  const [used, exclusions] = [await storage.usedFeedback(run), await storage.exclusions(run)];
  const at = (version: number) =>
    contentOf(version, used, exclusions).taken.map(({ feedbackId }) => feedbackId);
  expect([at(3), at(5), at(9), at(99)]).toEqual([
    [],
    ['f1', 'b1'],
    ['f2'],
    ['f2', 'f3', 'b1', 'b2'],
  ]);
  expect(await versionsOf(storage, run, 1)).toHaveLength(1);
});

test('[LINE-2] what was rejected is not in the policies after that, until it counts again', async () => {
  for (const id of ['f1', 'f2']) await say(id);
  await publish(3, ['f1', 'f2']);
  await publish(5, [], { excluded: [], rejected: ['f1'] });
  await publish(8, [], { excluded: [], rejected: [] });
  const [used, exclusions] = [await storage.usedFeedback(run), await storage.exclusions(run)];
  const at = (version: number) =>
    contentOf(version, used, exclusions).taken.map(({ feedbackId }) => feedbackId);
  expect([at(3), at(5), at(8)]).toEqual([['f1', 'f2'], ['f2'], ['f1', 'f2']]);
});

test('[LINE-2] every piece of feedback says which policy had it first', async () => {
  await say('f1');
  await say('f2');
  await publish(4, ['f1']);
  await takeBack('f1');
  await publish(7, ['no-f1']);
  expect(await feedbackLineage(storage, run, 'f1')).toMatchObject({ version: 4, retractedIn: 7 });
  expect(await feedbackLineage(storage, run, 'f2')).toMatchObject({
    version: null,
    reason: 'waiting',
  });
  expect(await feedbackLineage(storage, run, 'f9')).toBeUndefined();
});

test('[LINE-3] what was accepted and is in no policy is counted, each with its reason', async () => {
  for (const id of ['used', 'retracted', 'waiting', 'not-learned']) await say(id);
  await say('paused', 'bob');
  await skip('skip');
  await takeBack('retracted');
  const standing = { runId: run, teacherId: 'bob', reason: 'quiz', actor: 's', since: 1 } as const;
  await storage.putStanding({ ...standing, state: 'paused' }, []);
  await publish(4, ['used'], { unused: ['not-learned', 'skip'] });
  const one = {
    ...{ retracted: 1, paused: 1, 'says-nothing': 1 },
    ...{ 'not-learned': 1, waiting: 1, unrecorded: 0 },
  };
  expect(await summaryOf(storage, run)).toEqual({
    ...{ accepted: 6, used: 1, unused: one, newest: 4, erased: null, promoted: null },
  });
});

test('[LINE-4] policies of a learner that fell back to a checkpoint are forgotten, and made anew', async () => {
  for (const id of ['f1', 'f2']) await say(id);
  await publish(4, ['f1']);
  await publish(9, ['f2'], { unused: ['f3'], excluded: ['ada'] });
  await publish(6, [], { isFirst: true }); // the checkpoint was of policy 5
  expect(await feedbackLineage(storage, run, 'f1')).toMatchObject({ version: 4 });
  expect(await feedbackLineage(storage, run, 'f2')).toMatchObject({ reason: 'waiting' });
  expect(await storage.exclusions(run)).toEqual([]);
  await publish(7, ['f2']);
  expect(await feedbackLineage(storage, run, 'f2')).toMatchObject({ version: 7 });
});

test('[LINE-4] what a full disk refuses is noted with the next policy, in order', async () => {
  const written: number[] = [];
  const told: string[] = [];
  let isFull = true;
  const log = new LineageLog({
    runId: run,
    storage: {
      async notePublished(_run, { version }) {
        if (isFull) throw new Error('no space left');
        written.push(version);
      },
    },
    troubles: { failed: () => told.push('failed'), written: () => told.push('written') },
  });
  const published = (version: number, ids: string[]) =>
    log.published(
      {
        type: 'published',
        snapshot: { version } as never,
        appliedFeedback: ids,
        unusedFeedback: [],
      },
      1,
    );
  published(1, []);
  published(2, []); // says nothing new
  published(3, ['f1']);
  await log.settled;
  isFull = false;
  published(4, ['f2']);
  await log.settled;
  expect(written).toEqual([1, 3, 4]);
  expect(told).toEqual(['failed', 'failed', 'written']);
});

test('[LINE-5] policies that had learned from answers which were erased since are named', async () => {
  for (const id of ['f1', 'f2', 'f3']) await say(id);
  await say('b1', 'bob');
  await publish(4, ['b1']);
  await publish(6, ['f2']);
  await publish(8, ['f1'], { unused: ['f3'] });
  const asked = { id: 'x', subject: 'ada', withAnswers: true, requestedBy: 'o', requestedAt: 1 };
  const approved = { approvedBy: 'o', approvedAt: 1, doneAt: null, result: null };
  await storage.putErasure({ ...asked, ...approved });
  expect((await storage.erase('x', 2)).learnedIn).toEqual([run]);
  expect((await summaryOf(storage, run)).erased).toEqual({ feedback: 2, since: 6 });
  expect(await feedbackLineage(storage, run, 'f1')).toMatchObject({ version: 8, isErased: true });
  expect((await versionsOf(storage, run, 9)).map((v) => [v.version, v.erased])).toEqual([
    [4, 0],
    [6, 1],
    [8, 2],
  ]);
  await publish(11, ['f1-erased', 'f2-erased']);
  await say('b2', 'bob');
  await publish(12, ['b2']);
  expect((await versionsOf(storage, run, 9)).map((v) => [v.version, v.feedback, v.erased])).toEqual(
    [
      [4, 1, 0],
      [6, 1, 1],
      [8, 1, 2],
      [11, 1, 2],
      [12, 2, 2],
    ],
  );
});

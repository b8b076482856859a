/** Erasing people from a folder on a real disk: what is left in its files, and that the audit log stays whole. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import Database from 'libsql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { People } from '../../../server/people/people.ts';
import { verifyAudit } from '../../../server/storage/audit-verify.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { pseudonymOf } from '../../../server/storage/pseudonym.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import type { Erasure } from '../../../server/storage/subjects-contract.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';

let folder = '';
let storage: Storage;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-subjects-'));
  storage = openStorage(folder);
  await storage.createRun(RUN);
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

function erasureOf(id: string, subject: string, withAnswers: boolean): Erasure {
  const asked = { id, subject, withAnswers, requestedBy: 'P-grace', requestedAt: 1 };
  return { ...asked, approvedBy: 'P-edith', approvedAt: 1, doneAt: null, result: null };
}

/** Every byte of the folder. */
function everything(): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
    .join('\n');
}

const said = (id: string, teacherId: string) => ({
  ...rewardFeedback(id),
  teacherId,
  reason: `words of ${teacherId}, never to be seen again`,
});

test('[SUBJ-3] no file of the folder holds the name, the password or the words of who was erased', async () => {
  const people = await People.open(storage);
  const join_ = async (name: string) =>
    people.accept(await people.invite('supervisor', 'test', 0), name, 'correct horse', 0);
  await join_('Grace');
  await join_('Augusta Ada King');
  const ada = people.accounts.find(({ name }) => name === 'Augusta Ada King')!;
  for (let i = 0; i < 40; i++) await storage.appendFeedback(said(`f${i}`, ada.id) as never);
  await storage.agree({ teacherId: ada.id, textHash: 'abc', agreedAt: 1 });
  const standing = {
    runId: RUN.id,
    teacherId: ada.id,
    state: 'paused',
    actor: 's',
    since: 1,
  } as const;
  await storage.putStanding({ ...standing, reason: 'Ada is tired' }, []);
  const secrets = ['Augusta Ada King', ada.password!, 'never to be seen again', 'Ada is tired'];
  await storage.close(); // so that all of it has come from the journal into the file
  storage = openStorage(folder);
  for (const secret of secrets) expect(everything()).toContain(secret);
  await storage.putErasure(erasureOf('x1', ada.id, false));
  const result = await storage.erase('x1', 2);
  expect(result.rows).toMatchObject({
    feedback: 40,
    account: 1,
    login: 1,
    consent: 1,
    standing: 1,
  });
  for (const secret of secrets) expect(everything()).not.toContain(secret);
  // The answers still count as those of one person, whom the rules leave paused.
  expect(await storage.countFeedback(RUN.id)).toBe(40);
  const pseudonym = pseudonymOf(folder, ada.id, 'x1');
  expect(await storage.listStandings(RUN.id)).toMatchObject([
    { teacherId: pseudonym, state: 'paused', reason: 'erased' },
  ]);
  expect(statSync(join(folder, 'subject-key')).mode & 0o777).toBe(0o600);
});

test('[SUBJ-3] a checkpoint knows whose its labels are by the hash as well, the one before it too', async () => {
  const meta = {
    reward: { data: [{ teacherId: 'ada' }, { teacherId: 'rating/ada' }, { teacherId: 'adam' }] },
    noise: { 'beta/ada': 1, 'beta/rating/ada': 2, 'beta/adam': 3 },
    repeats: [['["ada",1]', 2]],
  };
  const checkpoint = { meta, arrays: { w: Float32Array.of(1) } };
  const stored = { checkpoint, feedbackSequence: 1, savedAt: 1 };
  await storage.putCheckpoint(RUN.id, stored);
  await storage.putCheckpoint(RUN.id, stored);
  await storage.appendFeedback(rewardFeedback('f1'));
  await storage.putErasure(erasureOf('x1', 'ada', true));
  expect((await storage.erase('x1', 2)).learnedIn).toEqual([RUN.id]);
  const e = pseudonymOf(folder, 'ada', 'x1');
  expect((await storage.getCheckpoint(RUN.id))!.checkpoint.meta).toEqual({
    reward: {
      data: [{ teacherId: e }, { teacherId: `rating/${e}` }, { teacherId: 'adam' }],
    },
    noise: { [`beta/${e}`]: 1, [`beta/rating/${e}`]: 2, 'beta/adam': 3 },
    repeats: [[`["${e}",1]`, 2]],
  });
  const kept = readdirSync(join(folder, 'checkpoints'));
  expect(kept).toHaveLength(2);
  for (const name of kept)
    expect(readFileSync(join(folder, 'checkpoints', name), 'latin1')).not.toContain('"ada"');
});

test('[SUBJ-5] whoever is erased in whatever order, the audit log is whole and names each erasure by hashes', async () => {
  const people = ['ann', 'bob', 'cid', 'dee'];
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ say: fc.constantFrom(...people) }) },
    fc.record({ erase: fc.constantFrom(...people), withAnswers: fc.boolean() }),
    fc.record({ hold: fc.constantFrom(...people) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
      const place = mkdtempSync(join(tmpdir(), 'reins-erasures-'));
      const s = openStorage(place);
      try {
        await s.createRun(RUN);
        let n = 0;
        let removed = 0;
        const held = new Set<string>();
        for (const each of steps) {
          const id = `i${++n}`;
          if ('say' in each) await s.appendFeedback(said(id, each.say) as never);
          else if ('hold' in each) {
            held.add(each.hold);
            await s.putHold({ teacherId: each.hold, reason: 'why', actor: 'o', since: n });
          } else {
            const { erase: subject, withAnswers } = each;
            await s.putErasure(erasureOf(id, subject, withAnswers));
            if (held.has(subject)) await expect(s.erase(id, n)).rejects.toThrow(/held/);
            else removed += (await s.erase(id, n)).removed;
          }
        }
        expect(verifyAudit(place)).toMatchObject({ isWhole: true });
        const bodies = (await s.readAudit(0, 1000)).map(({ body }) => body);
        expect(bodies.join()).not.toContain('words of');
        const done = (await s.listErasures()).filter(({ doneAt }) => doneAt !== null);
        expect(bodies.filter((body) => body.includes('erasure.done'))).toHaveLength(done.length);
        expect(await s.listErased(RUN.id)).toHaveLength(removed);
        // Said, and neither removed nor a retraction.
        const told = steps.filter((each) => 'say' in each).length;
        expect(await s.countFeedback(RUN.id)).toBe(told - removed);
      } finally {
        await s.close();
        rmSync(place, { recursive: true, force: true });
      }
    }),
    { numRuns: 12 },
  );
});

test('[SUBJ-3] nor does a file in which others said something in between, written by an earlier version', async () => {
  const path = join(folder, 'reins.db');
  await storage.close();
  // As a version did that left copies of what moved: rows go and come in turn.
  const database = new Database(path);
  database.exec('PRAGMA secure_delete = OFF');
  const put = database.prepare(
    'INSERT INTO feedback (id, runId, teacherId, kind, receivedAt, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const drop = database.prepare('DELETE FROM feedback WHERE id = ?');
  const write = (id: string, who: string) =>
    put.run(id, RUN.id, who, 'reward', 1, JSON.stringify(said(id, who)));
  for (let i = 0; i < 120; i++) write(`f${i}`, i % 3 === 0 ? 'ada' : 'bob');
  for (let i = 0; i < 120; i += 2) {
    drop.run(`f${i}`);
    write(`g${i}`, i % 3 === 0 ? 'ada' : 'bob');
  }
  database.close();
  storage = openStorage(folder);
  expect(everything()).toContain('words of ada');
  await storage.putErasure(erasureOf('x1', 'ada', true));
  await storage.erase('x1', 2);
  expect(everything().includes('words of ada')).toBe(false);
  expect(everything()).toContain('words of bob');
});

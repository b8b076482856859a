/** `reins subject` on a folder: what one person is handed, and who may have them erased. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { People } from '../../../server/people/people.ts';
import { verifyAudit } from '../../../server/storage/audit-verify.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { lockFolder } from '../../../server/storage/lock.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';
import { inProcess } from '../in-process.ts';

let folder = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-subject-'));
  await inFolder(async (storage) => {
    await storage.createRun(RUN);
    await storage.appendFeedback(rewardFeedback('f1'));
    await storage.appendFeedback({ ...rewardFeedback('f2'), teacherId: 'bob' });
  });
});
afterEach(() => {
  process.exitCode = 0;
  rmSync(folder, { recursive: true, force: true });
});

async function inFolder<T>(work: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = openStorage(folder);
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}

const subject = (...args: string[]) => inProcess('subject', ...args, '--data', folder);

/** Supervisors by name; their ids. */
const withAccounts = (...names: string[]) =>
  inFolder(async (storage) => {
    const people = await People.open(storage);
    for (const name of names)
      await people.accept(await people.invite('supervisor', 'test', 0), name, 'long enough', 0);
    return people.accounts.map(({ id }) => id);
  });

test('[SUBJ-1] a person is handed everything about them and nothing about others', async () => {
  await inFolder(async (storage) => {
    await storage.agree({ teacherId: 'ada', textHash: 'abc', agreedAt: 1 });
    await storage.putAssignments([
      {
        ...{ token: 1, runId: RUN.id, queryId: 'q1', teacherId: 'ada', state: 'answered' },
        ...{ reason: null, leasedAt: 1, expiresAt: 9, endedAt: 2, feedbackId: 'f1', verdict: 'a' },
      },
    ]);
  });
  const out = join(folder, 'for-ada');
  const { code, text } = await subject('export', 'ada', '--out', out, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(text)).toMatchObject({ subject: 'ada', feedback: 1, assignments: 1 });
  const all = JSON.parse(readFileSync(join(out, 'subject.json'), 'utf8'));
  expect(all.feedback).toEqual([{ sequence: 1, feedback: rewardFeedback('f1') }]);
  expect(all.quality).toMatchObject([{ runId: RUN.id, answers: 1 }]);
  expect(all.audit.map((row: { action: string }) => row.action)).toEqual([
    'feedback.given',
    'consent.given',
    'query.answered',
  ]);
  expect(JSON.stringify(all)).not.toContain('bob');
  expect(readFileSync(join(out, 'index.md'), 'utf8')).toMatch(/what was said.*1 reward/);
  const last = await inFolder(async (storage) => (await storage.readAudit(0, 99)).at(-1)!);
  expect(JSON.parse(last.body)).toMatchObject({ action: 'person.exported', objectId: 'ada' });
  const unknown = await subject('export', 'eve');
  expect([unknown.code, unknown.err]).toEqual([
    2,
    expect.stringMatching(/nothing is kept of "eve"/),
  ]);
});

test('[SUBJ-1] an account is found by its name, and its password is not given out', async () => {
  const [id] = await withAccounts('Grace Hopper');
  const out = join(folder, 'for-grace');
  expect((await subject('export', 'grace hopper', '--out', out)).code).toBe(0);
  const text = readFileSync(join(out, 'subject.json'), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ subject: id, account: { name: 'Grace Hopper' } });
  expect(text).not.toContain('scrypt');
});

test('[SUBJ-2] without accounts one person erases, sure of it, and not beside a server', async () => {
  const unsure = await subject('erase', 'ada');
  expect([unsure.code, unsure.err]).toEqual([2, expect.stringMatching(/--yes/)]);
  const lock = lockFolder(folder);
  const beside = await subject('erase', 'ada', '--yes');
  expect([beside.code, beside.err]).toEqual([2, expect.stringMatching(/in use by another server/)]);
  lock.release();
  const { code, text } = await subject('erase', 'ada', '--answers', '--yes', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(text)).toMatchObject({ removed: 1, auditRows: 1 });
  expect((await subject('erase', 'ada', '--yes')).err).toMatch(/nothing is kept/);
  expect(await inFolder((storage) => storage.hasFeedback('f2'))).toBe(true);
  expect(verifyAudit(folder).isWhole).toBe(true);
});

test('[SUBJ-2] where there are accounts, it takes two supervisors', async () => {
  const [grace] = await withAccounts('Grace', 'Edith');
  const by = (first: string, second: string, who = 'ada') =>
    subject('erase', who, '--yes', '--requested-by', first, '--approved-by', second);
  expect((await subject('erase', 'ada', '--yes')).err).toMatch(/requested-by: is not given/);
  expect((await by('Grace', 'grace')).err).toMatch(/another supervisor/);
  expect((await by('Grace', 'Nobody')).err).toMatch(
    /approved-by: is Nobody, allowed.*Grace, Edith/,
  );
  expect((await by('Edith', 'Grace', 'Grace')).err).toMatch(/another supervisor/);
  expect((await by('Grace', 'Edith')).code).toBe(0);
  const actors = await inFolder(async (storage) =>
    (await storage.readAudit(0, 99))
      .map(({ body }) => JSON.parse(body))
      .filter(({ action }) => action.startsWith('erasure'))
      .map(({ action, actor }) => [action, actor === grace]),
  );
  expect(actors).toEqual([
    ['erasure.requested', true],
    ['erasure.approved', false],
    ['erasure.done', false],
  ]);
});

test('[SUBJ-4] a hold refuses erasing until it is released', async () => {
  expect((await subject('hold', 'ada', '--reason', 'case 12')).code).toBe(0);
  const held = await subject('erase', 'ada', '--yes');
  expect([held.code, held.err]).toEqual([2, expect.stringMatching(/held \(case 12\)/)]);
  expect((await subject('release', 'ada')).code).toBe(0);
  expect((await subject('release', 'ada')).err).toMatch(/is not held/);
  expect((await subject('erase', 'ada', '--yes')).code).toBe(0);
  expect(existsSync(join(folder, 'subject-key'))).toBe(true);
});

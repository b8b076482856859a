/** `reins evidence`: all that it names is there and hashed, and nobody's name or words are. */
import { hash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Consents } from '../../../server/people/consents.ts';
import { People } from '../../../server/people/people.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';
import { inProcess } from '../in-process.ts';

let folder = '';
let out = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-evidence-'));
  out = join(folder, 'for-the-auditor');
  const storage = openStorage(folder);
  await storage.createRun({ ...RUN, notes: 'ask Ada' });
  const people = await People.open(storage);
  for (const name of ['Ada Lovelace', 'Grace Hopper'])
    await people.accept(await people.invite('supervisor', 'test', 0), name, 'long enough', 0);
  const [ada, grace] = people.accounts.map(({ id }) => id) as [string, string];
  const consents = await Consents.open({ consent: 'We keep your answers.' }, storage);
  await consents.agree(ada, hash('sha256', 'We keep your answers.', 'hex'), 5);
  await storage.appendFeedback({ ...rewardFeedback('f1'), teacherId: ada });
  await storage.appendFeedback({ ...rewardFeedback('f2'), teacherId: 'bob' });
  const given = { runId: RUN.id, reason: null, leasedAt: 1, expiresAt: 9, endedAt: 2 } as const;
  const answered = { ...given, state: 'answered', queryId: 'q1' } as const;
  await storage.putAssignments([
    { ...answered, token: 1, teacherId: ada, feedbackId: 'f1', verdict: 'a' },
    { ...answered, token: 2, teacherId: 'bob', feedbackId: 'f2', verdict: 'b' },
  ]);
  const standing = {
    runId: RUN.id,
    teacherId: ada,
    state: 'paused',
    actor: grace,
    since: 1,
  } as const;
  await storage.putStanding({ ...standing, reason: 'Ada sleeps' }, []);
  await storage.putHold({ teacherId: ada, reason: 'Ada sues', actor: grace, since: 1 });
  await storage.notePublished(RUN.id, {
    ...{ version: 3, applied: ['f1', 'f2'], unused: [], isFirst: true, time: 1, excluded: [] },
  });
  await storage.putErasure({
    ...{ id: 'x', subject: 'bob', withAnswers: true, requestedBy: ada, requestedAt: 1 },
    ...{ approvedBy: grace, approvedAt: 2, doneAt: null, result: null },
  });
  await storage.erase('x', 3);
  await storage.signAudit(4);
  await storage.close();
});
afterEach(() => {
  process.exitCode = 0;
  rmSync(folder, { recursive: true, force: true });
});

const evidence = () => inProcess('evidence', '--data', folder, '--out', out, '--json');
const read = (...name: string[]) => readFileSync(join(out, ...name), 'utf8');
const json = (...name: string[]) => JSON.parse(read(...name));

test('[EVID-1] log, people, texts, quality, lineage and erasures are there, by pseudonyms, each file with its hash', async () => {
  const { code, text } = await evidence();
  expect(code).toBe(0);
  expect(JSON.parse(text)).toMatchObject({
    runs: 1,
    people: 2,
    audit: { isWhole: true, heads: 1 },
  });
  const names = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name).slice(out.length + 1));
  const sums = read('SHA256SUMS')
    .trim()
    .split('\n')
    .map((line) => line.split('  '));
  expect([...sums.map(([, name]) => name), 'SHA256SUMS'].sort()).toEqual(names.sort());
  for (const [sum, name] of sums)
    expect([name, hash('sha256', read(name!), 'hex')]).toEqual([name, sum]);
  // Everything that the index names, and no more.
  const index = read('README.md');
  for (const name of names.filter((each) => each.endsWith('.json') && !each.startsWith('reins/')))
    expect(index).toContain(name.split('/').at(-1));
  expect(index).toMatch(/supports an audit/);
  expect(index).not.toMatch(/complian/i);
  const all = names.map((name) => read(name)).join('\n');
  for (const secret of ['Lovelace', 'Hopper', 'scrypt', 'Ada sleeps', 'Ada sues', 'ask Ada'])
    expect(all).not.toContain(secret);
});

test('[EVID-1] it tells what happened: who agreed to which text, who is out, what learned from what was erased', async () => {
  await evidence();
  const [{ textHash, teacherId }] = json('consents.json');
  expect(read('texts', `${textHash}.md`)).toBe('We keep your answers.');
  expect(json('people.json')).toContainEqual(
    expect.objectContaining({ id: teacherId, role: 'supervisor', answers: { [RUN.id]: 1 } }),
  );
  expect(json('runs', RUN.id, 'standings.json')).toMatchObject([{ teacherId, state: 'paused' }]);
  expect(json('runs', RUN.id, 'lineage.json')).toMatchObject({
    erased: { feedback: 1, since: 3 },
    versions: [{ version: 3, feedback: 1, erased: 1 }],
    erasedFeedback: [{ feedbackId: 'f2', isLearned: true }],
  });
  expect(json('erasures.json')).toMatchObject({
    erasures: [{ id: 'x', approvedBy: expect.stringMatching(/^P-/), result: { removed: 1 } }],
    holds: [{ teacherId }],
  });
  expect(read('audit', 'log.jsonl').trim().split('\n')).toHaveLength(
    json('audit', 'verification.json').rows,
  );
});

test('[EVID-2] a log that was meddled with is written as it is, and said not to be whole', async () => {
  const database = new Database(join(folder, 'reins.db'));
  database.exec('DROP TRIGGER audit_is_never_deleted; DELETE FROM audit WHERE seq = 3');
  database.close();
  const { code, text } = await evidence();
  expect(code).toBe(1);
  expect(JSON.parse(text).audit).toMatchObject({ isWhole: false, fault: { seq: 3 } });
  expect(read('README.md')).toMatch(/NOT WHOLE: row 3 is missing/);
});

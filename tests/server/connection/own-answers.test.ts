/** A person is told of their own answers, and of nobody else's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ReviewCase, RunHandle } from '../../../server/contract.ts';
import { People } from '../../../server/people/people.ts';
import type { Assignment, Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { ownWords } from '../../../trainer-ui/own-words.ts';
import { RUN } from '../../contracts/storage.ts';
import { type Door, openDoor } from './door.ts';

let folder = '';
let storage: Storage;
let people: People;
let door: Door;

const answerOf = (teacherId: string, at: number): ReviewCase['answers'][number] => {
  const feedbackId = `f-${teacherId}-${at}`;
  const what = { runId: RUN.id, feedbackId, reviewer: 'P-grace', reason: `too dark ${at}`, at };
  return {
    ...{ feedbackId, teacherId, verdict: 'a', answeredAt: 5, responseMs: 9, counts: false },
    review: { id: `r${at}`, verdict: 'remove', ...what },
  };
};
const assignment = (token: number, teacherId: string, state: Assignment['state']): Assignment => ({
  ...{ token, runId: RUN.id, queryId: `q${token}`, teacherId, state, expiresAt: 9, leasedAt: 1 },
  ...{ reason: state === 'expired' ? 'rejected' : null, endedAt: 5, feedbackId: `f${token}` },
  verdict: state === 'skipped' ? null : 'a',
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-own-answers-'));
  storage = openStorage(folder);
  await storage.createRun(RUN);
  people = await People.open(storage);
});
afterEach(async () => {
  await door.close();
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(ada: string): Promise<void> {
  await storage.putAssignments([
    ...[assignment(1, ada, 'answered'), assignment(2, ada, 'expired')],
    ...[assignment(3, ada, 'skipped'), assignment(4, 'bob', 'answered')],
  ]);
  const base = { kind: 'preference', segments: [], isDisputed: false } as const;
  const cases = [
    { ...base, queryId: 'q2', answers: [answerOf(ada, 1), answerOf('bob', 2)] },
    { ...base, queryId: 'q9', answers: [answerOf(ada, 3), { ...answerOf(ada, 4), review: null }] },
  ];
  const reviews: RunHandle['reviews'] = { list: async () => cases, decide: async () => {} };
  door = await openDoor({ people, storage, run: { run: RUN, reviews } as Partial<RunHandle> });
}

const told = async (path: string, login?: string) => {
  const headers = login ? { authorization: `Bearer ${login}` } : {};
  const reply = await fetch(`${door.url}${path}`, { headers });
  return (await reply.json()) as { decided: { at: number }[] };
};

test('[REV-6] whoever is signed in is told how many of their answers count and why others do not, and by whom nobody', async () => {
  const account = async (name: string, role: string) => {
    const now = Date.now();
    return people.accept(await people.invite(role, 'test', now), name, 'long enough', now);
  };
  await account('Grace', 'supervisor');
  const login = await account('Ada', 'annotator');
  await open(people.accounts.find(({ name }) => name === 'Ada')!.id);
  const own = await told('/api/me/answers?teacherId=bob', login);
  expect(own).toMatchObject({ answers: 2, counting: 1 });
  expect(own.decided.map(({ at }) => at)).toEqual([3, 1]);
  expect(own.decided[0]).toMatchObject({ verdict: 'remove', reason: 'too dark 3' });
  expect(JSON.stringify(own)).not.toMatch(/grace|bob/);
});

test('[REV-6] without accounts a page says who it is', async () => {
  await open('ada');
  expect(await told('/api/me/answers?teacherId=ada')).toMatchObject({ answers: 2, counting: 1 });
  expect(await told('/api/me/answers')).toEqual({ answers: 0, counting: 0, decided: [] });
});

test('[REV-6] a decision is told in words, with its reason where there is one', () => {
  expect(ownWords({ verdict: 'remove', reason: 'too dark' })).toBe('one was rejected: too dark');
  expect(ownWords({ verdict: 'accept', reason: '' })).toBe('one was accepted');
});

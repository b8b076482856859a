import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashPassword, isPassword } from '../../../server/people/password.ts';
import { OWNER, People } from '../../../server/people/people.ts';
import { verifyAudit } from '../../../server/storage/audit-verify.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';

const DAY = 86_400_000;
const SECRET = 'correct horse battery';
let folder = '';
let storage: Storage;
let people: People;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-people-'));
  storage = openStorage(folder);
  people = await People.open(storage);
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

async function join_(name: string, role: string, now = 0): Promise<string> {
  return people.accept(await people.invite(role, 'test', now), name, SECRET, now);
}

test('[ROLE-1] without accounts there is one owner; the first account is a supervisor’s, and then everybody signs in', async () => {
  expect(people.personOf([], 0)).toBe(OWNER);
  await expect(people.invite('annotator', 'test', 0)).rejects.toThrow(/allowed supervisor/);
  const login = await join_('Ada', 'supervisor');
  expect(people.personOf([], 0)).toBeUndefined();
  expect(people.personOf(['wrong', login], 0)).toMatchObject({ name: 'Ada', role: 'supervisor' });
  expect(people.personOf([login], 31 * DAY)).toBeUndefined();
});

test('[ROLE-2] an invitation makes one account, within a week, and no name is given twice', async () => {
  await join_('Ada', 'supervisor');
  const code = await people.invite('annotator', 'test', 0);
  expect(await people.invitedTo(code, 6 * DAY)).toBe('annotator');
  expect(await people.invitedTo(code, 8 * DAY)).toBeUndefined();
  await expect(people.accept(code, 'ada', SECRET, 0)).rejects.toThrow(/taken/);
  await expect(people.accept(code, 'Bob', 'short', 0)).rejects.toThrow(/password: has 5/);
  await expect(people.accept(code, '<b>', SECRET, 0)).rejects.toThrow(/name/);
  await people.accept(code, 'Bob', SECRET, 0);
  await expect(people.accept(code, 'Cyd', SECRET, 0)).rejects.toThrow(/invite: was used/);
  expect(people.accounts.map((a) => `${a.name} ${a.role}`)).toEqual([
    'Ada supervisor',
    'Bob annotator',
  ]);
});

test('[ROLE-3] who is signed in stays so over a restart, until they sign out or are disabled', async () => {
  await join_('Ada', 'supervisor');
  const bob = await join_('Bob', 'annotator');
  people = await People.open(storage);
  const { id } = people.personOf([bob], 1)!;
  await people.change(id!, { isDisabled: true }, 'test', 1);
  expect(people.personOf([bob], 1)).toBeUndefined();
  expect(await people.signIn('Bob', SECRET, 1)).toBeUndefined();
  await people.change(id!, { isDisabled: false, role: 'operator' }, 'test', 1);
  expect(people.personOf([bob], 1)).toMatchObject({ role: 'operator' });
  await people.signOut([bob]);
  people = await People.open(storage);
  expect(people.personOf([bob], 1)).toBeUndefined();
  const again = await people.signIn(' bob ', SECRET, 1);
  expect(people.personOf([again], 1)).toMatchObject({ id });
  expect(await people.signIn('Bob', 'another password', 1)).toBeUndefined();
  expect(await people.signIn('Nobody', SECRET, 1)).toBeUndefined();
});

test('[ROLE-3] the last supervisor stays one', async () => {
  await join_('Ada', 'supervisor');
  const [ada] = people.accounts;
  for (const change of [{ role: 'annotator' }, { isDisabled: true }])
    await expect(people.change(ada!.id, change, 'test', 0)).rejects.toThrow(/last supervisor/);
  await expect(people.change('P-0', {}, 'test', 0)).rejects.toThrow(/none with the id/);
});

test('[ROLE-4] secrets are on disk as hashes alone, and every change of accounts is in the audit log', async () => {
  const login = await join_('Ada', 'supervisor');
  const token = await people.addService('robot', 'P-1', 0);
  expect(people.personOf([token], 1000 * DAY)).toMatchObject({ role: 'service', name: 'robot' });
  const text = JSON.stringify([await storage.listAccounts(), await storage.listLogins()]);
  for (const secret of [login, token, SECRET]) expect(text).not.toContain(secret);
  const rows = await storage.readAudit(0, 100);
  const actions = rows.map((row) => (JSON.parse(row.body) as { action: string }).action);
  expect(actions).toEqual([
    'invite.created',
    'account.created',
    'account.signed-in',
    'account.created',
    'account.signed-in',
  ]);
  expect(rows.map((row) => row.body).join()).not.toContain('Ada');
  expect(verifyAudit(folder)).toMatchObject({ isWhole: true, rows: 5 });
});

test('[ROLE-4] a password is known again, also composed otherwise; no two hashes are the same', async () => {
  const stored = await hashPassword('pässword-long');
  expect(stored).not.toBe(await hashPassword('pässword-long'));
  expect(await isPassword('pa\u0308ssword-long', stored)).toBe(true);
  expect(await isPassword('password-long', stored)).toBe(false);
  expect(await isPassword('', undefined)).toBe(false);
});

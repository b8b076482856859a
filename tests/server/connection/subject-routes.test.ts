/** Erasing over HTTP: one supervisor asks, another one approves, the next start of the server does it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { carryOutErasures } from '../../../server/people/erasures.ts';
import { People } from '../../../server/people/people.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import type { Erasure } from '../../../server/storage/subjects-contract.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';
import { type Door, openDoor } from './door.ts';

let folder = '';
let storage: Storage;
let people: People;
let door: Door;
const paused: string[] = [];

beforeEach(async () => {
  paused.length = 0;
  folder = mkdtempSync(join(tmpdir(), 'reins-erasing-'));
  storage = openStorage(folder);
  await storage.createRun(RUN);
  people = await People.open(storage);
  const watch = { pause: async (id: string) => paused.push(id) } as never;
  door = await openDoor({ people, storage, run: { watch } });
});
afterEach(async () => {
  await door.close();
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

const account = async (name: string, role: string) =>
  people.accept(await people.invite(role, 'test', Date.now()), name, 'long enough', Date.now());

async function post(path: string, login: string | undefined, body: object = {}) {
  const reply = await fetch(door.url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(login ? { authorization: `Bearer ${login}` } : {}),
    },
    body: JSON.stringify(body),
  });
  return { status: reply.status, body: (await reply.json()) as Erasure & { message: string } };
}

test('[SUBJ-2] who asks for an erasure cannot approve it; another supervisor can, and shuts the person out', async () => {
  const [grace, edith] = [
    await account('Grace', 'supervisor'),
    await account('Edith', 'supervisor'),
  ];
  const ada = await account('Ada', 'annotator');
  const { id } = people.accounts.find(({ name }) => name === 'Ada')!;
  await storage.appendFeedback({ ...rewardFeedback('f1'), teacherId: id });
  const asked = await post(`/api/people/${id}/erase`, grace, { answers: true });
  expect(asked.body).toMatchObject({ subject: id, withAnswers: true, approvedBy: null });
  expect((await post(`/api/people/${id}/erase`, edith)).status).toBe(400); // asked for already
  const about = `/api/erasures/${asked.body.id}`;
  const approve = (login: string) => post(about, login, { decision: 'approve' });
  const alone = await approve(grace);
  expect([alone.status, alone.body.message]).toEqual([
    409,
    expect.stringMatching(/another supervisor/),
  ]);
  expect(people.personOf([ada], Date.now())).toBeDefined();
  expect(await carryOutErasures(storage, 1)).toEqual([]);
  expect((await approve(edith)).status).toBe(200);
  expect(people.personOf([ada], Date.now())).toBeUndefined();
  expect(paused).toEqual([id]);
  expect((await approve(edith)).status).toBe(400); // approved already
  const [done] = await carryOutErasures(storage, 2);
  expect(done).toMatchObject({ id: asked.body.id, result: { removed: 1 } });
  expect(await carryOutErasures(storage, 3)).toEqual([]);
  expect((await People.open(storage)).accounts.map(({ name }) => name)).toEqual(['Grace', 'Edith']);
});

test('[SUBJ-2] what was asked for can be withdrawn; the last supervisor and who is held stay', async () => {
  const grace = await account('Grace', 'supervisor');
  const { id } = people.accounts[0]!;
  const last = await post(`/api/people/${id}/erase`, grace);
  expect([last.status, last.body.message]).toEqual([400, expect.stringMatching(/last supervisor/)]);
  await storage.appendFeedback(rewardFeedback('f1'));
  const asked = await post('/api/people/ada/erase', grace);
  const withdraw = () => post(`/api/erasures/${asked.body.id}`, grace, { decision: 'withdraw' });
  expect((await withdraw()).status).toBe(200);
  expect((await withdraw()).status).toBe(400);
  await storage.putHold({ teacherId: 'ada', reason: 'case 12', actor: 'o', since: 1 });
  expect((await post('/api/people/ada/erase', grace)).body.message).toMatch(/held/);
});

test('[SUBJ-2] the owner of a server without accounts needs nobody else', async () => {
  await storage.appendFeedback(rewardFeedback('f1'));
  const asked = await post('/api/people/ada/erase', undefined, { answers: true });
  expect(asked.body).toMatchObject({ requestedBy: 'owner', approvedBy: 'owner' });
  expect(paused).toEqual(['ada']);
  expect(await carryOutErasures(storage, 2)).toHaveLength(1);
});

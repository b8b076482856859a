/** Who taught what is told to those who look after people; others know of themselves alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunHandle } from '../../../server/contract.ts';
import { People } from '../../../server/people/people.ts';
import type { TeachingReply } from '../../../server/protocol/index.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';
import { type Door, openDoor } from './door.ts';

let folder = '';
let storage: Storage;
let people: People;
let door: Door | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-teaching-'));
  storage = openStorage(folder);
  await storage.createRun(RUN);
  people = await People.open(storage);
});
afterEach(async () => {
  await door?.close();
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

async function account(name: string, role: string) {
  const now = Date.now();
  const login = await people.accept(
    await people.invite(role, 'test', now),
    name,
    'long enough',
    now,
  );
  return { login, id: people.accounts.find((one) => one.name === name)!.id };
}

/** Two rewards by the one, one and a takeover by the other, who is paused. */
async function open(ada: string, bob: string): Promise<void> {
  for (const [id, teacherId] of [
    ['f1', ada],
    ['f2', ada],
    ['f3', bob],
  ] as const)
    await storage.appendFeedback({ ...rewardFeedback(id), teacherId });
  const {
    kind: _,
    episodeId,
    step: __,
    value: ___,
    ...base
  } = rewardFeedback('f4') as never as {
    [name: string]: unknown;
    episodeId: string;
  };
  const takeover = { ...base, kind: 'override', episodeId, from: 3, to: 9, teacherId: bob };
  await storage.appendFeedback(takeover as never);
  const of = (id: string) => ({ state: id === bob ? 'paused' : 'active' });
  const run = { run: RUN, watch: { of } } as never as Partial<RunHandle>;
  door = await openDoor({ people, storage, run });
}

async function told(login?: string): Promise<TeachingReply> {
  const headers = login ? { authorization: `Bearer ${login}` } : {};
  return (await (await fetch(`${door!.url}/api/teaching`, { headers })).json()) as TeachingReply;
}

test('[UI-104] without accounts everybody is named; whose answers do not count is said', async () => {
  await open('ada', 'bob');
  const { people: rows, takeovers } = await told();
  expect(rows.map(({ name, count, isPaused }) => [name, count, isPaused])).toEqual([
    ['ada', 2, false],
    ['bob', 2, true],
  ]);
  expect(takeovers).toMatchObject([{ name: 'bob', from: 3, steps: 6, before: 3 }]);
});

test('[UI-104] an annotator knows of their own, and of all others together', async () => {
  const grace = await account('Grace', 'supervisor');
  const [ada, bob] = [await account('Ada', 'annotator'), await account('Bob', 'operator')];
  await open(ada.id, bob.id);
  const own = await told(ada.login);
  expect(own.people.map(({ name, count }) => [name, count])).toEqual([
    ['Ada', 2],
    [null, 2],
  ]);
  expect(own.people[1]).toMatchObject({
    isPaused: false,
    said: [
      { kind: 'reward', count: 1, newest: null },
      { kind: 'override', count: 1, newest: null },
    ],
  });
  expect(own.takeovers[0]!.name).toBeNull();
  expect(JSON.stringify(own)).not.toMatch(new RegExp(`Bob|${bob.id}`));
  expect((await told(grace.login)).people.map(({ name }) => name).sort()).toEqual(['Ada', 'Bob']);
});

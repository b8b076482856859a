/** Comments over HTTP: who may, about which steps, and what a retry does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { People } from '../../../server/people/people.ts';
import type { CommentReply } from '../../../server/protocol/index.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { RUN } from '../../contracts/storage.ts';
import { recordEpisode } from '../run/episode.ts';
import { type Door, openDoor } from './door.ts';

let folder = '';
let storage: Storage;
let people: People;
let door: Door;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-comments-'));
  storage = openStorage(folder);
  await storage.createRun(RUN);
  await storage.putEpisode({ ...recordEpisode('e1', 20), runId: RUN.id }, { live: true });
  people = await People.open(storage);
  door = await openDoor({ people, storage, run: { run: RUN } });
});
afterEach(async () => {
  await door.close();
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

const account = async (name: string, role: string) =>
  people.accept(await people.invite(role, 'test', Date.now()), name, 'long enough', Date.now());

async function ask(path: string, login?: string, body?: object) {
  const reply = await fetch(door.url + path, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(login ? { authorization: `Bearer ${login}` } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const said = (await reply.json()) as CommentReply[] & { message: string };
  return { status: reply.status, comments: said, message: said.message };
}

const ABOUT = '/api/episodes/e1/comments';

test('[COMM-1] a thread about steps of an episode: written, answered, settled and opened again, by name', async () => {
  await account('Grace', 'supervisor');
  const [ada, olga] = [await account('Ada', 'annotator'), await account('Olga', 'operator')];
  const first = { id: 'c1', from: 4, to: 9, text: ' cuts the corner ', teacherId: 'somebody-else' };
  for (let i = 0; i < 2; i++) await ask(ABOUT, ada, first); // a retry changes nothing
  await ask(ABOUT, olga, { id: 'c2', replyTo: 'c1', text: 'on purpose?' });
  const { comments } = await ask(ABOUT, ada);
  expect(comments).toMatchObject([
    { id: 'c1', from: 4, to: 9, by: 'Ada', text: 'cuts the corner', replyTo: null },
    { id: 'c2', from: 4, to: 9, by: 'Olga', replyTo: 'c1' },
  ]);
  expect(comments).toHaveLength(2);
  const settle = (isResolved: boolean) => ask('/api/comments/c1', olga, { isResolved });
  expect((await settle(true)).comments[0]).toMatchObject({ resolvedBy: 'Olga' });
  expect((await settle(false)).comments[0]).toMatchObject({ resolvedBy: null });
  const audit = await account('Audrey', 'auditor');
  expect((await ask(ABOUT, audit)).status).toBe(200);
  expect((await ask(ABOUT, audit, { ...first, id: 'c3' })).status).toBe(403);
});

test('[COMM-1] what is about no steps, in no thread, or says nothing is refused with what is allowed', async () => {
  const refused = async (body: object, path = ABOUT) => {
    const { status, message } = await ask(path, undefined, { id: 'c1', text: 'x', ...body });
    return [status, message];
  };
  expect(await refused({ from: 4, to: 21 })).toEqual([
    400,
    expect.stringMatching(/allowed whole steps of 0 to 20/),
  ]);
  expect(await refused({})).toEqual([400, expect.stringMatching(/not given/)]);
  expect(await refused({ from: 4, to: 9, text: '  ' })).toEqual([
    400,
    expect.stringMatching(/text/),
  ]);
  expect(await refused({ replyTo: 'c9' })).toEqual([
    400,
    expect.stringMatching(/does not begin a thread/),
  ]);
  expect(await refused({ from: 0, to: 1 }, '/api/episodes/e9/comments')).toEqual([
    404,
    expect.stringMatching(/e9/),
  ]);
  expect((await ask('/api/comments/c9', undefined, { isResolved: true })).status).toBe(404);
  // Without accounts everybody is who the page says, as with feedback.
  await ask(ABOUT, undefined, { id: 'c1', from: 0, to: 1, text: 'x', teacherId: 'T-1' });
  expect((await ask(ABOUT)).comments).toMatchObject([{ by: 'T-1' }]);
});

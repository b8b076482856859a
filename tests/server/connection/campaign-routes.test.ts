/** Campaigns over HTTP: who decides, what is refused, and that the run hears of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { People } from '../../../server/people/people.ts';
import type { CampaignReply } from '../../../server/protocol/index.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { answer, campaign, query, TEXT } from '../../contracts/campaigns.ts';
import { RUN } from '../../contracts/storage.ts';
import { type Door, openDoor } from './door.ts';

let folder = '';
let storage: Storage;
let people: People;
let door: Door;
let looks = 0;
const info = { title: 'Roads', description: 'Arrive.', better: 'Arrives sooner.' };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-campaign-routes-'));
  storage = openStorage(folder);
  await storage.createRun(RUN);
  people = await People.open(storage);
  looks = 0;
  const lookAtCampaign = async () => void looks++;
  const run = { run: RUN, facts: { info } as never, lookAtCampaign };
  door = await openDoor({ people, storage, run });
});
afterEach(async () => {
  await door.close();
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(path: string, body?: object, login?: string) {
  const reply = await fetch(door.url + path, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(login ? { authorization: `Bearer ${login}` } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return {
    status: reply.status,
    said: (await reply.json()) as CampaignReply & { message: string },
  };
}

test('[CAMP-6] a supervisor drafts, changes, starts and ends; the environment’s words are the instructions where none are given', async () => {
  const join = async (name: string, role: string) =>
    people.accept(await people.invite(role, 'test', Date.now()), name, 'long enough', Date.now());
  const grace = await join('Grace', 'supervisor');
  const terms = { name: 'First', until: null, budget: { unit: 'answers', most: 5 } };
  const { said: made } = await ask('/api/campaigns', { terms }, grace);
  expect(made).toMatchObject({
    ...{ state: 'draft', createdBy: 'Grace', version: 1 },
    terms: { name: 'First', until: null, kind: 'compare', people: 1 },
    instructions: '## Roads\n\nArrive.\n\n**Better:** Arrives sooner.',
  });
  const about = `/api/campaigns/${made.id}`;
  const changed = await ask(`${about}/terms`, { instructions: 'Look twice.' }, grace);
  expect(changed.said).toMatchObject({ version: 2, instructions: 'Look twice.' });
  expect((await ask(about, { decision: 'start' }, grace)).status).toBe(200);
  expect(looks).toBe(2);
  expect((await ask(about, { decision: 'delete' }, grace)).said.message).toMatch(/is running/);
  expect((await ask(about, { decision: 'end' }, grace)).status).toBe(200);
  const ada = await join('Ada', 'annotator');
  for (const [path, body] of [
    ['/api/campaigns', undefined],
    ['/api/campaigns', { terms }],
    [about, { decision: 'start' }],
  ] as const)
    expect((await ask(path, body, ada)).status).toBe(403);
});

test('[CAMP-5] production without a calibration is refused with 409, and what is wrong with 400', async () => {
  const { said } = await ask('/api/campaigns', { terms: { name: 'p', purpose: 'production' } });
  const start = await ask(`/api/campaigns/${said.id}`, { decision: 'start' });
  expect([start.status, start.said.message]).toEqual([409, expect.stringMatching(/calibration/)]);
  const bad = await ask('/api/campaigns', { terms: { name: 'p', people: 0 } });
  expect([bad.status, bad.said.message]).toEqual([400, expect.stringMatching(/campaign\.people/)]);
  const none = await ask('/api/campaigns/c9', { decision: 'start' });
  expect([none.status, none.said.message]).toEqual([400, expect.stringMatching(/c9/)]);
  expect((await ask('/api/campaigns', { instructions: 'x' })).status).toBe(400);
});

test('[DATA-4] a dataset is made and read over HTTP; once its people were erased its answers are gone', async () => {
  await storage.createCampaign(campaign('c1'), TEXT);
  await storage.startCampaign('c1', 'grace', 2);
  await storage.putQueries([query('q1', 'c1')]);
  await answer(storage, 'f0', 'q1', 0);
  const made = await ask('/api/datasets', { campaign: 'c1' });
  expect(made.said).toMatchObject({ version: 1, sheet: { answers: 1 }, madeBy: 'owner' });
  const none = await ask('/api/datasets', { campaign: 'c9' });
  expect([none.status, none.said.message]).toEqual([400, expect.stringMatching(/c9/)]);
  expect((await ask('/api/datasets')).said).toMatchObject([{ id: made.said.id }]);
  const about = `${door.url}/api/datasets/${made.said.id}/answers`;
  const [line, ...others] = (await (await fetch(about)).text()).trim().split('\n');
  expect([JSON.parse(line!), others]).toEqual([expect.objectContaining({ id: 'f0' }), []]);
  const asked = { id: 'x1', subject: 'ada', withAnswers: true, requestedBy: 'o', requestedAt: 1 };
  await storage.putErasure({
    ...asked,
    approvedBy: 'o',
    approvedAt: 1,
    doneAt: null,
    result: null,
  });
  await storage.erase('x1', 5);
  expect((await fetch(about)).status).toBe(410);
});

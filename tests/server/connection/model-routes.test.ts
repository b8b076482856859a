/** Promotion over HTTP: one supervisor proposes what was learned, another one approves, either rolls back. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LearnedModel } from '../../../agent/trainer/contract.ts';
import { People } from '../../../server/people/people.ts';
import type { LineageSummary, ModelReply } from '../../../server/protocol/index.ts';
import { verifyAudit } from '../../../server/storage/audit-verify.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { keptModel } from '../../contracts/models.ts';
import { RUN } from '../../contracts/storage.ts';
import { type Door, openDoor } from './door.ts';

let folder = '';
let storage: Storage;
let people: People;
let door: Door;
/** What the run has learned by now. */
let model: LearnedModel | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-models-'));
  storage = openStorage(folder);
  await storage.createRun(RUN);
  people = await People.open(storage);
  model = learned(1, 60);
  door = await openDoor({ people, storage, run: { run: RUN, model: async () => model } });
});
afterEach(async () => {
  await door.close();
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Judges `n` comparisons right: the first number of the better clip is the larger one. */
function learned(version: number, n: number, slope = 1): LearnedModel {
  const { policy, reward } = keptModel(version, slope);
  const heldOut = Array.from({ length: n }, (_, i) => ({
    ...{ feedbackId: `f${i}`, teacherId: 'ada', fold: i % 3, split: 1 },
    ...{ choice: 'a' as const, rows: Float32Array.of(2, 0, 1, 0) },
  }));
  return { policy, reward, heldOut };
}

const account = async (name: string, role: string) =>
  people.accept(await people.invite(role, 'test', Date.now()), name, 'long enough', Date.now());

type Reply = ModelReply & { message: string; promoted: string | null };

async function ask(path: string, login?: string, body?: object) {
  const reply = await fetch(door.url + path, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(login ? { authorization: `Bearer ${login}` } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: reply.status, body: (await reply.json()) as Reply };
}

const list = async (login?: string) =>
  (await ask('/api/models', login)).body as unknown as ModelReply[];

test('[PROMO-3] who proposes a model cannot approve it; another supervisor can, and either rolls it back', async () => {
  const [grace, edith] = [
    await account('Grace', 'supervisor'),
    await account('Edith', 'supervisor'),
  ];
  const proposed = await ask('/api/models', grace, {});
  expect(proposed.body).toMatchObject({
    ...{ state: 'waiting', policyVersion: 1, proposedBy: 'Grace', approvedBy: null },
    gate: { passes: true, labels: 60, people: 1 },
  });
  const about = `/api/models/${proposed.body.id}`;
  const alone = await ask(about, grace, { decision: 'approve' });
  expect([alone.status, alone.body.message]).toEqual([
    409,
    expect.stringMatching(/another supervisor has to approve it/),
  ]);
  const both = await ask(about, edith, { decision: 'approve' });
  expect(both.body).toMatchObject({ state: 'promoted', approvedBy: 'Edith' });
  expect((await ask(about, edith, { decision: 'approve' })).status).toBe(400);
  expect((await ask(about, edith, { decision: 'withdraw' })).status).toBe(400);

  model = learned(2, 200);
  const next = await ask('/api/models', edith, {});
  expect(next.body.gate.against).toMatchObject({ model: proposed.body.id, right: 200 });
  await ask(`/api/models/${next.body.id}`, grace, { decision: 'approve' });
  expect((await list(grace)).map(({ state }) => state)).toEqual(['promoted', 'former']);
  const back = await ask(`/api/models/${next.body.id}`, grace, { decision: 'rollback' });
  expect(back.body.promoted).toBe(proposed.body.id);
  expect((await list(edith)).map(({ state }) => state)).toEqual(['rolled-back', 'promoted']);
  const lineage = (await ask('/api/lineage', grace)).body as unknown as LineageSummary;
  expect(lineage.promoted).toEqual({ model: proposed.body.id, version: 1 });
  const events = (await ask('/api/events?types=model.promoted,model.rolled-back', grace))
    .body as unknown as { events: { type: string; data: { objectId: string } }[] };
  expect(events.events.map(({ type, data }) => [type, data.objectId])).toEqual([
    ['model.promoted', proposed.body.id],
    ['model.promoted', next.body.id],
    ['model.rolled-back', next.body.id],
  ]);
  expect(verifyAudit(folder)).toMatchObject({ isWhole: true });
});

test('[PROMO-2] what does not pass is kept and cannot be approved; what nobody can judge is refused', async () => {
  model = learned(1, 60, -1);
  const { body } = await ask('/api/models', undefined, {});
  expect(body.gate.passes).toBe(false);
  const refused = await ask(`/api/models/${body.id}`, undefined, { decision: 'approve' });
  expect([refused.status, refused.body.message]).toEqual([
    400,
    expect.stringMatching(/does not pass the gate \(coin\)/),
  ]);
  model = undefined;
  const none = await ask('/api/models', undefined, {});
  expect([none.status, none.body.message]).toEqual([400, expect.stringMatching(/no reward model/)]);
  const far = await ask('/api/models', undefined, { margin: 2 });
  expect([far.status, far.body.message]).toEqual([400, expect.stringMatching(/margin/)]);
  const unknown = await ask('/api/models/m9', undefined, { decision: 'approve' });
  expect([unknown.status, unknown.body.message]).toEqual([
    400,
    expect.stringContaining(`allowed ${body.id}`),
  ]);
});

test('[PROMO-4] the owner of a server without accounts needs nobody else; bytes that were changed are not promoted', async () => {
  const { body } = await ask('/api/models', undefined, {});
  const file = join(folder, 'models', `${body.id}.model`);
  const bytes = readFileSync(file);
  const changed = Buffer.from(bytes);
  changed[changed.length - 1]! ^= 1;
  writeFileSync(file, changed);
  const approve = () => ask(`/api/models/${body.id}`, undefined, { decision: 'approve' });
  const refused = await approve();
  expect([refused.status, refused.body.message]).toEqual([
    400,
    expect.stringMatching(/are not those that were proposed/),
  ]);
  writeFileSync(file, bytes);
  expect((await approve()).body).toMatchObject({ state: 'promoted', approvedBy: 'owner' });
  rmSync(file);
  const next = await ask('/api/models', undefined, {});
  expect([next.status, next.body.message]).toEqual([400, expect.stringMatching(/are gone/)]);
  const back = await ask(`/api/models/${body.id}`, undefined, { decision: 'rollback' });
  expect(back.body.promoted).toBeNull();
});

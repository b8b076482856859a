/** Retention over HTTP: overseers read it, supervisors decide. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { People } from '../../../server/people/people.ts';
import type { RetentionReply } from '../../../server/protocol/index.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';
import { openDoor } from './door.ts';

test('[RET-6] rules and holds are set by supervisors, and read with what is due, waits and is held', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reins-retention-'));
  const storage = openStorage(folder);
  await storage.createRun(RUN);
  const people = await People.open(storage);
  const door = await openDoor({ people, storage });
  try {
    const join_ = async (name: string, role: string) =>
      people.accept(await people.invite(role, 'test', Date.now()), name, 'long enough', Date.now());
    const grace = await join_('Grace', 'supervisor');
    const otto = await join_('Otto', 'auditor');
    await storage.appendFeedback(rewardFeedback('f1'));
    const ask = async (login: string, path: string, body?: object) => {
      const reply = await fetch(`${door.url}/api/retention${path}`, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${login}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return { status: reply.status, body: (await reply.json()) as RetentionReply };
    };
    expect((await ask(otto, '/answers', { days: 9 })).status).toBe(403);
    for (const wrong of [{ days: 0 }, { days: 1.5 }, { hold: '' }, { dayz: 1 }, {}])
      expect((await ask(grace, '/answers', wrong)).status, JSON.stringify(wrong)).toBe(400);
    expect((await ask(grace, '/nothing', { days: 9 })).status).toBe(400);
    const limited = (await ask(grace, '/answers', { days: 9 })).body.rules[3];
    expect(limited).toMatchObject({ days: 9, hold: null, due: 0, waiting: 1, held: [] });
    await ask(grace, '/answers', { hold: 'case 12' });
    const { status, body } = await ask(otto, '');
    expect(status).toBe(200);
    expect(body.rules.map(({ name }) => name)).toEqual([
      'sign-ins',
      'words',
      'episodes',
      'answers',
    ]);
    expect(body.rules[3]).toMatchObject({
      ...{ days: 9, hold: { reason: 'case 12', actor: 'Grace' }, due: 0, waiting: 0 },
      held: [{ why: 'answers are held', count: 1 }],
    });
    await ask(grace, '/answers', { hold: null, days: null });
    expect((await ask(otto, '')).body.rules[3]).toMatchObject({ days: null, hold: null, held: [] });
  } finally {
    await door.close();
    await storage.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

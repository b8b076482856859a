/** What supervisors decide over HTTP reaches the run, with who decided it. */
import { afterEach, expect, test } from 'vitest';
import { type PersonStanding, RunError, type WatchHandle } from '../../../server/contract.ts';
import { type Door, openDoor } from './door.ts';

const standing: PersonStanding = {
  state: 'paused',
  reason: 'quiz',
  actor: 'server',
  since: 5,
  quiz: { n: 4, right: 1, of: 10 },
  gold: { n: 0, right: 0 },
  repeats: { n: 0, right: 0 },
  ratio: 0,
  fast: null,
};

let door: Door;
afterEach(() => door.close());

async function open() {
  const heard: unknown[][] = [];
  const watch: WatchHandle = {
    of: () => standing,
    learned: () => undefined,
    people: ['ada'],
    gold: [],
    async pause(...said) {
      heard.push(['pause', ...said]);
      return 3;
    },
    async resume(...said) {
      heard.push(['resume', ...said]);
      return 2;
    },
    async agreeOnGold(queryId, actor) {
      heard.push(['agree', queryId, actor]);
      if (queryId === 'q2') throw new RunError('not-allowed', 'they differ');
      return `${queryId}-agreed`;
    },
    async retireGold(id, ...said) {
      heard.push(['retire', id, ...said]);
      return id === 'g1';
    },
  };
  const nothing = async () => [];
  const storage = { answeredAssignments: nothing, readFeedback: nothing, listReviews: nothing };
  door = await openDoor({ run: { watch }, storage });
  return heard;
}

const post = (path: string, body: object) =>
  fetch(door.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('[QUAL-13] pausing and letting in again need a reason and say how many answers that changes', async () => {
  const heard = await open();
  expect((await post('/api/people/ada/pause', {})).status).toBe(400);
  const paused = await post('/api/people/ada/pause', { reason: 'asleep' });
  expect(await paused.json()).toEqual({ answers: 3 });
  const resumed = await post('/api/people/ada/resume', { reason: 'awake' });
  expect(await resumed.json()).toEqual({ answers: 2 });
  expect(heard).toEqual([
    ['pause', 'ada', 'asleep', 'owner'],
    ['resume', 'ada', 'awake', 'owner'],
  ]);
});

test('[QUAL-15] what people agree on is made gold by somebody, who is named; else it is refused with the reason', async () => {
  const heard = await open();
  expect(await (await post('/api/gold', { queryId: 'q1' })).json()).toEqual({ id: 'q1-agreed' });
  const refused = await post('/api/gold', { queryId: 'q2' });
  expect([refused.status, await refused.json()]).toEqual([409, { message: 'they differ' }]);
  expect((await post('/api/gold', {})).status).toBe(400);
  expect(heard).toEqual([
    ['agree', 'q1', 'owner'],
    ['agree', 'q2', 'owner'],
  ]);
});

test('[QUAL-14] gold that is not there cannot be retired', async () => {
  const heard = await open();
  expect((await post('/api/gold/g1/retire', { reason: 'both crash' })).status).toBe(200);
  const reply = await post('/api/gold/g2/retire', { reason: 'both crash' });
  expect([reply.status, await reply.json()]).toEqual([404, { message: expect.any(String) }]);
  expect(heard[0]).toEqual(['retire', 'g1', 'both crash', 'owner']);
});

test('[QUAL-13] the report names people whose answers are all set aside, too', async () => {
  await open();
  const reply = await fetch(`${door.url}/api/quality`);
  const report = (await reply.json()) as { people: unknown[] };
  expect(report.people).toMatchObject([{ teacherId: 'ada', answers: 0, standing }]);
});

test('[QUAL-20] a method of consensus that is none is refused by its field, its value and those there are', async () => {
  await open();
  const refused = await fetch(`${door.url}/api/consensus?method=vote`);
  expect(refused.status).toBe(400);
  const { message } = (await refused.json()) as { message: string };
  for (const part of ['method', 'vote', 'majority', 'one-coin', 'dawid-skene'])
    expect(message).toContain(part);
  expect(await (await fetch(`${door.url}/api/consensus`)).json()).toEqual({
    ...{ method: 'one-coin', questions: [] },
    otherwise: { majority: 0, 'one-coin': 0, 'dawid-skene': 0 },
  });
});

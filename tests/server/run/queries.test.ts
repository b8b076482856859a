import { beforeEach, expect, test } from 'vitest';
import type { Episode, Feedback, Query } from '../../../agent/contract.ts';
import { stableShare } from '../../../server/actors/stable-share.ts';
import type { ServerMessage } from '../../../server/protocol/index.ts';
import { Background } from '../../../server/run/background.ts';
import { Queries } from '../../../server/run/queries.ts';
import type { Assignment, Storage } from '../../../server/storage/contract.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../../agent/synthetic.ts';
import { noCampaign } from './no-campaign.ts';
import { NO_WATCH } from './no-watch.ts';

const plain = syntheticEpisode(syntheticSpec(2, 1), 20, createRandom(1), { id: 'e' });
const episode: Episode = { ...plain, poses: new Float32Array(21 * 7) };
const query: Query = {
  id: 'q',
  runId: 'r',
  kind: 'compare',
  segments: [
    { episodeId: 'e', from: 0, to: 5 },
    { episodeId: 'e', from: 10, to: 15 },
  ],
  strategy: 'uniform',
  score: 0,
  policyVersion: 1,
  createdAt: 0,
  expiresAt: Number.POSITIVE_INFINITY,
  expiresAfterEpisodes: 3,
};

/** As much of a disk as queries need; it may be full. */
function createDisk() {
  const rows = new Map<number, Assignment>();
  const stored: Query[] = [];
  const disk = { rows, stored, isFull: false };
  const storage = {
    findEpisode: async () => ({ id: 'e' }),
    putQueries: async (list: readonly Query[]) => void stored.push(...list),
    getQuery: async (id: string) => stored.findLast((q) => q.id === id),
    async putAssignments(list: readonly Assignment[]) {
      if (disk.isFull) throw new Error('no space');
      for (const row of list) rows.set(row.token, row);
    },
    assignmentsOf: async (id: string) => [...rows.values()].filter((r) => r.queryId === id),
    leasedAssignments: async () => [...rows.values()].filter((r) => r.state === 'leased'),
    queryAnsweredBy: async (id: string) =>
      [...rows.values()].find((r) => r.feedbackId === id)?.queryId,
    async countAssignments() {
      const counts = { leased: 0, answered: 0, skipped: 0, expired: 0 };
      for (const { state } of rows.values()) counts[state]++;
      return counts;
    },
    async openTokens() {
      let last = Math.max(0, ...rows.keys());
      return () => ++last;
    },
  } as unknown as Storage;
  return { ...disk, disk, storage };
}

let disk: ReturnType<typeof createDisk>;
let queries: Queries;
beforeEach(async () => {
  disk = createDisk();
  queries = await open();
});

async function open(
  people = 1,
  share = 1,
  more: Partial<Parameters<typeof Queries.open>[0]> = {},
): Promise<Queries> {
  return Queries.open({
    runId: 'r',
    campaign: await noCampaign({ people, share }),
    storage: disk.storage,
    episodes: {
      drawn: async (id: string) => (id === 'e' ? episode : undefined),
      keep: async () => true,
    },
    background: new Background({ error: () => {} }),
    ...NO_WATCH,
    ...more,
  });
}

/** A page, and what it heard. */
function page(teacherId: string, count = 2, viewer = teacherId) {
  const heard: string[] = [];
  const leases = new Map<string, number>();
  const message = (m: ServerMessage) => {
    if (m.type === 'query') leases.set(m.query.id, m.query.lease!);
    heard.push(m.type === 'query' ? m.query.id : `${(m as { queryId: string }).queryId} gone`);
  };
  return { heard, leases, ask: () => queries.ask({ viewer, teacherId, count, message }) };
}

function answer(teacherId: string, queryId: string, choice = 'a', lease?: number): Feedback {
  const id = `${teacherId}-${queryId}-${choice}`;
  const segments = { a: query.segments[0], b: query.segments[1] };
  const times = { shownAt: 0, answeredAt: 1, receivedAt: 1, responseMs: 1000 };
  const base = { id, runId: 'r', teacherId, queryId, ...(lease ? { lease } : {}), ...times };
  return { ...base, kind: 'preference', ...segments, choice } as Feedback;
}

/** As the log does it. */
async function give(feedback: Feedback): Promise<void> {
  const answering = await queries.answering(feedback);
  if (answering) await disk.storage.putAssignments(answering.rows);
  answering?.done();
  await settled();
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test('[PEOPLE-1] three people who ask are given different queries, and a page that asks for none gets none', async () => {
  const pages = ['ada', 'bob', 'cyd'].map((name) => page(name));
  for (const p of pages.slice(0, 2)) await p.ask();
  await queries.take(['1', '2', '3', '4'].map((id) => ({ ...query, id })));
  expect(pages.map((p) => p.heard)).toEqual([['1', '3'], ['2', '4'], []]);
  expect(queries.report).toMatchObject({ served: 4, open: 4, waiting: 0, holds: true });
});

test('[PEOPLE-1] with overlap a share of the queries goes to several people, chosen by id', async () => {
  queries = await open(2, 0.5);
  const [ada, bob] = [page('ada', 6), page('bob', 6)];
  await ada.ask();
  await bob.ask();
  const ids = Array.from({ length: 6 }, (_, i) => `q${i}`);
  await queries.take(ids.map((id) => ({ ...query, id })));
  const both = ada.heard.filter((id) => bob.heard.includes(id));
  expect(both).toEqual(ids.filter((id) => stableShare(id) < 0.5));
  expect(both.length).toBeGreaterThan(0);
  expect(both.length).toBeLessThan(6);
});

test('[PEOPLE-3] a page that is loaded anew has the same query, also after the server was', async () => {
  const first = page('ada', 1);
  await first.ask();
  await queries.take([query, { ...query, id: 'q2' }]);
  expect(first.heard).toEqual(['q']);
  queries.leave('ada');
  const second = page('ada', 1, 'reloaded');
  await second.ask();
  expect(second.heard).toEqual(['q']);
  queries = await open();
  const third = page('ada', 1);
  await third.ask();
  expect(third.heard).toEqual(['q']);
  expect(third.leases).toEqual(first.leases);
  expect(queries.report).toMatchObject({ served: 1, open: 1 });
  expect(await queries.recount()).toMatchObject({ isSame: true });
});

test('[PEOPLE-3] who leaves the questions frees what is not on the screen; who is away loses it later', async () => {
  const [ada, bob] = [page('ada', 2), page('bob', 2)];
  await ada.ask();
  await queries.take([query, { ...query, id: 'q2' }]);
  queries.show('ada', 'ada', 'q');
  await queries.ask({ viewer: 'ada', teacherId: 'ada', count: 0, message: () => {} });
  await bob.ask();
  expect(bob.heard).toEqual(['q2']);
  queries.leave('ada');
  await queries.expire(Date.now() + 59_000);
  expect(bob.heard).toEqual(['q2']);
  await queries.expire(Date.now() + 61_000);
  expect(bob.heard).toContain('q');
});

test('[PEOPLE-4] what was given to somebody else is not answered', async () => {
  const ada = page('ada', 1);
  await ada.ask();
  await queries.take([query]);
  await expect(queries.answering(answer('bob', 'q'))).rejects.toMatchObject({
    code: 'expired-query',
  });
  await give(answer('ada', 'q', 'a', ada.leases.get('q')));
  expect(queries.report).toMatchObject({ served: 1, answered: 1, open: 0 });
});

test('[PEOPLE-5] an answer that is taken back gives its person the query again, under a new lease', async () => {
  const ada = page('ada', 1);
  await ada.ask();
  await queries.take([query]);
  const first = ada.leases.get('q')!;
  await give(answer('ada', 'q', 'a', first));
  const retraction = { ...answer('ada', 'q'), id: 'undo', kind: 'retraction', queryId: undefined };
  await give({ ...retraction, feedbackId: 'ada-q-a' } as unknown as Feedback);
  expect(ada.leases.get('q')).toBeGreaterThan(first);
  await give(answer('ada', 'q', 'b'));
  expect(queries.report).toMatchObject({ served: 2, answered: 1, expired: 1, open: 0 });
  expect(await queries.recount()).toMatchObject({ isSame: true });
});

test('[PEOPLE-6] on a full disk nobody is given anything, and ends are written once there is room', async () => {
  const ada = page('ada', 1);
  await ada.ask();
  await queries.take([query]);
  disk.disk.isFull = true;
  await expect(queries.expire(Date.now() + 61_000)).rejects.toThrow('no space');
  expect(queries.report).toMatchObject({ served: 1, expired: 1, open: 0 });
  disk.disk.isFull = false;
  await queries.expire(Date.now());
  expect(queries.report).toMatchObject({ served: 2, expired: 1, open: 1 });
  expect(await queries.recount()).toMatchObject({ isSame: true });
});

test('[SRV-40] a question expires when its time is over, and its person is told', async () => {
  const ada = page('ada');
  await ada.ask();
  await queries.take([{ ...query, expiresAt: 1000 }]);
  await queries.expire(999);
  expect(queries.size).toBe(1);
  await queries.expire(1000);
  expect(queries.size).toBe(0);
  expect(ada.heard).toEqual(['q', 'q gone']);
});

test('[SRV-40] it expires when behaviour has moved on, counted from when it was taken', async () => {
  for (let i = 0; i < 3; i++) queries.moved();
  await queries.take([query]);
  for (let i = 1; i < 3; i++) queries.moved();
  await queries.expire(0);
  expect(queries.size).toBe(1);
  queries.moved();
  await queries.expire(0);
  expect(queries.size).toBe(0);
});

test('[SRV-40] one about unknown clips is never shown', async () => {
  await queries.take([{ ...query, segments: [{ episodeId: 'lost', from: 0, to: 1 }] }]);
  expect(queries.size).toBe(0);
});

test('[SRV-41] when other questions are worth more, those that wait are withdrawn', async () => {
  const ada = page('ada');
  await ada.ask();
  await queries.take([query]);
  await queries.renew();
  expect(queries.size).toBe(0);
  expect(ada.heard).toEqual(['q', 'q gone']);
  await queries.take([{ ...query, id: 'q2' }]);
  expect(queries.open.map((q) => q.id)).toEqual(['q2']);
});

test('[SRV-41] urgent questions are first in the queue, in the order they came', async () => {
  const urgent = (id: string) => ({ ...query, id, urgent: true });
  await queries.take([query, urgent('u'), { ...query, id: 'q2' }, urgent('v')]);
  expect(queries.open.map((q) => q.id)).toEqual(['u', 'v', 'q', 'q2']);
  const ada = page('ada', 3);
  await ada.ask();
  expect(ada.heard).toEqual(['u', 'v', 'q']);
});

test('[SRV-42] a question never expires under a person’s eyes; its episodes stay meanwhile', async () => {
  const far = Date.now() + 1_000_000;
  const timed = { ...query, expiresAt: 1000 };
  await page('ada', 2).ask();
  await queries.take([timed, { ...timed, id: 'q2' }]);
  queries.show('ada', 'ada', 'q');
  for (let i = 0; i < 10; i++) queries.moved();
  await queries.expire(far);
  await queries.renew();
  expect(queries.open.map((q) => q.id)).toEqual(['q']);
  expect(disk.stored.at(-1)!.expiresAt).toBeGreaterThan(far);
  const writes = disk.stored.length;
  await queries.expire(far + 1);
  expect(disk.stored.length).toBe(writes);
  queries.show('ada', 'ada', undefined);
  await queries.expire(far + 61_000);
  expect(queries.size).toBe(0);
});

test('[SRV-42] one that is passed makes room for another', async () => {
  const ada = page('ada', 1);
  await ada.ask();
  await queries.take([query, { ...query, id: 'q2' }]);
  await queries.pass('ada', 'q');
  expect(ada.heard).toEqual(['q', 'q gone', 'q2']);
  expect(queries.report).toMatchObject({ skipped: 1, open: 1 });
});

test('[AUTO-2] what a model answers nobody is asked', async () => {
  queries = await open(1, 1, { automation: { take: async ({ id }: Query) => id === 'q' } });
  await queries.take([query, { ...query, id: 'q2' }]);
  expect(queries.open.map(({ id }) => id)).toEqual(['q2']);
});

/** A whole server, killed in between, and people who answer side by side. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ClientFeedback, WireQuery } from '../../server/protocol/index.ts';
import { type Client, connect } from '../e2e/client.ts';
import { temporaryFolder, until } from '../e2e/helpers.ts';
import { type ServeProcess, serve } from './serve-process.ts';

const ARGS = ['--env', 'reacher', '--rollouts', '1', '--log-level', 'error'];
let folder: ReturnType<typeof temporaryFolder>;
let server: ServeProcess;
beforeEach(async () => {
  folder = temporaryFolder();
  server = await serve(folder.path, ARGS);
});
afterEach(async () => {
  await server.end('SIGKILL');
  folder.remove();
});

async function person(name: string, count = 2): Promise<Client> {
  const client = await connect(server.url!, name);
  client.send({ type: 'ask-queries', count });
  return client;
}

/** The queries that a page was given, the newest state of each. */
async function given(client: Client, count: number): Promise<WireQuery[]> {
  const queries = () => [
    ...new Map(client.all('query').map(({ query }) => [query.id, query])).values(),
  ];
  await until(`${count} questions`, () => queries().length >= count);
  return queries();
}

function answerTo(query: WireQuery, teacherId: string, id: string): ClientFeedback {
  const [a, b] = query.segments as [WireQuery['segments'][0], WireQuery['segments'][0]];
  const now = Date.now();
  const times = { shownAt: now - 900, answeredAt: now, responseMs: 900 };
  const lease = query.lease === undefined ? {} : { lease: query.lease };
  const base = { id, runId: query.runId, teacherId, queryId: query.id, ...lease, ...times };
  return { ...base, kind: 'preference', a, b, choice: 'a' };
}

async function queue() {
  return (await (await fetch(`${server.url}/api/queue`)).json()) as Record<string, unknown>;
}

it('[PEOPLE-1] three people are given different questions, keep theirs over a kill, and every one is accounted for', async () => {
  const names = ['ada', 'bob', 'cyd'];
  const people = await Promise.all(names.map((name) => person(name)));
  const held = await Promise.all(people.map((client) => given(client, 2)));
  const ids = held.flat().map((query) => query.id);
  expect(new Set(ids).size).toBe(6);
  const [ada, bob] = people as [Client, Client];
  // Two answers to one question: the second is refused, the first counts.
  const [mine, next] = held[0] as [WireQuery, WireQuery];
  ada.send({ type: 'feedback', feedback: answerTo(mine, 'ada', 'f1') });
  await ada.expect('ack', (ack) => ack.feedbackId === 'f1');
  bob.send({ type: 'feedback', feedback: answerTo(mine, 'bob', 'f2') });
  expect((await bob.expect('error', (e) => e.ref === 'f2')).code).toBe('expired-query');
  await until('another question for ada', () => ada.all('query').length >= 3);
  expect(await queue()).toMatchObject({ served: 7, answered: 1, open: 6, holds: true });
  for (const client of people) client.close();

  await server.end('SIGKILL');
  server = await serve(folder.path, ARGS);
  expect(await queue()).toMatchObject({ served: 7, answered: 1, open: 6, holds: true });
  const back = await person('ada');
  const again = await given(back, 2);
  expect(again.map((query) => query.id)).toContain(next.id);
  expect(again.find((query) => query.id === next.id)!.lease).toBe(next.lease);
  back.send({ type: 'feedback', feedback: answerTo(next, 'ada', 'f3') });
  await back.expect('ack', (ack) => ack.feedbackId === 'f3');
  await until('the sum', async () => (await queue()).answered === 2);
  expect((await back.expect('status', (s) => s.queue?.answered === 2)).queue?.holds).toBe(true);
  back.close();
});

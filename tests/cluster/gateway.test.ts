/** `reins gateway`: people who reach a learner by it, and what is left when a gateway or the learner dies. */
import { connect as connectNats } from '@nats-io/transport-node';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import WebSocket from 'ws';
import { runWorkforce } from '../../cli/workforce/workforce.ts';
import {
  type ClientFeedback,
  FLAG,
  OP,
  SUBPROTOCOL,
  type WireQuery,
} from '../../server/protocol/index.ts';
import { connect, reward, takeOver, verdicts } from '../e2e/client.ts';
import {
  type RunningServer,
  startListening,
  startServerProcess,
  temporaryFolder,
  until,
} from '../e2e/helpers.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { createNats, type NatsServer } from './nats-server.ts';
import { rounds } from './rounds.ts';

const TOKEN = 'a-token-of-22-letters-';
const ROUNDS = rounds(1);
let database: TestDatabase;
let nats: NatsServer;
/** Undone in reverse order after each test. */
const undo: (() => unknown)[] = [];

beforeEach(async () => {
  database = await createDatabase(inject('postgres'));
  undo.push(() => database.remove());
  nats = await createNats();
  undo.push(() => nats.remove());
  await nats.start();
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function learner(...more: readonly string[]): Promise<RunningServer> {
  const folder = temporaryFolder();
  undo.push(folder.remove);
  const args = ['--env', 'reacher', '--log-level', 'error'];
  const server = await startServerProcess({
    ...{ command: 'learner', dataDir: folder.path },
    args: [...args, '--database', database.url, '--nats', nats.url, ...more],
  });
  undo.push(() => server.stop('SIGKILL'));
  return server;
}

async function gateway(...more: readonly string[]): Promise<RunningServer> {
  const words = ['gateway', '--port', '0', '--nats', nats.url, '--log-level', 'warn', ...more];
  const server = await startListening(words);
  undo.push(() => server.stop('SIGKILL'));
  return server;
}

const json = async (url: string) => (await (await fetch(url)).json()) as Record<string, unknown>;
const viewers = async ({ url }: RunningServer) =>
  Number(/^reins_viewers (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1]);

test('[GATE-7] by a gateway a person has the page, the live simulation, questions, takeovers and replays', async () => {
  const server = await learner();
  const { url } = await gateway();
  const page = await (await fetch(url)).text();
  const script = /src="\.\/(assets\/[^"]+)"/.exec(page)![1]!;
  const asset = await fetch(`${url}/${script}`);
  expect(asset.headers.get('cache-control')).toContain('immutable');
  expect((await asset.text()).length).toBeGreaterThan(1000);
  expect(await json(`${url}/healthz`)).toMatchObject({ status: 'ok' });
  const { runId } = (await json(`${url}/api/health`)) as { runId: string };
  expect(await json(`${server.url}/api/health`)).toMatchObject({ runId });

  const client = await connect(url, 'ada');
  await until('frames', () => client.frames() > 20);
  expect(client.all('scene')).toHaveLength(1);
  const { episodeId } = await client.expect('status', (s) => s.episodeId !== '');
  const given = reward(runId, 'ada', episodeId, client.frame()!.step, 1);
  client.send({ type: 'feedback', feedback: given });
  await client.expect('ack', (m) => m.feedbackId === given.id);
  await takeOver(client, [0.5, -0.5]);
  await until('the verdict', () => verdicts(client).length > 0);

  client.send({ type: 'ask-queries', count: 1 });
  const { query } = await client.expect('query');
  client.send({ type: 'show-query', queryId: query.id });
  client.send({ type: 'feedback', feedback: preference(query) });
  await client.expect('ack', (m) => m.feedbackId === 'answer-1');
  const [segment] = query.segments;
  client.send({ type: 'request-clip', tag: 3, segment: segment! });
  expect((await until('a clip', () => client.clip())).tag).toBe(3);
  const steps = await json(`${url}/api/episodes/${segment!.episodeId}/steps`);
  expect(Object.keys(steps).length).toBeGreaterThan(0);
  const log = (await (await fetch(`${url}/api/feedback`)).json()) as { id: string }[];
  expect(log.map(({ id }) => id)).toEqual(expect.arrayContaining([given.id, 'answer-1']));
  client.close();
  await until('it is gone', async () => (await viewers(server)) === 0);
});

function preference(query: WireQuery): ClientFeedback {
  const now = Date.now();
  const [a, b] = query.segments as [WireQuery['segments'][0], WireQuery['segments'][0]];
  return {
    ...{ id: 'answer-1', runId: query.runId, teacherId: 'ada', queryId: query.id },
    ...{ shownAt: now, answeredAt: now, responseMs: 0 },
    ...(query.lease === undefined ? {} : { lease: query.lease }),
    ...{ kind: 'preference', a, b, choice: 'a' },
  };
}

test('[GATE-13] a picture goes to a gateway once for all its pages, and to whoever comes while it is paused', async () => {
  await learner('--live', '2');
  const [one, other] = [await gateway(), await gateway()];
  const first = await connect(one.url, 'ada');
  const pages = [first, await connect(one.url, 'bob'), await connect(one.url, 'eve')];
  const elsewhere = await connect(other.url, 'dan');
  const beside = await connect(one.url, 'kim');
  beside.send({ type: 'look', live: 1, wall: false });
  await until('the other simulation', () => beside.frame()?.live === 1);
  const line = await listenIn();
  const counts = () => [...pages, elsewhere, beside].map((client) => client.frames());
  const before = counts();
  await until('pictures', () => counts().every((n, i) => n >= before[i]! + 40));
  const heard = await line.close();
  const threefold = heard.filter(({ pages }) => pages === 3);
  expect(threefold.length).toBeGreaterThan(30);
  const [{ gateway: name }] = threefold as [Picture];
  const byOne = heard.filter(({ gateway }) => gateway === name);
  expect(new Set(byOne.map(({ live, pages }) => `${live} for ${pages}`))).toEqual(
    new Set(['0 for 3', '1 for 1']),
  );
  expect([first, beside].map((client) => client.frame()!.live)).toEqual([0, 1]);

  first.send({ type: 'control', id: 'pause', action: 'pause' });
  await until('a standstill', () => ((first.frame()?.flags ?? 0) & FLAG.paused) !== 0);
  const late = await connect(one.url, 'tom');
  await until('the present picture', () => late.frame());
  expect(late.frame()!.step).toBe(first.frame()!.step);
  for (const client of [...pages, elsewhere, beside, late]) client.close();
});

interface Picture {
  readonly gateway: string;
  /** Which live simulation. */
  readonly live: number;
  /** How many it is for. */
  readonly pages: number;
}

/** Pictures on their way from the learner to gateways. */
async function listenIn() {
  const connection = await connectNats({ servers: nats.url });
  const pictures: Picture[] = [];
  connection.subscribe('reins.*.down.>', {
    callback: (_, { subject, data }) => {
      const [type, count] = [data[0], Buffer.from(data).readUInt32LE(1)];
      const pages = type === 5 ? count : 1;
      const [head, length, , , op, , , live] = data.subarray(type === 5 ? 9 + 8 * count : 9);
      if (head === 0x82 && length === 126 && op === OP.frame)
        pictures.push({ gateway: subject, live: live!, pages });
    },
  });
  await connection.flush();
  return {
    async close() {
      await connection.close();
      return pictures;
    },
  };
}

test('[GATE-8] who may come in is decided as if they came directly: token, cookie, origin, and no gateway of others without a token', async () => {
  const server = await learner('--token', TOKEN);
  const { url } = await gateway();
  for (const path of ['/', '/assets/none.js', '/api/health', '/metrics'])
    expect((await fetch(url + path)).status, path).toBe(401);
  const link = await fetch(`${url}/?token=${TOKEN}`, {
    ...{ redirect: 'manual', headers: { accept: 'text/html' } },
  });
  expect([link.status, link.headers.get('location')]).toEqual([303, '.']);
  const cookie = link.headers.get('set-cookie')!.split(';')[0]!;
  const page = await fetch(url, { headers: { cookie } });
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await page.text()).toContain('<title>Reins</title>');
  const foreign = { cookie, origin: 'https://elsewhere.example' };
  const posted = await fetch(`${url}/sign-out`, { method: 'POST', headers: foreign });
  expect(posted.status).toBe(403);
  expect(await upgrade(url, { cookie })).toBe(101);
  expect(await upgrade(url, foreign)).toBe(403);
  expect(await upgrade(url, {})).toBe(401);
  await server.stop('SIGKILL');

  // Now one whose owner has not said that others may come.
  await learner();
  const open = await gateway('--host', '0.0.0.0');
  const refused = await until('the new learner', async () => {
    const reply = await fetch(`http://127.0.0.1:${new URL(open.url).port}/api/health`);
    const { message } = (await reply.json()) as { message?: string };
    return message?.includes('--token') ? { message, status: reply.status } : undefined;
  });
  expect(refused).toMatchObject({ status: 503 });
  await until('the other one', async () => (await fetch(`${url}/api/health`)).ok);
});

/** The status of a request for a socket. */
function upgrade(url: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, SUBPROTOCOL, { headers });
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.once('open', () => {
      resolve(101);
      socket.close();
    });
    socket.once('unexpected-response', (_, { statusCode }) => resolve(statusCode!));
  });
}

test('[GATE-9] [FORCE-4] kill -9 of one of two gateways under load: its people come back by the other, nothing is lost or served twice', async () => {
  const server = await learner();
  const second = await gateway();
  for (let round = 0; round < ROUNDS; round++) {
    const first = await gateway();
    let isKilled = false;
    const report = await runWorkforce({
      ...{ urls: [first.url, second.url], token: undefined, people: 12, answers: 240 },
      ...{ paceMs: 100, bad: 0, overlap: 1, seed: 1 + round },
      onAnswer: (done) => {
        if (done < 60 || isKilled) return;
        isKilled = true;
        void first.stop('SIGKILL');
      },
    });
    expect(isKilled).toBe(true);
    expect(report).toMatchObject({ lost: 0, beyondOverlap: 0, twice: 0 });
    expect(report.queue).toMatchObject({ holds: true });
    await until('the sessions of the dead one end', async () => (await viewers(server)) === 0);
  }
  const client = await connect(second.url, 'ada');
  client.close();
});

test('[GATE-10] after kill -9 of the learner people find the next one by the same gateway, with every acknowledged answer', async () => {
  let server = await learner();
  const { url } = await gateway();
  for (let round = 0; round < ROUNDS; round++) {
    const client = await connect(url, 'ada');
    const { episodeId } = await client.expect('status', (s) => s.episodeId !== '');
    await until('frames', () => client.frames() > 5);
    const { runId } = (await json(`${url}/api/health`)) as { runId: string };
    const given = reward(runId, 'ada', episodeId, client.frame()!.step, 1);
    client.send({ type: 'feedback', feedback: given });
    await client.expect('ack', (m) => m.feedbackId === given.id);
    await server.stop('SIGKILL');
    await until('the page knows', () => client.isClosed());
    const away = await fetch(`${url}/api/health`);
    expect([away.status, await away.json()]).toEqual([
      503,
      { message: expect.stringMatching(/does not answer. It is tried again/) },
    ]);
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
    server = await learner();
    await until('the next', async () => (await fetch(`${url}/healthz`)).ok);
    const again = await connect(url, 'ada');
    again.send({ type: 'feedback', feedback: given }); // as a page does that heard no answer
    expect(await again.expect('ack', (m) => m.feedbackId === given.id)).toMatchObject({
      duplicate: true,
    });
    again.close();
  }
});

test('[GATE-11] a broker that is killed and comes back: people are let in again by the same gateway', async () => {
  await learner();
  const { url } = await gateway();
  for (let round = 0; round < ROUNDS; round++) {
    const client = await connect(url, 'ada');
    await until('frames', () => client.frames() > 5);
    await nats.stop('SIGKILL');
    await until('the page knows', () => client.isClosed());
    await nats.start();
    await until('it is there', async () => (await fetch(`${url}/healthz`)).ok);
  }
  const again = await connect(url, 'ada');
  await until('frames', () => again.frames() > 5);
  again.close();
});

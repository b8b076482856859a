/** Every role against every route and every message, over real HTTP and sockets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { RunHandle } from '../../../server/contract.ts';
import { People } from '../../../server/people/people.ts';
import { ANYBODY, PERMISSIONS } from '../../../server/people/roles.ts';
import {
  clientMessageSchema,
  encodeInput,
  feedbackSchema,
  PROTOCOL_VERSION,
  ROLES,
  type ServerMessage,
  SUBPROTOCOL,
} from '../../../server/protocol/index.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { type Door, openDoor } from '../connection/door.ts';

let folder = '';
let storage: Storage;
let people: People;
let door: Door;
const logins = new Map<string, string>();

const run: Partial<RunHandle> = {
  run: { id: 'run-1' } as never,
  accept: async () => ({ duplicate: false }),
  askQueries() {},
  showQuery() {},
  passQuery() {},
  leaveQueries() {},
  openInstructions: async () => true,
  lookAtCampaign: async () => {},
  emergencyStop() {},
  history: async () => [],
  recountQueue: async () => ({ disk: {} as never, isSame: true }),
  queue: { served: 0, answered: 0, skipped: 0, expired: 0, open: 0, waiting: 0, holds: true },
  watch: {
    of: () => ({}) as never,
    learned: () => undefined,
    people: [],
    gold: [],
    pause: async () => 0,
    resume: async () => 0,
    agreeOnGold: async () => 'g',
    retireGold: async () => true,
  },
  model: async () => undefined,
  reviews: { list: async () => [], decide: async () => {} },
  facts: { controlDt: 0.1 } as never,
  episode: async () => undefined,
  drawnEpisode: async () => undefined,
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-matrix-'));
  storage = openStorage(folder);
  people = await People.open(storage);
  const now = Date.now();
  for (const role of ['supervisor', 'operator', 'annotator', 'auditor'])
    logins.set(
      role,
      await people.accept(await people.invite(role, 'test', now), role, 'long enough', now),
    );
  logins.set('service', await people.addService('robot', 'test', now));
  door = await openDoor({ people, storage, run });
});
afterAll(async () => {
  await door.close();
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

const entries = Object.entries(PERMISSIONS) as [string, readonly string[] | typeof ANYBODY][];
const routes = entries.filter(([what]) => !what.startsWith('message '));
const messages = entries.filter(([what]) => what.startsWith('message '));
const WHO = [...ROLES, 'nobody'] as const;

const allows = (allowed: readonly string[] | typeof ANYBODY, who: string) =>
  allowed === ANYBODY || allowed.includes(who);

function ask(what: string, who: string): Promise<Response> {
  const [method, path] = what.split(' ') as [string, string];
  const login = logins.get(who);
  return fetch(door.url + path.replace(':id', 'P-0').replace('*', 'nothing.js'), {
    method,
    redirect: 'manual',
    headers: login ? { authorization: `Bearer ${login}` } : {},
  });
}

describe('[ROLE-5] every role against every route', () => {
  // Signing out would end the login that the others need.
  const tried = routes.filter(([what]) => what !== 'POST /sign-out');
  test.each(tried)('%s', async (what, allowed) => {
    for (const who of WHO) {
      const reply = await ask(what, who);
      const { status } = reply;
      const refused = who === 'nobody' ? 401 : 403;
      // A form without its fields is refused by itself.
      if (!allows(allowed, who)) expect([who, status]).toEqual([who, refused]);
      else if (what !== 'POST /sign-in') expect([401, 403]).not.toContain(status);
      // There is no such episode, but there is such a route.
      if (allows(allowed, who) && !what.includes('/*'))
        expect(await reply.text()).not.toMatch(/Route .* not found/);
    }
  });

  test('a page that nobody is signed in on is sent to the form', async () => {
    const reply = await fetch(door.url, { redirect: 'manual', headers: { accept: 'text/html' } });
    expect([reply.status, reply.headers.get('location')]).toEqual([303, 'sign-in']);
  });

  test('a route without an entry does not start', async () => {
    const { guardHttp } = await import('../../../server/connection/http-guard.ts');
    const { default: fastify } = await import('fastify');
    const app = fastify();
    guardHttp(app, { admission: {} } as never);
    expect(() => app.get('/api/new', async () => 'open')).toThrow(/no entry/);
    await app.close();
  });
});

// ------------------------------------------------------------------ messages

const segment = { episodeId: 'e', from: 0, to: 5 };
const base = { id: 'f', runId: 'run-1', teacherId: 't', shownAt: 1, answeredAt: 2, responseMs: 1 };
const BODIES: Record<string, object> = {
  reward: { episodeId: 'e', step: 1, value: 1 },
  preference: { a: segment, b: segment, choice: 'a' },
  ranking: { segments: [segment, segment], order: [0, 1] },
  rating: { segment, score: 1, scale: 5 },
  override: segment,
  correction: { segment, corrected: segment },
  demonstration: { segment },
  approval: { queryId: 'q', decision: 'allow' },
  estop: { episodeId: 'e', step: 1 },
  critique: { ...segment, value: 1 },
  retraction: { feedbackId: 'g' },
};
const FIELDS: Record<string, object> = {
  hello: { protocol: PROTOCOL_VERSION, teacherId: 'somebody-else' },
  ping: { sentAt: 1 },
  agree: { consent: 'a'.repeat(64) },
  look: { live: 0, wall: false },
  'request-clip': { tag: 1, segment },
  'request-history': { since: 0 },
  'ask-queries': { count: 1 },
  'show-query': { queryId: null },
  'pass-query': { queryId: 'q' },
  'open-instructions': { textHash: 'a'.repeat(64) },
  speed: { factor: 1 },
  rewind: { seconds: 1 },
  record: { from: {} },
  'release-to': { target: 'brake' },
  share: { share: 0.5 },
  fade: { seconds: 1 },
  oversight: { mode: 'on' },
  answer: { ask: 1, isYes: true },
  overlays: { on: true },
};

function messageOf(what: string): Buffer | string {
  const [type, part] = what.slice('message '.length).split('.') as [string, string | undefined];
  if (type === 'input') {
    const values = Float32Array.of(1);
    const input = {
      sequence: 1,
      live: 0,
      episodeNumber: 0,
      step: 0,
      sentAt: 1,
      activeAxes: 1,
      values,
    };
    return Buffer.from(encodeInput(input));
  }
  if (type === 'feedback')
    return JSON.stringify({ type, feedback: { ...base, kind: part, ...BODIES[part!] } });
  if (type === 'control') return JSON.stringify({ type, id: 'c', action: part, ...FIELDS[part!] });
  return JSON.stringify({ type, ...FIELDS[type] });
}

/** A page of this role; what it hears of a message before the answer to a ping. */
async function openPage(who: string) {
  const login = logins.get(who)!;
  const socket = new WebSocket(`${door.url.replace('http', 'ws')}/ws`, SUBPROTOCOL, {
    headers: { authorization: `Bearer ${login}` },
  });
  const heard: ServerMessage[] = [];
  let onPong = () => {};
  socket.on('message', (data, binary) => {
    if (binary) return;
    const message = JSON.parse(String(data)) as ServerMessage;
    heard.push(message);
    if (message.type === 'pong') onPong();
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  async function say(message: Buffer | string): Promise<ServerMessage[]> {
    heard.length = 0;
    const answered = new Promise<void>((resolve) => {
      onPong = resolve;
    });
    socket.send(message);
    socket.send(messageOf('message ping'));
    await answered;
    return [...heard];
  }
  const welcome = (await say(messageOf('message hello'))).find((m) => m.type === 'welcome');
  return { say, welcome, close: () => socket.terminate() };
}

describe('[ROLE-5] every role against every message', () => {
  test('the table has every message that there is, and no other', () => {
    const names = clientMessageSchema.options.flatMap((option): string[] => {
      if ('options' in option) return option.options.map((o) => `control.${o.shape.action.value}`);
      const type = option.shape.type.value;
      if (type !== 'feedback') return [type];
      return feedbackSchema.options.map((o) => `feedback.${o.shape.kind.value}`);
    });
    const listed = messages.map(([what]) => what.slice('message '.length));
    expect(listed.sort()).toEqual([...names, 'input'].sort());
    // What is sent below is a message, so that a refusal is one of the role.
    for (const [what] of messages)
      if (what !== 'message input')
        expect(clientMessageSchema.safeParse(JSON.parse(String(messageOf(what)))).success).toBe(
          true,
        );
  });

  test.each(ROLES)('%s', async (who) => {
    const page = await openPage(who);
    expect(page.welcome).toMatchObject({ person: { role: who } });
    for (const [what, allowed] of messages) {
      const heard = await page.say(messageOf(what));
      const refused = heard.some((m) => m.type === 'error' && m.code === 'not-allowed');
      expect([who, what, refused]).toEqual([who, what, !allows(allowed, who)]);
    }
    page.close();
  });

  test('nobody opens a socket without signing in', async () => {
    const socket = new WebSocket(`${door.url.replace('http', 'ws')}/ws`, SUBPROTOCOL);
    const status = await new Promise((resolve) => {
      socket.on('error', () => {});
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
    });
    expect(status).toBe(401);
  });
});

describe('[ROLE-6] forms', () => {
  // Tries are counted by the door.
  let door: Door;
  beforeEach(async () => {
    door = await openDoor({ people, storage, run });
  });
  afterEach(() => door.close());

  const post = (path: string, fields: Record<string, string>, headers = {}) =>
    fetch(door.url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });

  test('signing in sets a cookie that scripts cannot read and other sites do not send', async () => {
    const wrong = await post('/sign-in', { name: 'operator', password: 'long enouhg' });
    expect(wrong.status).toBe(401);
    const right = await post('/sign-in', { name: 'operator', password: 'long enough' });
    expect(right.status).toBe(303);
    const cookie = right.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^reins-login-\d+=[\w-]{32}; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
    const me = await fetch(`${door.url}/api/me`, { headers: { cookie: cookie.split(';')[0]! } });
    expect(await me.json()).toMatchObject({ name: 'operator', role: 'operator' });
    await post('/sign-out', {}, { cookie: cookie.split(';')[0]! });
    const after = await fetch(`${door.url}/api/me`, { headers: { cookie: cookie.split(';')[0]! } });
    expect(after.status).toBe(401);
  });

  test('a form of another site is refused', async () => {
    const reply = await post(
      '/sign-in',
      { name: 'operator', password: 'long enough' },
      { origin: 'http://evil.example' },
    );
    expect(reply.status).toBe(403);
  });

  test('a supervisor’s invitation lets somebody in', async () => {
    const headers = {
      authorization: `Bearer ${logins.get('supervisor')}`,
      'content-type': 'application/json',
    };
    const invited = await fetch(`${door.url}/api/invites`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ role: 'annotator' }),
    });
    const { link } = (await invited.json()) as { link: string };
    const form = await (await fetch(`${door.url}/${link}`)).text();
    expect(form).toContain('You are invited as annotator');
    const code = new URL(link, door.url).searchParams.get('code')!;
    const made = await post('/invite', { code, name: 'Eve', password: 'long enough' });
    expect(made.status).toBe(303);
    const gone = await fetch(`${door.url}/${link}`);
    expect(gone.status).toBe(410);
  });
});

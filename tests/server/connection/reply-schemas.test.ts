/** Replies are what the description of the API says, and hold nothing that it does not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenApi } from '../../../server/connection/api-page.ts';
import type { WatchHandle } from '../../../server/contract.ts';
import { People } from '../../../server/people/people.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { comment } from '../../contracts/comments.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';
import { recordEpisode } from '../run/episode.ts';
import { type Door, openDoor } from './door.ts';

let folder = '';
let storage: ReturnType<typeof openStorage>;
let people: People;
let door: Door;
let document: OpenApi;
let logins: string[];

const queue = { served: 3, answered: 1, skipped: 1, expired: 0, open: 1 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-replies-'));
  storage = openStorage(folder);
  await storage.createRun(RUN);
  people = await People.open(storage);
  logins = [];
  for (const name of ['Grace', 'Edith']) {
    const invite = await people.invite('supervisor', 'test', Date.now());
    logins.push(await people.accept(invite, name, 'long enough', Date.now()));
  }
  await storage.putEpisode(recordEpisode('e1', 20), { live: true });
  for (const id of ['f1', 'f2']) await storage.appendFeedback(rewardFeedback(id));
  await storage.putComment(comment('c1', 'ada', 1));
  const published = { version: 3, applied: ['f1'], unused: [], isFirst: true, time: 5 };
  await storage.notePublished(RUN.id, published);
  const watch: Partial<WatchHandle> = { pause: async () => 2, resume: async () => 2 };
  door = await openDoor({
    ...{ people, storage },
    run: {
      queue: { ...queue, waiting: 4, holds: true },
      recountQueue: async () => ({ disk: queue, isSame: true }),
      watch: watch as WatchHandle,
    },
  });
  document = (await (await ask('GET', '/api/openapi.json')).json()) as OpenApi;
});
afterAll(async () => {
  await door.close();
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (method: string, path: string, body?: object, login = logins[0]) =>
  fetch(door.url + path, {
    method,
    headers: { authorization: `Bearer ${login}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

type Schema = Readonly<Record<string, unknown>>;

/** Nothing is in it but what it names. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, each]) => [key, closed(each)]),
  );
  const isOpen = !('properties' in inner) || 'additionalProperties' in inner;
  return isOpen ? inner : { ...inner, additionalProperties: false };
}

function schemaOf(method: string, route: string): Schema {
  const operation = document.paths[route.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
  const schema = operation?.responses['200']?.content?.['application/json']?.schema;
  if (!schema) throw new Error(`${method} ${route} has no schema of its reply`);
  return schema as object as Schema;
}

const CASES: readonly (readonly [string, string, (string | undefined)?, object?])[] = [
  ['GET', '/api/health'],
  ['GET', '/api/me'],
  ['GET', '/api/accounts'],
  ['POST', '/api/accounts', undefined, { name: 'a program', role: 'service' }],
  ['POST', '/api/invites', undefined, { role: 'annotator' }],
  ['GET', '/api/admission'],
  ['GET', '/api/queue'],
  ['GET', '/api/audit'],
  ['GET', '/api/lineage'],
  ['GET', '/api/lineage/versions/:version', '/api/lineage/versions/3'],
  ['GET', '/api/lineage/feedback/:id', '/api/lineage/feedback/f1'],
  ['GET', '/api/lineage/feedback/:id', '/api/lineage/feedback/f2'],
  ['GET', '/api/episodes/:id/comments', '/api/episodes/e1/comments'],
  [
    'POST',
    '/api/episodes/:id/comments',
    '/api/episodes/e1/comments',
    { id: 'c2', text: 'yes', replyTo: 'c1' },
  ],
  ['POST', '/api/comments/:id', '/api/comments/c1', { isResolved: true }],
  ['POST', '/api/people/:id/pause', '/api/people/ada/pause', { reason: 'why' }],
  ['POST', '/api/people/:id/resume', '/api/people/ada/resume', { reason: 'why' }],
  ['POST', '/api/people/:id/erase', '/api/people/ada/erase', { answers: true }],
  ['GET', '/api/erasures'],
  ['GET', '/api/retention'],
  ['GET', '/api/automation'],
  ['GET', '/api/automation/answers'],
];

const cases = CASES.map(([method, route, path = route, body]) => ({ method, route, path, body }));

test.each(cases)('[API-1] the reply of $method $path is as described', async (each) => {
  const { method, route, path, body } = each;
  const reply = await ask(method, path, body);
  const value = await reply.json();
  expect(reply.status, JSON.stringify(value)).toBe(200);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const check = ajv.compile(closed(schemaOf(method, route)) as Schema);
  expect(check(value), JSON.stringify([check.errors, value])).toBe(true);
});

test('[API-1] what was said to be withdrawn is as described too', async () => {
  const [erasure] = (await (await ask('GET', '/api/erasures')).json()) as { id: string }[];
  const check = new Ajv2020({ strict: false }).compile(
    closed(schemaOf('POST', '/api/erasures/:id')) as Schema,
  );
  const decide = async (decision: string, login?: string) =>
    (await ask('POST', `/api/erasures/${erasure!.id}`, { decision }, login)).json();
  const approved = await decide('approve', logins[1]);
  expect(check(approved), JSON.stringify([check.errors, approved])).toBe(true);
  const withdrawn = await decide('withdraw');
  expect(withdrawn).toEqual({ isWithdrawn: true });
  expect(check(withdrawn)).toBe(true);
});

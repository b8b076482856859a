/** Replies are what the description of the API says, and hold nothing that it does not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenApi } from '../../../server/connection/api-page.ts';
import { People } from '../../../server/people/people.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { ask as askRecord } from '../../contracts/asks.ts';
import { answer, query } from '../../contracts/campaigns.ts';
import { comment } from '../../contracts/comments.ts';
import { RUN, rewardFeedback } from '../../contracts/storage.ts';
import { recordEpisode } from '../run/episode.ts';
import { type Door, openDoor } from './door.ts';
import { fillRun, runOf, trainings, wanted, webhooks } from './replying-run.ts';

let folder = '';
let storage: ReturnType<typeof openStorage>;
let people: People;
let door: Door;
let document: OpenApi;
let logins: string[];

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
  await storage.putAsk(askRecord('a1', 4));
  const published = { version: 3, applied: ['f1'], unused: [], isFirst: true, time: 5 };
  await storage.notePublished(RUN.id, published);
  await fillRun(storage, people.accounts[0]!.id);
  door = await openDoor({ people, storage, run: runOf(storage), trainings, webhooks });
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
  ['GET', '/api/memory'],
  ['GET', '/api/feedback'],
  ['GET', '/api/episodes'],
  ['GET', '/api/episodes/:id', '/api/episodes/e1'],
  ['GET', '/api/episodes/:id/steps', '/api/episodes/e1/steps?exact=true'],
  ['GET', '/api/episodes/:id/steps', '/api/episodes/e1/steps?from=3'],
  ['GET', '/api/episodes/:id/overlays', '/api/episodes/e1/overlays?from=3&to=9'],
  ['GET', '/api/episodes/:id/control', '/api/episodes/e1/control'],
  ['GET', '/api/episodes/:id/asks', '/api/episodes/e1/asks'],
  ['GET', '/api/episodes/:id/marks', '/api/episodes/e1/marks'],
  ['GET', '/api/practice'],
  ['GET', '/api/behaviour'],
  ['GET', '/api/teaching'],
  ['GET', '/api/runs'],
  ['GET', '/api/runs/:id/metrics', '/api/runs/run-1/metrics'],
  ['POST', '/api/runs/:id', '/api/runs/run-1', { name: 'first' }],
  ['GET', '/api/forms'],
  ['GET', '/api/trainings'],
  ['POST', '/api/trainings', undefined, wanted],
  ['POST', '/api/trainings/:name/stop', '/api/trainings/t-1/stop', {}],
  ['POST', '/api/trainings/:name/resume', '/api/trainings/t-1/resume', {}],
  ['POST', '/api/trainings/:name/branch', '/api/trainings/t-1/branch', { steps: 9, labels: 1 }],
  ['GET', '/api/quality'],
  ['GET', '/api/consensus', '/api/consensus?method=dawid-skene'],
  ['GET', '/api/gold'],
  ['POST', '/api/gold', undefined, { queryId: 'q1' }],
  ['POST', '/api/gold/:id/retire', '/api/gold/g1/retire', { reason: 'why' }],
  ['GET', '/api/me/answers', '/api/me/answers?teacherId=ada'],
  ['GET', '/api/review', '/api/review?show=disputed'],
  ['GET', '/api/review', '/api/review?show=decided'],
  ['POST', '/api/review/:id', '/api/review/p1', { id: 'r2', verdict: 'accept', reason: '' }],
  ['GET', '/api/kpis', '/api/kpis?rate=30'],
  ['GET', '/api/events'],
  ['GET', '/api/webhooks'],
  ['POST', '/api/models', undefined, {}],
  ['GET', '/api/models'],
  ['GET', '/api/automation'],
  ['GET', '/api/automation/answers'],
];

const cases = CASES.map(([method, route, path = route, body]) => ({ method, route, path, body }));

test.each(cases)('[API-1] the reply of $method $path is as described', async (each) => {
  const { method, route, path, body } = each;
  const value = await described(method, route, ask(method, path, body));
  // A list without anything in it would fit any description.
  if (Array.isArray(value)) expect(value).not.toEqual([]);
});

/** What came, once it is as the route's description says. */
async function described(method: string, route: string, asked: Promise<Response>) {
  const reply = await asked;
  const value: unknown = await reply.json();
  expect(reply.status, JSON.stringify(value)).toBe(200);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const check = ajv.compile(closed(schemaOf(method, route)) as Schema);
  expect(check(value), JSON.stringify([check.errors, value])).toBe(true);
  return value as { readonly id: string };
}

test('[API-1] what is decided about models, campaigns and datasets is as described', async () => {
  const model = await described('POST', '/api/models', ask('POST', '/api/models', {}));
  for (const [decision, login] of [
    ['approve', logins[1]],
    ['rollback', logins[0]],
  ] as const) {
    const asked = ask('POST', `/api/models/${model.id}`, { decision }, login);
    await described('POST', '/api/models/:id', asked);
  }
  const terms = { name: 'c', budget: { unit: 'answers', most: 5 }, rate: 30 };
  const drafted = ask('POST', '/api/campaigns', { terms, instructions: 'Look.' });
  const { id } = await described('POST', '/api/campaigns', drafted);
  const changed = ask('POST', `/api/campaigns/${id}/terms`, { instructions: 'Look twice.' });
  await described('POST', '/api/campaigns/:id/terms', changed);
  const started = ask('POST', `/api/campaigns/${id}`, { decision: 'start' });
  await described('POST', '/api/campaigns/:id', started);
  await storage.putQueries([query('q9', id)]);
  await answer(storage, 'f9', 'q9', 0);
  await described('POST', '/api/datasets', ask('POST', '/api/datasets', { campaign: id }));
  await described('GET', '/api/datasets', ask('GET', '/api/datasets'));
  await ask('POST', `/api/campaigns/${id}`, { decision: 'end' });
  await described('GET', '/api/campaigns', ask('GET', '/api/campaigns'));
});

test('[API-1] every reply of JSON is described, and of every other its type', async () => {
  const undescribed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { responses }]) => {
      const content = Object.values(responses['200']!.content ?? {})[0];
      const hasFields = Object.keys(content?.schema ?? {}).some((key) => key !== 'description');
      return hasFields ? [] : [`${method} ${path}`];
    }),
  );
  expect(undescribed).toEqual(['get /api/openapi.json']);
  for (const [route, path] of [
    ['/metrics', '/metrics'],
    ['/api/kpis.csv', '/api/kpis.csv'],
    ['/api/runs/{id}/files/{file}', '/api/runs/run-1/files/metrics.csv'],
    ['/api/runs/{id}/files/{file}', '/api/runs/run-1/files/feedback.jsonl'],
  ] as const) {
    const reply = await ask('GET', path);
    expect([path, reply.status]).toEqual([path, 200]);
    const [type] = reply.headers.get('content-type')!.split(';');
    const content = document.paths[route]!['get']!.responses['200']!.content!;
    expect(Object.keys(content).map((each) => each.split(';')[0])).toContain(type);
  }
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

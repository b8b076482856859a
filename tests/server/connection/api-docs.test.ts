/** The description of the API is that of the routes: none is missing, and what they refuse is what it says. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenApi, Operation } from '../../../server/connection/api-page.ts';
import { clientMessages, serverMessages } from '../../../server/connection/message-reference.ts';
import { ANYBODY, PERMISSIONS } from '../../../server/people/roles.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { type Door, openDoor } from './door.ts';

let folder = '';
let storage: ReturnType<typeof openStorage>;
let door: Door;
let document: OpenApi;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-api-'));
  storage = openStorage(folder);
  door = await openDoor({ storage });
  document = (await (await fetch(`${door.url}/api/openapi.json`)).json()) as OpenApi;
});
afterAll(async () => {
  await door.close();
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Pages and forms for people, not for programs. */
const PAGES = ['GET /', 'GET /*', 'GET /api/docs', 'GET /sign-in', 'POST /sign-in'];
const CLOSED = ['GET /runs/:id', 'GET /runs/:id/*'];
const FORMS = ['GET /invite', 'POST /invite', 'POST /sign-out', 'GET /oidc', 'GET /oidc-callback'];
const routes = Object.entries(PERMISSIONS).filter(
  ([what]) => !what.startsWith('message ') && ![...PAGES, ...FORMS, ...CLOSED].includes(what),
);

function operationOf(what: string): Operation | undefined {
  const [method, path] = what.split(' ') as [string, string];
  return document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
}

describe('[API-1] OpenAPI 3.1, made of the routes', () => {
  test.each(routes)('%s', (what, allowed) => {
    const operation = operationOf(what)!;
    expect(operation).toBeDefined();
    expect(operation.summary!.length).toBeGreaterThan(5);
    expect(operation['x-roles']).toEqual(allowed === ANYBODY ? [] : allowed);
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['200', '401', '403']));
    const names = [...what.matchAll(/:(\w+)/g)].map((match) => match[1]);
    const inPath = (operation.parameters ?? []).filter((p) => p.in === 'path').map((p) => p.name);
    expect(inPath.sort()).toEqual(names.sort());
    if (what.startsWith('POST')) expect(operation.requestBody).toBeDefined();
  });

  test('nothing else, and no name twice', () => {
    expect(document.openapi).toBe('3.1.0');
    const all = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const listed = routes.map(([what]) => what.replace(/:(\w+)/g, '{$1}'));
    expect(all.sort()).toEqual(listed.sort());
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map((operation) => operation.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

test('[API-2] what a schema forbids the server refuses, naming the field', async () => {
  const reply = await fetch(`${door.url}/api/audit?limit=0`);
  expect(reply.status).toBe(400);
  expect(await reply.text()).toContain('limit');
  const limit = operationOf('GET /api/audit')!.parameters!.find((p) => p.name === 'limit')!;
  expect(limit.schema).toMatchObject({ minimum: 1, maximum: 10_000, default: 1000 });
});

test('[API-3] the page names every route and message, and needs nothing but itself', async () => {
  const reply = await fetch(`${door.url}/api/docs`);
  const html = await reply.text();
  expect(reply.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(html).not.toMatch(/<script|<link|src=/);
  for (const [what] of routes)
    expect(html).toContain(`<code>${what.split(' ')[1]!.replace(/:(\w+)/g, '{$1}')}</code>`);
  for (const { name } of [...clientMessages(), ...serverMessages()])
    expect(html).toContain(`<code>${name}</code>`);
});

test('[API-4] every message and every field of the reference says what it is', () => {
  const messages = [...clientMessages(), ...serverMessages()];
  expect(messages.length).toBeGreaterThan(40);
  expect(messages.filter(({ meaning }) => meaning === '').map(({ name }) => name)).toEqual([]);
  const untyped = messages.flatMap(({ name, fields }) =>
    fields
      .filter(({ type }) => typeof type !== 'string' || /^$|undefined/.test(type))
      .map((f) => `${name}.${f.name}`),
  );
  expect(untyped).toEqual([]);
  const status = messages.find(({ name }) => name === 'status')!;
  expect(status.fields.find(({ name }) => name === 'holder')!.type).toBe('string | null');
  const reward = messages.find(({ name }) => name === 'feedback.reward')!;
  expect(reward.fields.find(({ name }) => name === 'value')).toMatchObject({
    type: 'number -1 to 1',
    isOptional: false,
  });
});

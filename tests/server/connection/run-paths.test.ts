/** Addresses of runs beside the first: one login for all, and ways that lead back to the run they came from. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { afterSignIn, runInPath } from '../../../server/connection/run-paths.ts';
import { People } from '../../../server/people/people.ts';
import { SUBPROTOCOL } from '../../../server/protocol/index.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { type Door, openDoor } from './door.ts';

const folder = mkdtempSync(join(tmpdir(), 'reins-paths-'));
const storage = openStorage(folder);
let people: People;
let other: Door;
let door: Door;
beforeAll(async () => {
  people = await People.open(storage);
  const now = Date.now();
  for (const [name, role] of [
    ['sue', 'supervisor'],
    ['ada', 'annotator'],
  ] as const)
    await people.accept(await people.invite(role, 'test', now), name, 'long enough', now);
  other = await openDoor({ people, storage, run: { run: { id: 'run-2' } as never } });
  door = await openDoor({ people, storage, others: new Map([['run-2', other]]) });
});
afterAll(async () => {
  await door?.close();
  await other?.close();
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${door.url}${path}`, { redirect: 'manual', ...init });

test('[RUNS-5] a path names a run or not; no odd one gets past', () => {
  expect(runInPath('/runs/run-2/api/me?x=1')).toEqual({ id: 'run-2', rest: '/api/me?x=1' });
  expect(runInPath('/runs/run-2/')).toEqual({ id: 'run-2', rest: '/' });
  for (const url of ['/runs/run-2', '/runs//api', '/run/run-2/', '/api/runs/run-2/metrics', '/'])
    expect(runInPath(url)).toBeUndefined();
  expect(runInPath('/runs/%72un-2/')).toBeUndefined();
  for (const odd of [undefined, '..', '../x', '//elsewhere.org', 'a/b', ['run-2']])
    expect(afterSignIn(odd)).toBe('.');
  expect(afterSignIn('run-2')).toBe('runs/run-2/');
});

test('[RUNS-5] each run has its own guard; signing in is once for all, and leads back to where one came from', async () => {
  expect((await ask('/runs/run-2/api/health')).status).toBe(401);
  const page = { accept: 'text/html' };
  const sent = await ask('/runs/run-2/', { headers: page });
  expect([sent.status, sent.headers.get('location')]).toEqual([303, 'sign-in']);
  const again = await ask('/runs/run-2/sign-in', { headers: page });
  expect([again.status, again.headers.get('location')]).toEqual([303, '../../sign-in?run=run-2']);
  const form = await (await ask('/sign-in?run=run-2')).text();
  expect(form).toContain('action="sign-in?run=run-2"');
  expect(await (await ask('/sign-in?run=%22%3E')).text()).toContain('action="sign-in"');
  const body = new URLSearchParams({ name: 'ada', password: 'long enough' });
  const entered = await ask('/sign-in?run=run-2', { method: 'POST', body });
  expect([entered.status, entered.headers.get('location')]).toEqual([303, 'runs/run-2/']);

  const [cookie = ''] = (entered.headers.get('set-cookie') ?? '').split(';');
  const of = async (path: string) => (await ask(path, { headers: { cookie } })).json();
  expect(await of('/runs/run-2/api/me')).toMatchObject({ name: 'ada', role: 'annotator' });
  expect(await of('/runs/run-2/api/health')).toMatchObject({ runId: 'run-2' });
  expect(await of('/api/health')).toMatchObject({ runId: 'run-1' });
  const refused = await ask('/api/open-runs/run-2', { method: 'POST', headers: { cookie } });
  expect(refused.status).toBe(403);

  const welcomed = (headers: Record<string, string>) =>
    new Promise<number>((resolve) => {
      const url = `ws://127.0.0.1:${door.port}/runs/run-2/ws`;
      const socket = new WebSocket(url, SUBPROTOCOL, { headers });
      socket.on('error', () => {});
      socket.on('open', () => {
        socket.terminate();
        resolve(101);
      });
      socket.on('unexpected-response', (_request, response) => {
        response.destroy();
        resolve(response.statusCode!);
      });
    });
  expect(await welcomed({ cookie })).toBe(101);
  expect(await welcomed({})).toBe(401);
  const out = await ask('/runs/run-2/sign-out', { method: 'POST', headers: { cookie } });
  expect(out.headers.get('location')).toBe('sign-in');
  expect((await ask('/runs/run-2/api/me', { headers: { cookie } })).status).toBe(401);
});

test('[RUNS-5] what stands where no run is open says so; a slash is put where one is missing', async () => {
  const login = await people.addService('robot', 'test', Date.now());
  const headers = { authorization: `Bearer ${login}` };
  const closed = await ask('/runs/run-9/', { headers: { ...headers, accept: 'text/html' } });
  expect(closed.status).toBe(404);
  expect(await closed.text()).toContain('Run run-9 is not open on this server');
  const bare = await ask('/runs/run-2', { headers });
  expect([bare.status, bare.headers.get('location')]).toEqual([303, 'run-2/']);
  const first = await ask('/runs/run-1/', { headers });
  expect([first.status, first.headers.get('location')]).toEqual([303, '../../']);
});

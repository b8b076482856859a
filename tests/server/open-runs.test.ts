/** Several runs on one real server: HTTP, sockets, logs and their end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenRunList } from '../../server/protocol/index.ts';
import type { Run } from '../../server/storage/contract.ts';
import { hashOf, identityOf } from '../../server/storage/identity.ts';
import { openStorage } from '../../server/storage/sqlite.ts';
import { connect } from '../e2e/client.ts';
import { until } from '../e2e/helpers.ts';
import { type ServeProcess, serve } from './serve-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'reins-several-'));
const ARGS = ['--env', 'reacher', '--rollouts', '0'];
let server: ServeProcess;
let firstId = '';

/** A run that a server began once. */
function begun(id: string, environment: string): Run {
  const wanted = { environment, environmentOptions: {}, preset: 'reins', overrides: {} };
  const identity = identityOf(wanted);
  return {
    ...{ id, environmentId: environment, preset: 'reins', seed: 3, createdAt: 1 },
    ...{ identity, configHash: hashOf(identity) },
  };
}

beforeAll(async () => {
  const storage = openStorage(folder);
  await storage.createRun(begun('run-other', 'reacher'));
  const gone = { ...begun('run-gone', 'driving'), places: { road: join(folder, 'town.xodr') } };
  await storage.createRun(gone);
  await storage.close();
  server = await serve(folder, [...ARGS, '--seed', '7', '--open-runs', '1']);
  firstId = ((await (await fetch(`${server.url}/api/health`)).json()) as { runId: string }).runId;
});
afterAll(async () => {
  await server?.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function post(path: string) {
  const headers = { 'content-type': 'application/json' };
  const reply = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: '{}' });
  return { status: reply.status, body: (await reply.json()) as OpenRunList & { message: string } };
}
const json = async <T>(path: string) => (await (await fetch(`${server.url}${path}`)).json()) as T;

/** Joins a run, gives a reward to what it shows, and waits until that is stored. */
async function reward(path: string, id: string): Promise<string> {
  const client = await connect(`${server.url}${path}`, 'ada');
  const { runId } = await client.expect('welcome');
  const status = await client.expect('status', (s) => s.state === 'running');
  await until('a frame', () => client.frames() > 3);
  const now = Date.now();
  const { episodeId } = client.all('status').at(-1) ?? status;
  const times = { shownAt: now, answeredAt: now, responseMs: 0 };
  const feedback = { id, runId, teacherId: 'ada', ...times, kind: 'reward', value: 1 } as const;
  client.send({ type: 'feedback', feedback: { ...feedback, episodeId, step: 1 } });
  await client.expect('ack', (ack) => ack.feedbackId === id);
  client.close();
  return runId;
}

test('[RUNS-1] two runs are served at once: what is given in one is in its log alone, and stopping keeps it', async () => {
  expect(await json('/api/open-runs')).toMatchObject({ most: 1, runs: [{ isFirst: true }] });
  const opened = await post('/api/open-runs/run-other');
  expect([opened.status, opened.body.runs[1]]).toEqual([
    200,
    { id: 'run-other', state: 'open', isFirst: false, address: 'runs/run-other/' },
  ]);
  expect(await reward('', 'in-first')).toBe(firstId);
  expect(await reward('/runs/run-other', 'in-other')).toBe('run-other');
  const idsOf = async (path: string) =>
    (await json<{ id: string }[]>(`${path}/api/feedback`)).map(({ id }) => id);
  expect(await idsOf('')).toEqual(['in-first']);
  expect(await idsOf('/runs/run-other')).toEqual(['in-other']);
  // Each has its own figures; people, audit log and list of runs are shared.
  expect(await json('/runs/run-other/api/health')).toMatchObject({ runId: 'run-other' });
  expect((await fetch(`${server.url}/runs/run-other/metrics`)).status).toBe(200);
  const rows = await json<{ id: string; isServed: boolean }[]>('/runs/run-other/api/runs');
  expect(rows.filter(({ isServed }) => isServed).map(({ id }) => id)).toEqual(['run-other']);
  const [first] = (await json<OpenRunList>('/runs/run-other/api/open-runs')).runs;
  expect(first).toMatchObject({ id: firstId, address: '../../' });

  const page = await connect(`${server.url}/runs/run-other`, 'bob');
  await page.expect('welcome');
  expect((await post('/api/open-runs/run-other/stop')).status).toBe(200);
  const refused = await fetch(`${server.url}/runs/run-other/api/admission`);
  expect(refused.status).toBe(404);
  expect(await refused.text()).toContain('run-other is not open on this server');
  await expect(connect(`${server.url}/runs/run-other`, 'bob')).rejects.toThrow(/404/);
  // The first goes on, and the other has lost nothing when it is opened again.
  expect(await json('/api/health')).toMatchObject({ status: 'ok', runId: firstId });
  expect((await post('/api/open-runs/run-other')).status).toBe(200);
  expect(await idsOf('/runs/run-other')).toEqual(['in-other']);
  const { events } = await json<{ events: { type: string; data: { objectId: string } }[] }>(
    '/api/events?after=0&types=run.opened,run.stopped',
  );
  expect(events.map(({ type, data }) => `${type} ${data.objectId}`)).toEqual([
    'run.opened run-other',
    'run.stopped run-other',
    'run.opened run-other',
  ]);
});

test('[RUNS-2] what cannot be opened says why, and the server goes on', async () => {
  expect(await post('/api/open-runs/run-gone')).toMatchObject({
    status: 409,
    body: { message: expect.stringContaining('open runs: are 1') },
  });
  await post('/api/open-runs/run-other/stop');
  expect(await post('/api/open-runs/run-gone')).toMatchObject({
    status: 409,
    body: { message: expect.stringMatching(/road: .*town\.xodr, .* is gone/) },
  });
  expect((await post(`/api/open-runs/${firstId}/stop`)).body.message).toContain('ends with it');
  expect(await json('/api/health')).toMatchObject({ status: 'ok' });
});

test('[RUNS-4] a server that ends ends all its runs in order; after the next start the first alone is open', async () => {
  expect((await post('/api/open-runs/run-other')).status).toBe(200);
  expect((await server.end('SIGTERM')).code).toBe(0);
  server = await serve(folder, [...ARGS, '--run', firstId, '--open-runs', '1']);
  expect((await json<OpenRunList>('/api/open-runs')).runs).toMatchObject([{ id: firstId }]);
  expect(await json<object[]>('/api/feedback')).toMatchObject([{ id: 'in-first' }]);
});

test('[RUNS-8] a run begun over HTTP has its page at once, and is in the folder like any other', async () => {
  for (const { id, isFirst } of (await json<OpenRunList>('/api/open-runs')).runs)
    if (!isFirst) await post(`/api/open-runs/${id}/stop`);
  const begin = async (body: object) => {
    const headers = { 'content-type': 'application/json' };
    const asked = { method: 'POST', headers, body: JSON.stringify(body) };
    const reply = await fetch(`${server.url}/api/open-runs`, asked);
    return { status: reply.status, body: (await reply.json()) as Record<string, string> };
  };
  const wanted = { environment: 'reacher', preset: 'reins', seed: 5, settings: {} };
  const wrong = await begin({ ...wanted, settings: { 'options.nothing': '1' } });
  expect([wrong.status, wrong.body['message']]).toEqual([
    400,
    'settings.options.nothing: unknown for reacher and reins',
  ]);
  expect((await begin({ ...wanted, seed: -1 })).status).toBe(400);
  const { status, body } = await begin({ ...wanted, settings: { 'learner.gamma': '0.9' } });
  expect([status, body['address']]).toEqual([200, `runs/${body['id']}/`]);
  expect(await reward(`/runs/${body['id']}`, 'in-new')).toBe(body['id']);
  const runs = await json<Run[]>('/api/runs');
  expect(runs.find(({ id }) => id === body['id'])).toMatchObject({
    ...{ environmentId: 'reacher', seed: 5 },
    identity: { overrides: { learner: { gamma: 0.9 } } },
  });
  expect((await begin(wanted)).status).toBe(409);
});

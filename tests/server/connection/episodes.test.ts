import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunHandle } from '../../../server/contract.ts';
import type { EpisodeRequest, EpisodeRow } from '../../../server/storage/contract.ts';
import { recordEpisode } from '../run/episode.ts';
import { type Door, openDoor } from './door.ts';

const episode = recordEpisode('e1', 6);
let door: Door;
let requests: EpisodeRequest[];
beforeEach(async () => {
  requests = [];
  const row = { id: 'e1', runId: episode.runId, length: 6 } as EpisodeRow;
  door = await openDoor({
    run: {
      run: { id: episode.runId },
      episode: async (id) => (id === 'e1' ? episode : undefined),
    } as Partial<RunHandle>,
    storage: {
      async pageEpisodes(_runId, request) {
        requests.push(request);
        return { rows: [row], total: 41 };
      },
      findEpisode: async (id) => (id === 'e1' ? row : undefined),
    },
  });
});
afterEach(() => door.close());

const get = (path: string) => fetch(`${door.url}${path}`);

test('[SRV-92] episodes come in pages, filtered and sorted, with the number of all of them', async () => {
  const response = await get('/api/episodes?limit=5&offset=10&sort=return&order=asc&live=true');
  expect(response.headers.get('x-total-count')).toBe('41');
  expect(await response.json()).toEqual([{ id: 'e1', runId: episode.runId, length: 6 }]);
  await get('/api/episodes');
  await get('/api/episodes?startedBy=5&startedAfter=3.5');
  expect(requests.at(-1)!.filter).toEqual({ startedBy: 5, startedAfter: 3.5 });
  expect(requests.slice(0, 2)).toEqual([
    { limit: 5, offset: 10, sort: 'return', descending: false, filter: { live: true } },
    { limit: 100, offset: 0, sort: 'startedAt', descending: true, filter: {} },
  ]);
  for (const bad of ['sort=poses', 'limit=0', 'limit=5000', 'offset=-1'])
    expect((await get(`/api/episodes?${bad}`)).status).toBe(400);
});

test('[SRV-92] the steps of an episode tell what was done and what the policy wanted', async () => {
  const all = (await (await get('/api/episodes/e1/steps')).json()) as Record<string, unknown>;
  expect(all).toMatchObject({ from: 0, to: 6, length: 6 });
  const part = (await (await get('/api/episodes/e1/steps?from=2&to=4')).json()) as typeof all;
  const k = episode.actionSize;
  const rows = (column: Float32Array) =>
    [2, 3].map((t) => [...column.subarray(t * k, (t + 1) * k)].map((x) => expect.closeTo(x, 3)));
  expect(part).toMatchObject({
    from: 2,
    to: 4,
    actions: rows(episode.actions),
    policyActions: rows(episode.policyActions),
    sources: [...episode.sources.subarray(2, 4)],
  });
});

test('[PY-8] asked for exactly, they have every digit, and one observation more than steps', async () => {
  const answer = await get('/api/episodes/e1/steps?from=2&to=4&exact=true');
  const part = (await answer.json()) as Record<'actions' | 'rewards' | 'observations', unknown>;
  const rows = (column: Float32Array, width: number, steps: readonly number[]) =>
    steps.map((t) => [...column.subarray(t * width, (t + 1) * width)]);
  expect(part.actions).toEqual(rows(episode.actions, episode.actionSize, [2, 3]));
  expect(part.observations).toEqual(rows(episode.observations, episode.observationSize, [2, 3, 4]));
  expect(part.rewards).toEqual([...episode.envRewards.subarray(2, 4)]);
});

test('[SRV-92] what is not kept is said, and so is a step beyond the end', async () => {
  for (const path of ['/api/episodes/e2', '/api/episodes/e2/steps']) {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      message: 'episode e2: not in this run, or no longer kept',
    });
  }
  expect((await get('/api/episodes/e1')).status).toBe(200);
  const beyond = await get('/api/episodes/e1/steps?from=6');
  expect([beyond.status, await beyond.json()]).toEqual([
    400,
    { message: 'from: is 6, allowed 0 to 5' },
  ]);
});

/** Recordings over the wire of a real server: driven, kept, discarded, and who may touch them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClientFeedback, EpisodeReply, RecordingReply } from '../../server/protocol/index.ts';
import { type Client, connect, drive } from '../e2e/client.ts';
import { startServerProcess, temporaryFolder, until } from '../e2e/helpers.ts';

const folder = temporaryFolder();
const args = ['--log-level', 'error', '--rollouts', '1', '--env', 'driving-easy'];
const start = () =>
  startServerProcess({
    command: 'learner',
    dataDir: folder.path,
    args: [...args, '--preset', 'reins'],
  });
let server: Awaited<ReturnType<typeof start>>;
let ada: Client;
let bo: Client;

beforeAll(async () => {
  server = await start();
  [ada, bo] = [await connect(server.url, 'ada'), await connect(server.url, 'bo')];
  await until('frames', () => ada.frames() > 3);
});
afterAll(async () => {
  ada.close();
  bo.close();
  await server.stop();
  folder.remove();
});

const ask = async <T>(path: string): Promise<T> =>
  (await fetch(`${server.url}/api/${path}`)).json() as Promise<T>;
const statusOf = (client: Client) => client.all('status').at(-1)!;
const recorder = () => statusOf(bo).recorder ?? null;
const record = (from: object) =>
  ada.send({ type: 'control', id: 'record', action: 'record', from: from as never });
const end = (client = ada) => client.send({ type: 'control', id: 'end', action: 'end-recording' });

/** Ada drives some steps of a recording. @returns its episode */
async function recorded(from: object, steps = 8): Promise<string> {
  record(from);
  await until('a recording', () => statusOf(ada).recorder === 'ada');
  const { episodeId, episodeNumber } = statusOf(ada);
  const hand = drive(ada, [0.1, 0.4]);
  await until('steps', () => {
    const { episodeNumber: shown, step } = ada.frame()!;
    return shown === episodeNumber && step >= steps;
  });
  hand.letGo();
  end();
  await ada.expect('episode', (m) => m.episode.episodeId === episodeId);
  return episodeId;
}

const times = () => ({ shownAt: Date.now(), answeredAt: Date.now(), responseMs: 0 });
const give = (id: string, body: object) => {
  const runId = ada.all('welcome')[0]!.runId;
  const feedback = { id, runId, teacherId: 'ada', ...times(), ...body } as ClientFeedback;
  ada.send({ type: 'feedback', feedback });
  return ada.expect('ack', (m) => m.feedbackId === id);
};
const kept = (id: string) => ask<RecordingReply>(`episodes/${id}/recording?teacherId=ada`);
const find = (id: string) => ask<EpisodeReply>(`episodes/${id}`);

it('[REC-4] a recording is an episode of the list, of a person alone, and no takeover', async () => {
  const id = await recorded({ seed: 7 });
  const row = await find(id);
  expect(row).toMatchObject({ seed: 7, recording: true, live: true, end: 'aborted' });
  expect(row.humanSteps).toBe(row.length);
  const listed = await ask<EpisodeReply[]>('episodes?human=true');
  expect(listed.map((e) => e.id)).toContain(id);
  expect(ada.all('override')).toEqual([]);
  expect(await kept(id)).toEqual({ isRecording: true, branchOf: null, feedbackId: null });
});

it('[REC-5] kept, it is a demonstration that a policy learns from, until it is taken back', async () => {
  const id = await recorded({});
  const { length } = await find(id);
  const segment = { episodeId: id, from: 0, to: length };
  await give('kept-1', { kind: 'demonstration', segment });
  expect((await kept(id)).feedbackId).toBe('kept-1');
  await ada.expect('applied', (m) => m.feedbackIds.includes('kept-1'));
  await give('back-1', { kind: 'retraction', feedbackId: 'kept-1' });
  expect((await kept(id)).feedbackId).toBeNull();
});

it('[REC-5] a stretch of an episode is driven anew from a step of it, and kept as its correction', async () => {
  const first = await recorded({ seed: 9 }, 15);
  const again = await recorded({ episodeId: first, step: 6 });
  expect(await kept(again)).toMatchObject({ branchOf: { episodeId: first, step: 6 } });
  const { length } = await find(again);
  await give('kept-2', {
    kind: 'correction',
    segment: { episodeId: first, from: 6, to: 6 + 5 },
    corrected: { episodeId: again, from: 0, to: length },
  });
  await ada.expect('applied', (m) => m.feedbackIds.includes('kept-2'));
});

it('[REC-1] where there is no such episode or step it is refused in words, and all goes on', async () => {
  record({ episodeId: 'none', step: 3 });
  const unknown = await ada.expect('error', (m) => m.code === 'unknown-episode');
  expect(unknown.message).toMatch(/control.from.episodeId: none is not an episode/);
  const id = await recorded({}, 4);
  record({ episodeId: id, step: 4000 });
  const late = await ada.expect('error', (m) => m.message.includes('control.from.step'));
  expect(late.message).toMatch(/is 4000, allowed 0 to \d+/);
  record({ step: 3 });
  await ada.expect('error', (m) => m.code === 'bad-message' && /from/.test(m.message));
  expect(recorder()).toBeNull();
});

it('[REC-2] others do not drive in it, nor end it; its person leaves it and it has ended', async () => {
  const eve = await connect(server.url, 'eve');
  eve.send({ type: 'control', id: 'r', action: 'record', from: {} });
  await until('a recording', () => recorder() === 'eve');
  const hand = drive(bo, [0.1, 0.4]);
  const refused = await bo.expect('error', (m) => m.code === 'control-taken');
  hand.letGo();
  expect(refused.message).toBe('eve is recording; wait until they end it');
  end(bo);
  const ended = await bo.expect('error', (m) => m.code === 'not-allowed');
  expect(ended.message).toMatch(/not end a recording/);
  eve.close();
  await until('no recording', () => recorder() === null);
});

it('[REC-5] what was kept is learned from by the learner of the next server, too', async () => {
  const id = await recorded({ seed: 3 });
  await give('kept-3', {
    kind: 'demonstration',
    segment: { episodeId: id, from: 0, to: (await find(id)).length },
  });
  ada.close();
  bo.close();
  await server.stop('SIGKILL');
  server = await start();
  [ada, bo] = [await connect(server.url, 'ada'), await connect(server.url, 'bo')];
  const used = await until('a policy with it', async () => {
    const found = await ask<{ version: number | null }>('lineage/feedback/kept-3');
    return found.version !== null && found;
  });
  expect(used.version).toBeGreaterThan(0);
  expect(await find(id)).toMatchObject({ recording: true });
});

/** A real server in a process of its own, and clients that behave badly. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { FLAG, LIMITS, SUBPROTOCOL, WEBSOCKET_PATH } from '../../../server/protocol/index.ts';
import { type Client, connect, drive, reward } from '../../e2e/client.ts';
import { startServerProcess, temporaryFolder, until } from '../../e2e/helpers.ts';
import { openEpisode as episodeOnScreen } from '../run/open-episode.ts';

let server: Awaited<ReturnType<typeof startServerProcess>>;
let folder: ReturnType<typeof temporaryFolder>;
let client: Client;
let runId = '';

beforeAll(async () => {
  folder = temporaryFolder();
  const args = ['--log-level', 'error', '--rollouts', '0'];
  server = await startServerProcess({ command: 'learner', dataDir: folder.path, args });
  client = await connect(server.url, 'ada');
  await until('frames', () => client.frames() > 2);
  runId = client.all('welcome')[0]!.runId;
});
afterAll(async () => {
  client.close();
  await server.stop();
  folder.remove();
});

const raw = (text: string) => client.send(JSON.parse(text) as never);
const openEpisode = () => client.all('status').at(-1)!.episodeId;

it('[WIRE-1] a malformed message is refused alone, by field', async () => {
  raw('{"type":"control","id":"c1","action":"speed","factor":99}');
  const error = await client.expect('error', (e) => e.ref === 'c1');
  expect(error.code).toBe('bad-message');
  expect(error.message).toMatch(/factor/);
  const frames = client.frames();
  await until('frames after it', () => client.frames() > frames + 2);
});

it('[WIRE-1] a text that is an object with an odd length is refused like any other', async () => {
  raw('{"type":"control","id":"c2","action":"play","seed":{"length":1}}'); // what is not asked for is not looked at
  for (const length of ['{}', '{"toString":1}', '{"valueOf":1,"toString":1}', '[[]]', '"9"'])
    raw(`{"type":"show-query","id":"c3","queryId":{"length":${length}}}`);
  raw(
    '{"type":"feedback","feedback":{"kind":"ranking","id":"c4","order":{"length":{"toString":1}}}}',
  );
  const refused = () => client.all('error').filter((e) => e.ref === 'c3' || e.ref === 'c4');
  await until('all refusals', () => refused().length === 6);
  expect(new Set(refused().map((e) => e.code))).toEqual(new Set(['bad-message']));
  expect(client.all('error').filter((e) => e.ref === 'c2')).toEqual([]);
});

it('[WIRE-2] an oversized message is refused alone', async () => {
  client.send({ type: 'x'.repeat(LIMITS.messageBytes + 1) } as never);
  await client.expect('error', (e) => e.code === 'too-large');
  client.send({ type: 'ping', sentAt: 42 });
  await client.expect('pong', (p) => p.sentAt === 42);
});

it('[WIRE-3] feedback about what does not exist is refused; what does is acknowledged once', async () => {
  const episodeId = openEpisode();
  const far = reward(runId, 'ada', episodeId, 90_000_000, 1);
  const elsewhere = reward(runId, 'ada', 'nowhere', 1, 1);
  const foreign = reward('another-run', 'ada', episodeId, 1, 1);
  const asked = { ...reward(runId, 'ada', episodeId, 1, 1), queryId: 'never-asked' };
  for (const feedback of [far, elsewhere, foreign, asked])
    client.send({ type: 'feedback', feedback });
  const codeOf = async (id: string) => (await client.expect('error', (e) => e.ref === id)).code;
  expect(await codeOf(far.id)).toBe('bad-message');
  expect(await codeOf(elsewhere.id)).toBe('unknown-episode');
  expect(await codeOf(foreign.id)).toBe('other-run');
  expect(await codeOf(asked.id)).toBe('unknown-query');
  await episodeOnScreen(client, 1);
  const branch = { episodeId: 'no-branch', from: 0, to: 5 };
  const takeover = {
    ...reward(runId, 'ada', episodeId, 1, 1),
    kind: 'override',
    episodeId,
    from: 0,
    to: 1,
    counterfactual: branch,
  } as const;
  client.send({ type: 'feedback', feedback: takeover });
  const refusal = await client.expect('error', (e) => e.ref === takeover.id);
  expect(refusal.message).toMatch(/^feedback.counterfactual.episodeId: no-branch /);
  const good = reward(runId, 'ada', episodeId, 0, 1);
  client.send({ type: 'feedback', feedback: good });
  await client.expect('ack', (a) => a.feedbackId === good.id && !a.duplicate);
  client.send({ type: 'feedback', feedback: good });
  await client.expect('ack', (a) => a.feedbackId === good.id && a.duplicate);
});

it('[CTRL-9] a second operator is refused while the first drives', async () => {
  const other = await connect(server.url, 'bob');
  await until('frames for bob', () => other.frames() > 0);
  const hand = drive(client, [0.1, 0.2]);
  await client.expect('status', (s) => s.holder === 'ada' && s.controller === 'human');
  const refused = () => other.all('error').find((e) => e.code === 'control-taken');
  await until('the refusal', () => {
    other.hold([-1, -1]);
    other.release(); // where Ada's hand was late, the wheel was free
    return refused();
  });
  expect(refused()!.message).toMatch(/ada/);
  // Who lets go before the next control step has driven no step, and leaves no takeover.
  await until('a driven step', () => (client.frame()!.flags & FLAG.human) !== 0);
  hand.letGo();
  const override = await client.expect('override', (o) => o.counterfactual !== null);
  expect(override.to).toBeGreaterThan(override.from);
  other.close();
});

it('[CTRL-9] the connection holds the controls: another tab of the same person neither drives nor lets go', async () => {
  // On a busy machine the watchdog may end a takeover in between; another tab would end each of them.
  await until('a takeover that another tab does not disturb', holdBesideAnotherTab);
});

/** Whether a takeover that lasts while another tab says hello, drives, lets go and leaves is one. */
async function holdBesideAnotherTab(): Promise<boolean> {
  const known = client.all('override').length;
  const hold = async (times: number) => {
    for (let i = 0; i < times; i++) {
      client.hold([0.1, 0.2]);
      await sleep(60);
    }
  };
  const holdUntil = (what: string, probe: () => unknown) =>
    until(what, async () => {
      await hold(1);
      return probe();
    });
  const held = (s: { holder: string | null; holderSession?: string | null | undefined }) =>
    s.holder === 'ada' && s.holderSession === client.all('welcome')[0]!.sessionId;
  await holdUntil('the wheel', () => held(client.all('status').at(-1)!));
  const tab = await connect(server.url, 'ada');
  await holdUntil('frames for the tab', () => tab.frames() > 0);
  tab.hold([-1, -1]);
  await hold(5);
  const refused = tab.all('error').find((e) => e.code === 'control-taken');
  if (refused) expect(refused.message).toMatch(/another tab/);
  tab.release();
  tab.close();
  const before = client.all('status').length;
  await hold(25);
  const since = client.all('status').slice(before);
  const isOne = since.length > 0 && since.every(held) && client.all('override').length === known;
  client.release();
  await until('a takeover', () => client.all('override').length > known);
  return isOne && refused !== undefined;
}

it('[CTRL-10] a lost connection ends its takeover', async () => {
  const other = await connect(server.url, 'eve');
  await until('frames for eve', () => other.frames() > 0);
  const hand = drive(other, [0.1, 0.2]);
  await client.expect('status', (s) => s.holder === 'eve');
  const before = client.all('status').length;
  other.close();
  hand.letGo();
  await until('the release', () =>
    client
      .all('status')
      .slice(before)
      .some((s) => s.holder === null && s.controller === 'policy'),
  );
});

it('[SRV-43] an emergency stop is in the log like any other feedback: who, when, at which step', async () => {
  const { episodeId, step } = await episodeOnScreen(client, 2);
  const before = Date.now();
  // Twice: once stopped, there is nothing more to stop.
  client.send({ type: 'control', id: 'stop', action: 'estop' });
  await client.expect('status', (s) => s.state === 'stopped');
  client.send({ type: 'control', id: 'stop', action: 'estop' });
  interface Logged {
    kind: string;
    episodeId: string;
    step: number;
    receivedAt: number;
  }
  const stops = async () => {
    const all = (await (await fetch(`${server.url}/api/feedback`)).json()) as Logged[];
    return all.filter((f) => f.kind === 'estop');
  };
  await until('the stop in the log', async () => (await stops()).length > 0);
  client.send({ type: 'control', id: 'go', action: 'play' });
  await until('it going on', () => client.all('status').at(-1)!.state === 'running');
  const [stop, ...others] = await stops();
  expect(others).toEqual([]);
  expect(stop).toMatchObject({ teacherId: 'ada', runId, episodeId });
  expect(stop!.step).toBeGreaterThanOrEqual(step);
  expect(stop!.receivedAt).toBeGreaterThanOrEqual(before);
});

it('[WIRE-4] too many messages are refused, the connection stays', async () => {
  for (let i = 0; i < 4 * LIMITS.messagesPerSecond; i++) client.send({ type: 'ping', sentAt: i });
  await client.expect('error', (e) => e.code === 'too-frequent');
  await sleep(1000);
  client.send({ type: 'ping', sentAt: 77_777 });
  await client.expect('pong', (p) => p.sentAt === 77_777);
});

it('[WIRE-5] a page of another host and another subprotocol do not get in', async () => {
  const url = server.url.replace('http', 'ws') + WEBSOCKET_PATH;
  const status = (socket: WebSocket) =>
    new Promise((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.on('open', () => resolve('open'));
      socket.on('error', () => {});
    });
  expect(await status(new WebSocket(url, SUBPROTOCOL, { origin: 'http://evil.example' }))).toBe(
    403,
  );
  expect(await status(new WebSocket(url, SUBPROTOCOL, { origin: 'nonsense' }))).toBe(403);
  expect(await status(new WebSocket(url, 'reins-v0'))).toBe(426);
});

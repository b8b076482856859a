/** The wheel over the wire: a real server, several connections, a flood, a client that freezes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { FROZEN_SECONDS } from '../../../server/connection/hand.ts';
import { FLAG, LIMITS } from '../../../server/protocol/index.ts';
import { type Client, connect, reward } from '../../e2e/client.ts';
import { startServerProcess, temporaryFolder, until } from '../../e2e/helpers.ts';
import { openEpisode } from '../run/open-episode.ts';

let server: Awaited<ReturnType<typeof startServerProcess>>;
let folder: ReturnType<typeof temporaryFolder>;
let ada: Client;
let bob: Client;
let timer: NodeJS.Timeout | undefined;

/** Ada, or who is given, drives from now on until `letGo`. */
function drive(client: Client = ada): void {
  timer = setInterval(() => client.hold([0.1, 0.2]), 40);
}
function letGo(client: Client = ada): void {
  clearInterval(timer);
  client.release();
}
const status = () => bob.all('status').at(-1)!;
const control = (client: Client, message: object) =>
  client.send({ type: 'control', id: 'c', ...message } as never);
const isDriving = (name: string) =>
  until(`${name} driving`, () => status().holder === name && status().controller === 'human');
const logged = async () =>
  (await (await fetch(`${server.url}/api/feedback`)).json()) as {
    id: string;
    kind: string;
    teacherId: string;
  }[];
const takeovers = async () => (await logged()).filter((f) => f.kind === 'override').length;
const isPolicy = () => until('the policy driving', () => status().controller === 'policy');

beforeAll(async () => {
  folder = temporaryFolder();
  const args = ['--log-level', 'error', '--rollouts', '0'];
  server = await startServerProcess({ command: 'learner', dataDir: folder.path, args });
});
beforeEach(async () => {
  ada = await connect(server.url, 'ada');
  bob = await connect(server.url, 'bob');
  control(ada, { action: 'play' });
  await until('frames', () => ada.frames() > 2 && bob.frames() > 2);
  await isPolicy();
});
afterEach(() => {
  clearInterval(timer);
  ada.close();
  bob.close();
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

it('[CTRL-18] an emergency stop and a pause come through a flood that is refused', async () => {
  for (let i = 0; i < 6 * LIMITS.messagesPerSecond; i++) ada.send({ type: 'ping', sentAt: i });
  control(ada, { action: 'estop' });
  await ada.expect('error', (e) => e.code === 'too-frequent');
  await until('the stop', () => status().state === 'stopped');
  await until('a braked step', () => (bob.frame()!.flags & FLAG.safe) !== 0);
  control(bob, { action: 'play' });
  await until('it going on', () => status().state === 'running');
  for (let i = 0; i < 6 * LIMITS.messagesPerSecond; i++) ada.send({ type: 'ping', sentAt: i });
  control(ada, { action: 'pause' });
  await until('the pause', () => status().state === 'paused');
});

it('[CTRL-18] letting go comes through a flood of inputs', async () => {
  drive();
  await isDriving('ada');
  // A person who lets go before the next control step has driven no step, and leaves no takeover.
  await until('a driven step', () => (bob.frame()!.flags & FLAG.human) !== 0);
  clearInterval(timer);
  for (let i = 0; i < 4 * LIMITS.inputsPerSecond; i++) ada.hold([0.1, 0.2]);
  ada.release();
  await ada.expect('error', (e) => e.code === 'too-frequent');
  const override = await bob.expect('override');
  expect(override.teacherId).toBe('ada');
  await isPolicy();
});

it('[CTRL-9] two windows of one person are two hands: the second is refused, and closing it changes nothing', async () => {
  const other = await connect(server.url, 'ada');
  await until('frames', () => other.frames() > 1);
  const recorded = await takeovers();
  drive();
  await isDriving('ada');
  const before = bob.all('status').length;
  other.hold([-1, -1]);
  other.release();
  await other.expect('error', (e) => e.code === 'control-taken');
  const { step } = bob.frame()!;
  other.close();
  await until('some more steps', () => bob.frame()!.step > step + 5);
  const since = bob.all('status').slice(before);
  expect(since.filter((s) => s.holder !== 'ada' || s.controller !== 'human')).toEqual([]);
  letGo();
  await until('the takeover in the log', async () => (await takeovers()) > recorded);
  expect(await takeovers()).toBe(recorded + 1);
});

it('[CTRL-20] onlookers may stop and pause while somebody else drives; the rest is refused in words', async () => {
  drive();
  await isDriving('ada');
  const { episodeId } = status();
  control(bob, { id: 'r', action: 'reset' });
  control(bob, { id: 's', action: 'speed', factor: 4 });
  control(bob, { id: 'w', action: 'rewind', seconds: 1 });
  for (const ref of ['r', 's', 'w']) {
    const { code, message } = await bob.expect('error', (e) => e.ref === ref);
    expect(code).toBe('not-allowed');
    expect(message).toMatch(/ada is driving/);
  }
  expect(status()).toMatchObject({ episodeId, speed: 1, state: 'running' });
  control(bob, { action: 'pause' });
  await until('the pause', () => status().state === 'paused');
  const { step } = bob.frame()!;
  await sleep(300); // Ada holds on
  expect(status().state).toBe('paused');
  expect(bob.frame()!.step).toBe(step);
  control(bob, { action: 'estop' });
  await until('the stop', () => status().state === 'stopped');
  letGo();
  control(bob, { id: 'again', action: 'reset' });
  await until('another episode', () => status().episodeId !== episodeId);
});

it('[CTRL-17] a client that was frozen is told to let go before it drives again', async () => {
  drive();
  await isDriving('ada');
  clearInterval(timer);
  await isPolicy();
  await sleep(1000 * FROZEN_SECONDS);
  drive();
  const error = await ada.expect('error', (e) => e.code === 'let-go-first');
  expect(error.message).toMatch(/let go/);
  await until('more inputs', () => ada.frames() > 10);
  expect(status().controller).toBe('policy');
  ada.release();
  await isDriving('ada');
  letGo();
});

it('[SRV-46] an answer is of the person whose connection gives it, whatever name it bears', async () => {
  const { runId } = ada.all('welcome')[0]!;
  const { episodeId, step } = await openEpisode(ada, 1);
  const feedback = reward(runId, 'mallory', episodeId, step, 1);
  ada.send({ type: 'feedback', feedback });
  await ada.expect('ack', (a) => a.feedbackId === feedback.id);
  const all = await logged();
  expect(all.find((f) => f.id === feedback.id)!.teacherId).toBe('ada');
});

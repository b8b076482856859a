/** Real sockets, a run that sends more than anybody reads. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Budget } from '../../../server/connection/budget.ts';
import { LargeReplies, Turns } from '../../../server/connection/large-replies.ts';
import { createOutbox } from '../../../server/connection/outbox.ts';
import { startSession } from '../../../server/connection/session.ts';
import type { RunHandle, RunListener } from '../../../server/contract.ts';
import { OWNER } from '../../../server/people/people.ts';
import {
  LIMITS,
  PROTOCOL_VERSION,
  type ServerMessage,
  serverMessageSchema,
} from '../../../server/protocol/index.ts';
import { createLog } from '../../../server/threads/log.ts';
import { reward } from '../../e2e/client.ts';
import { until } from '../../e2e/helpers.ts';
import { stubLive } from './door.ts';

const FRAME = new ArrayBuffer(256 * 1024);
const METRICS: ServerMessage = {
  type: 'metrics',
  points: [{ time: 1, environmentSteps: 1, learnerUpdates: 1, values: { big: 1 } }],
};
const listeners = new Set<RunListener>();
/** As much of a run as a session uses here. */
const run = {
  run: { id: 'run-1' },
  backend: { name: 'wasm', reason: 'test' },
  lives: [stubLive()],
  alerts: [],
  recentEpisodes: [],
  subscribe(listener: RunListener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  leaveQueries() {},
  accept: async () => ({ duplicate: false }),
  sceneMessage: async (sceneId: number) => JSON.stringify({ type: 'scene', sceneId, scene: {} }),
  status: () => status,
} as unknown as RunHandle;
const status: ServerMessage = {
  type: 'status',
  state: 'running',
  speed: 1,
  sceneId: 1,
  episodeId: 'e1',
  episodeNumber: 1,
  seed: 1,
  controller: 'policy',
  holder: null,
  releaseTo: 'policy',
  policyVersion: 1,
  environmentSteps: 1,
  learnerUpdates: 1,
  labels: 0,
  humanSteps: 0,
  viewers: 2,
  droppedFrames: 0,
  learner: 'learning',
  openQueries: 0,
};

const http = createServer();
let sockets: WebSocketServer;
let url = '';
beforeEach(async () => {
  sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
  sockets.on('connection', (socket) =>
    startSession({
      socket,
      run,
      sessionId: 's',
      log: createLog('error'),
      budget: new Budget(),
      person: OWNER,
      nameOf: (id: string) => id,
      turns: new Turns(),
      welcome: {} as never,
    }),
  );
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const client of sockets.clients) client.terminate();
  sockets.close();
  await new Promise((resolve) => http.close(resolve));
});

async function watch(teacherId: string) {
  const socket = new WebSocket(url);
  const messages: ServerMessage[] = [];
  const seen = { frames: 0, messages };
  socket.on('message', (data: Buffer, binary) => {
    if (binary) seen.frames++;
    else if (data[9] !== 'w'.charCodeAt(0))
      messages.push(serverMessageSchema.parse(JSON.parse(data.toString())));
  });
  await new Promise((resolve) => socket.once('open', resolve));
  const before = listeners.size;
  socket.send(JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, teacherId }));
  await until('the session', () => listeners.size > before);
  return { socket, seen };
}

/** `n` frames with running figures in between; how much the server held back at most. */
async function stream(n: number): Promise<number> {
  let most = 0;
  for (let i = 0; i < n; i++) {
    for (const listener of listeners) {
      listener.frame(FRAME);
      listener.message(METRICS);
    }
    for (const client of sockets.clients) most = Math.max(most, client.bufferedAmount);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return most;
}

it('[SRV-20] a page that does not read loses frames alone; memory stays flat, answers arrive', async () => {
  const fast = await watch('ada');
  const slow = await watch('bob');
  slow.socket.pause();
  const most = await stream(200); // 50 MiB, far more than the system buffers
  // One frame beyond the limit is allowed, and what one turn of others adds.
  expect(most).toBeLessThan(LIMITS.bufferedBytes + 2 * FRAME.byteLength);
  await until('all frames for the other', () => fast.seen.frames === 200);
  expect(fast.seen.messages.filter((m) => m.type === 'metrics')).toHaveLength(200);

  // Answers are acknowledged meanwhile: they wait in line, and nothing new overtakes them.
  const feedback = reward('run-1', 'bob', 'e1', 1, 1);
  slow.socket.send(JSON.stringify({ type: 'feedback', feedback }));
  for (const listener of listeners) listener.scene(0, 7, 5);
  await stream(5);
  slow.socket.resume();
  const acknowledged = () =>
    slow.seen.messages.some((m) => m.type === 'ack' && m.feedbackId === feedback.id);
  await until('the acknowledgement', acknowledged);
  expect(slow.seen.frames).toBeLessThan(150);
  await until('the backlog to be read', async () => {
    await stream(1);
    return slow.seen.messages.some((m) => m.type === 'scene' && m.sceneId === 7);
  });
  for (const listener of listeners) listener.message(status);
  // The first one came with the welcome.
  const dropped = (messages: ServerMessage[]) =>
    until('the status', () => messages.filter((m) => m.type === 'status')[1]).then(
      (m) => m.droppedFrames,
    );
  expect(await dropped(slow.seen.messages)).toBeGreaterThan(50);
  expect(await dropped(fast.seen.messages)).toBe(0);
});

it('[SRV-21] a page that never reads is disconnected before it fills the memory', () => {
  let isGone = false;
  const socket = {
    bufferedAmount: 0,
    readyState: 1 as const,
    OPEN: 1 as const,
    send(data: string) {
      socket.bufferedAmount += data.length;
    },
    terminate() {
      isGone = true;
    },
  };
  const outbox = createOutbox({
    socket,
    log: { warn() {} },
    budget: new Budget(),
    onRoom() {},
    mostBuffered: 10_000,
  });
  for (let i = 0; i < 5; i++) outbox.sendReady('x'.repeat(3000));
  expect(isGone).toBe(true);
  expect(socket.bufferedAmount).toBe(12_000);
});

it('[SRV-25] what waits for all pages together is bounded: who reads least goes, the others stay', () => {
  const budget = new Budget(1000);
  const gone: string[] = [];
  const page = (name: string, bufferedAmount: number) => {
    const holder = { bufferedAmount, terminate: () => void gone.push(name) };
    budget.add(holder);
    return holder;
  };
  const ada = page('ada', 100);
  page('bob', 500);
  const eve = page('eve', 400);
  expect(budget.enforce()).toBe(0);
  eve.bufferedAmount = 600;
  expect(budget.enforce()).toBe(1);
  expect(gone).toEqual(['eve']);
  ada.bufferedAmount = 501;
  budget.remove(eve);
  expect(budget.enforce()).toBe(1);
  expect(gone).toEqual(['eve', 'ada']);
});

it('[SRV-25] where all of many pages are slow at once they lose pictures, and nobody is disconnected', () => {
  const budget = new Budget(100_000);
  const pages = Array.from({ length: 50 }, () => {
    const socket = {
      ...{ bufferedAmount: 0, readyState: 1 as const, OPEN: 1 as const, terminate: vi.fn() },
      send(data: ArrayBuffer) {
        socket.bufferedAmount += data.byteLength;
      },
    };
    budget.add(socket);
    return { socket, outbox: createOutbox({ socket, log: { warn() {} }, budget, onRoom() {} }) };
  });
  for (let i = 0; i < 100; i++)
    for (const { outbox } of pages) outbox.sendFrame(new ArrayBuffer(300));
  for (const { socket, outbox } of pages) {
    expect(outbox.isSlow).toBe(true);
    expect(socket.bufferedAmount).toBe(1200); // the first beyond a 50th of half
    expect(socket.terminate).not.toHaveBeenCalled();
  }
});

it('[SRV-25] large replies wait while their page does not read, and come in order once it does', async () => {
  const outbox = { isSlow: true };
  const replies = new LargeReplies(outbox, new Turns());
  const made: number[] = [];
  const asked = [1, 2, 3].map((n) => replies.add(async () => void made.push(n)));
  replies.catchUp();
  await nextTurns();
  expect(made).toEqual([]);
  outbox.isSlow = false;
  replies.catchUp();
  await Promise.all(asked);
  expect(made).toEqual([1, 2, 3]);
});

it('[SRV-25] of all pages only some have a large reply made at once; one that fails holds up nobody', async () => {
  const turns = new Turns(2);
  let making = 0;
  let most = 0;
  const make = async () => {
    most = Math.max(most, ++making);
    await nextTurns();
    making--;
  };
  const pages = Array.from({ length: 9 }, () => new LargeReplies({ isSlow: false }, turns));
  const failing = pages[0]!.add(async () => Promise.reject(new Error('no such episode')));
  await expect(failing).rejects.toThrow('no such episode');
  await Promise.all(pages.map((page) => page.add(make)));
  expect(most).toBe(2);
});

it('[SRV-25] requests beyond what a page can need are refused by their id', async () => {
  const replies = new LargeReplies({ isSlow: true }, new Turns());
  const asked = Array.from({ length: 65 }, (_, i) => replies.add(async () => {}, `clip-${i}`));
  await expect(asked[64]).rejects.toMatchObject({ code: 'too-frequent', ref: 'clip-64' });
});

function nextTurns(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

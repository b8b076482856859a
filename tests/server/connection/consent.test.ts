/** Over a real socket: what is refused before a person has agreed, and taken afterwards. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { Consents } from '../../../server/people/consents.ts';
import {
  encodeInput,
  PROTOCOL_VERSION,
  type ServerMessage,
  SUBPROTOCOL,
} from '../../../server/protocol/index.ts';
import { type Door, openDoor, stubLive } from './door.ts';

const agreed = new Set<string>();
const consents = new Consents(
  { consent: 'We keep what you drive.' },
  {
    agree: async ({ teacherId }) => void agreed.add(teacherId),
    hasAgreed: async (teacherId) => agreed.has(teacherId),
  },
);
let accepted: string[] = [];
let stops = 0;
let door: Door;
let heard: ServerMessage[] = [];
let socket: WebSocket;

beforeEach(async () => {
  [accepted, stops, heard] = [[], 0, []];
  door = await openDoor({
    consents,
    run: {
      accept: async ({ id }) => {
        accepted.push(id);
        return { duplicate: false };
      },
      emergencyStop: () => void stops++,
      askQueries() {},
      lives: [stubLive({ takeControl: () => false })],
      facts: { controlDt: 0.1 } as never,
    },
  });
  socket = new WebSocket(`${door.url.replace('http', 'ws')}/ws`, SUBPROTOCOL);
  socket.on('message', (data, binary) => binary || heard.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.once('open', resolve));
  send({ type: 'hello', protocol: PROTOCOL_VERSION, teacherId: 'ada' });
});
afterEach(async () => {
  socket.terminate();
  await door.close();
});

const send = (message: object) => socket.send(JSON.stringify(message));
async function next<T extends ServerMessage['type']>(type: T) {
  for (;;) {
    const at = heard.findIndex((message) => message.type === type);
    if (at >= 0) return heard.splice(at, 1)[0] as Extract<ServerMessage, { type: T }>;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const reward = {
  type: 'feedback',
  feedback: {
    ...{ id: 'f1', runId: 'run-1', teacherId: 'ada', shownAt: 1, answeredAt: 1, responseMs: 0 },
    ...{ kind: 'reward', episodeId: 'e1', step: 1, value: 1 },
  },
};

test('[UI-48] before a person agreed nothing of theirs is taken but a stop; afterwards it is', async () => {
  const { study } = await next('welcome');
  expect(study?.consent?.isGiven).toBe(false);
  send(reward);
  expect(await next('error')).toMatchObject({ code: 'consent-needed', ref: 'f1' });
  send({ type: 'ask-queries', count: 2 });
  expect(await next('error')).toMatchObject({ code: 'consent-needed' });
  send({ type: 'control', id: 'c1', action: 'pause' });
  expect(await next('error')).toMatchObject({ code: 'consent-needed', ref: 'c1' });
  const input = { sequence: 1, live: 0, episodeNumber: 1, step: 0, sentAt: 1, activeAxes: 1 };
  socket.send(encodeInput({ ...input, values: Float32Array.of(1) }));
  expect(await next('error')).toMatchObject({ code: 'consent-needed' });
  send({ type: 'agree', consent: '0'.repeat(64) });
  expect(await next('error')).toMatchObject({ code: 'bad-message' });
  expect(accepted).toEqual([]);
  send({ type: 'control', id: 'c2', action: 'estop' });
  send({ type: 'agree', consent: study!.consent!.hash });
  expect(await next('agreed')).toEqual({ type: 'agreed', consent: study!.consent!.hash });
  expect(stops).toBe(1);
  send(reward);
  expect(await next('ack')).toMatchObject({ feedbackId: 'f1' });
  expect(accepted).toEqual(['f1']);
});

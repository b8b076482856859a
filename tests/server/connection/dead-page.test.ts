/** Real sockets of pages that say nothing, or no longer answer. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import WebSocket from 'ws';
import { HELLO_LOOKS, PING_LOOKS } from '../../../server/connection/upkeep.ts';
import {
  CLOSE,
  PROTOCOL_VERSION,
  SUBPROTOCOL,
  WEBSOCKET_PATH,
} from '../../../server/protocol/index.ts';
import { type Door, openDoor } from './door.ts';

let door: Door;
beforeEach(async () => {
  door = await openDoor();
});
afterEach(() => door.close());

async function openPage(options: { autoPong?: boolean; hello?: boolean } = {}) {
  const { autoPong = true, hello = true } = options;
  const url = `ws://127.0.0.1:${door.port}${WEBSOCKET_PATH}`;
  const socket = new WebSocket(url, SUBPROTOCOL, { autoPong });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('open', resolve));
  if (hello) {
    const welcomed = new Promise((resolve) => socket.once('message', resolve));
    socket.send(JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, teacherId: 'ada' }));
    await welcomed;
  }
  return { socket, closed };
}

/** The server has heard everything that was sent before. */
async function heard(socket: WebSocket): Promise<void> {
  const answered = new Promise<void>((resolve) => {
    socket.on('message', (data) => String(data).includes('"pong"') && resolve());
  });
  socket.send(JSON.stringify({ type: 'ping', sentAt: 1 }));
  await answered;
}

it('[SRV-24] a socket that says no hello is closed with 4004', async () => {
  const silent = await openPage({ hello: false });
  const polite = await openPage();
  door.look(HELLO_LOOKS);
  expect(await silent.closed).toBe(CLOSE.helloMissing);
  await heard(polite.socket);
});

it('[SRV-24] a page whose line is dead is given up and no longer told anything; one that answers stays', async () => {
  const alive = await openPage();
  const dead = await openPage({ autoPong: false });
  expect(door.listeners.size).toBe(2);
  const pinged = new Promise((resolve) => alive.socket.once('ping', resolve));
  door.look(PING_LOOKS);
  await pinged;
  await heard(alive.socket);
  door.look(PING_LOOKS);
  expect(await dead.closed).toBe(1006);
  await heard(alive.socket);
  expect(door.listeners.size).toBe(1);
  expect(door.logged).toContain('a page that no longer answers was given up');
});

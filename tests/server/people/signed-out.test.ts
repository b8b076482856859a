/** A page that is open does not outlive what its person may. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { People } from '../../../server/people/people.ts';
import { CLOSE, SUBPROTOCOL, WEBSOCKET_PATH } from '../../../server/protocol/index.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { type Door, openDoor } from '../connection/door.ts';

let folder = '';
let storage: Storage;
let people: People;
let door: Door;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reins-signed-out-'));
  storage = openStorage(folder);
  people = await People.open(storage);
  door = await openDoor({ people, storage });
});
afterEach(async () => {
  await door.close();
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

async function account(name: string, role: string): Promise<string> {
  const now = Date.now();
  return people.accept(await people.invite(role, 'test', now), name, 'long enough', now);
}

async function open(login?: string): Promise<WebSocket> {
  const headers = login ? { authorization: `Bearer ${login}` } : {};
  const url = `ws://127.0.0.1:${door.port}${WEBSOCKET_PATH}`;
  const socket = new WebSocket(url, SUBPROTOCOL, { headers });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
}

const closing = (socket: WebSocket) => new Promise((resolve) => socket.once('close', resolve));
const idOf = (wanted: string) => people.accounts.find(({ name }) => name === wanted)!.id;

test('[ROLE-3] whoever is disabled, gets another role or signs out loses open pages; others keep theirs', async () => {
  const logins = [await account('Grace', 'supervisor')];
  for (const name of ['Ada', 'Bob', 'Cid']) logins.push(await account(name, 'operator'));
  const [grace, ada, bob, cid] = await Promise.all(logins.map(open));
  const closed = [ada, bob, cid].map((socket) => closing(socket!));
  door.look(1);
  await people.change(idOf('Ada'), { isDisabled: true }, 'test', Date.now());
  await people.change(idOf('Bob'), { role: 'auditor' }, 'test', Date.now());
  await people.signOut([logins[3]]);
  door.look(1);
  const { signedOut } = CLOSE;
  expect(await Promise.all(closed)).toEqual([signedOut, signedOut, signedOut]);
  expect(grace!.readyState).toBe(WebSocket.OPEN);
  grace!.terminate();
  await expect(open(logins[1])).rejects.toThrow(/401/);
});

test('[ROLE-3] pages of a server without accounts are closed once it has one', async () => {
  const owner = await open();
  const closed = closing(owner);
  await account('Grace', 'supervisor');
  door.look(1);
  expect(await closed).toBe(CLOSE.signedOut);
});

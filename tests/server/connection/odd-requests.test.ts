/** Some hundred odd requests, by raw bytes: what any program or page may send. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '../../../server/protocol/index.ts';
import { until } from '../../e2e/helpers.ts';
import { type Door, openDoor, watchDoor } from './door.ts';
import { ENDS, ODD_REQUESTS, play, refused, whole } from './odd-requests.ts';

let door: Door;
const uncaught: unknown[] = [];
const note = (error: unknown) => void uncaught.push(error);
beforeEach(async () => {
  door = await openDoor();
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  process.off('uncaughtException', note);
  process.off('unhandledRejection', note);
  await door.close();
});

it('[SRV-23] odd requests, halves and resets end their own connection and nothing else', async () => {
  const viewer = await watchDoor(door, 'ada');
  let sent = 0;
  const frame = () => {
    for (const listener of door.listeners) listener.frame(new ArrayBuffer(8));
    sent++;
  };
  for (const end of ENDS)
    for (const bytes of ODD_REQUESTS) {
      await play(door.port, bytes, end);
      frame();
    }
  // Resets while a refusal is being written depend on the moment: many of them.
  for (let i = 0; i < 100; i++) await play(door.port, refused, 'reset');
  await until('every frame', () => viewer.frames === sent);
  expect(uncaught).toEqual([]);
  expect(viewer.isOpen).toBe(true);
  expect((await fetch(`${door.url}/api/health`)).status).toBe(200);
  const another = await watchDoor(door, 'bob');
  expect(another.isOpen).toBe(true);
});

it('[SRV-23] what fails in a listener ends its connection alone', async () => {
  await door.close();
  const run = {
    leaveQueries() {
      throw new Error('a fault of ours');
    },
    status() {
      throw new Error('another');
    },
  };
  door = await openDoor({ run: run as never });
  await play(door.port, whole, 'answered');
  const hello = JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, teacherId: 'ada' });
  const message = [0x81, 0x80 | hello.length, 0, 0, 0, 0, ...Buffer.from(hello)];
  await play(door.port, Buffer.from([...Buffer.from(whole), ...message]), 'answered');
  await until('both faults in the log', () => door.logged.includes('a message failed'));
  await until('the fault of closing', () => door.logged.includes('a session failed'));
  expect(uncaught).toEqual([]);
  expect((await fetch(`${door.url}/api/health`)).status).toBe(200);
});

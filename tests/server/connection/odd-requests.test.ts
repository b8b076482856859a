/** Some hundred odd requests, by raw bytes: what any program or page may send. */
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../../e2e/helpers.ts';
import { type Door, openDoor, watchDoor } from './door.ts';

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

const UPGRADE = {
  Host: 'localhost',
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Protocol': 'reins-v1',
};

function request(line: string, headers: Record<string, string> = UPGRADE, rest = ''): string {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line}\r\n${fields.join('')}\r\n${rest}`;
}
const upgrade = (more: Record<string, string> = {}, url = '/ws') =>
  request(`GET ${url} HTTP/1.1`, { ...UPGRADE, ...more });

const URLS = [
  ...['//', '///', '//example.org', '//[', '/[', 'http://', 'http://[', 'ws://example.org/ws', '*'],
  ...[
    '/%',
    '/%zz',
    '/ws?%',
    '/ws?token=%E0%A4%A',
    '/ws#x',
    '/ws/../ws',
    '/ws/',
    '/../../ws',
    '\\\\x',
  ],
  ...[
    '?',
    '#',
    'ws',
    '/api/health?limit=%',
    '/api/episodes?limit=0',
    '/assets/..%2f..%2f',
    '/\u007f',
  ],
  ...[`/${'a'.repeat(8000)}`, `/ws?${'b'.repeat(20_000)}`, '/api/admission?origin=http://['],
];
const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'FOO',
  'get',
];
const HEADERS: Record<string, string>[] = [
  { Host: '' },
  { Host: '[' },
  { Host: '::::' },
  { Host: 'localhost:999999' },
  { Host: 'example.org' },
  ...['', 'null', '%', 'http://', 'http://[', 'http://example.org', 'x'.repeat(5000)].map(
    (Origin) => ({ Origin }),
  ),
  ...['', ',,,', 'reins-v0', 'reins-v1, reins-v1', '"', 'ü'].map((protocol) => ({
    'Sec-WebSocket-Protocol': protocol,
  })),
  ...['', 'x', 'A'.repeat(200)].map((key) => ({ 'Sec-WebSocket-Key': key })),
  ...['', '0', '99', 'x'].map((version) => ({ 'Sec-WebSocket-Version': version })),
  ...['h2c', 'websocket, h2c', ''].map((Upgrade) => ({ Upgrade })),
  ...['permessage-deflate; x="', ';;;', 'permessage-deflate; server_max_window_bits=99'].map(
    (extensions) => ({ 'Sec-WebSocket-Extensions': extensions }),
  ),
  { Cookie: '=;=;==;reins-' },
  { Authorization: 'Bearer' },
  { Expect: 'the-unexpected' },
  { 'Transfer-Encoding': 'chunked', 'Content-Length': '5' },
  { 'Content-Length': '-1' },
  { 'X-Long': 'y'.repeat(20_000) },
  Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`X-${i}`, 'z'])),
];
const BROKEN = [
  '',
  '\r\n\r\n',
  'GET',
  '\u0000\u0001\u0002',
  '\u0016\u0003\u0001',
  'GET / HTTP/9.9\r\n\r\n',
];
/** What follows an accepted upgrade: frames that no client should send. Masked with zeros. */
const FRAMES = [
  [0x83, 0x80, 0, 0, 0, 0],
  [0xc1, 0x80, 0, 0, 0, 0],
  [0x81, 0x01, 0x61],
  [0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
  [0x81, 0xfe, 0xff, 0xff, 0, 0, 0, 0],
  [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28],
  [0x88, 0x82, 0, 0, 0, 0, 0x00, 0x01],
  [0x88, 0x81, 0, 0, 0, 0, 0x03],
  [0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0],
  [0x80, 0x81, 0, 0, 0, 0, 0x61],
  [0x82, 0x80, 0, 0, 0, 0],
  [0x82, 0x81, 0, 0, 0, 0, 0x10],
  [0x81, 0x82, 0, 0, 0, 0, 0x7b, 0x7d],
].map((bytes) => Buffer.from([...Buffer.from(upgrade()), ...bytes]));

/** How a client ends: in order, by a reset at once, by a reset once it was answered, or not at all. */
type End = 'end' | 'reset' | 'answered' | 'stay';

const whole = upgrade();
const halves = Array.from({ length: 12 }, (_, i) => whole.slice(0, (whole.length * i) / 12));
const refused = upgrade({ Origin: 'http://example.org' });
const ODD: readonly (string | Buffer)[] = [
  ...URLS.flatMap((url) => [
    upgrade({}, url),
    request(`GET ${url} HTTP/1.1`, { Host: 'localhost' }),
  ]),
  ...METHODS.flatMap((method) => [
    request(`${method} /ws HTTP/1.1`),
    request(`${method} / HTTP/1.1`, { Host: 'localhost', 'Content-Length': '3' }, 'ab'),
  ]),
  ...HEADERS.map((more) => upgrade(more)),
  ...HEADERS.map((more) => request('GET / HTTP/1.1', { Host: 'localhost', ...more })),
  ...BROKEN,
  ...halves,
  ...FRAMES,
  refused,
];

function play(bytes: string | Buffer, end: End): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect(door.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.once('connect', () => {
      socket.write(bytes);
      if (end === 'end') socket.end();
      else if (end === 'stay') setImmediate(resolve);
      else if (end === 'reset') setImmediate(() => socket.resetAndDestroy());
    });
    // What is left open ends with the server.
    socket.once('data', () => end === 'answered' && socket.resetAndDestroy());
    if (end === 'answered') socket.setTimeout(50, () => socket.resetAndDestroy());
  });
}

it('[SRV-23] odd requests, halves and resets end their own connection and nothing else', async () => {
  const viewer = await watchDoor(door, 'ada');
  let sent = 0;
  const frame = () => {
    for (const listener of door.listeners) listener.frame(new ArrayBuffer(8));
    sent++;
  };
  for (const end of ['end', 'reset', 'answered', 'stay'] as const)
    for (const bytes of ODD) {
      await play(bytes, end);
      frame();
    }
  // Resets while a refusal is being written depend on the moment: many of them.
  for (let i = 0; i < 100; i++) await play(refused, 'reset');
  await until('every frame', () => viewer.frames === sent);
  expect(uncaught).toEqual([]);
  expect(viewer.isOpen).toBe(true);
  expect((await fetch(`${door.url}/api/health`)).status).toBe(200);
  const another = await watchDoor(door, 'bob');
  expect(another.isOpen).toBe(true);
}, 120_000);

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
  await play(whole, 'answered');
  const hello = `{"type":"hello","protocol":1,"teacherId":"ada"}`;
  const message = [0x81, 0x80 | hello.length, 0, 0, 0, 0, ...Buffer.from(hello)];
  await play(Buffer.from([...Buffer.from(whole), ...message]), 'answered');
  await until('both faults in the log', () => door.logged.includes('a message failed'));
  await until('the fault of closing', () => door.logged.includes('a session failed'));
  expect(uncaught).toEqual([]);
  expect((await fetch(`${door.url}/api/health`)).status).toBe(200);
});

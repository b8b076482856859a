/** Some hundred odd requests as raw bytes, and the ways in which their clients end: what any program or page may send. */
import { connect, type Socket } from 'node:net';
import { SUBPROTOCOL } from '../../../server/protocol/index.ts';

const UPGRADE = {
  Host: 'localhost',
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Protocol': SUBPROTOCOL,
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
  ...['', ',,,', 'reins-v0', `${SUBPROTOCOL}, ${SUBPROTOCOL}`, '"', 'ü'].map((protocol) => ({
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
export const ENDS = ['end', 'reset', 'answered', 'stay'] as const;
type End = (typeof ENDS)[number];

export const whole = upgrade();
const halves = Array.from({ length: 12 }, (_, i) => whole.slice(0, (whole.length * i) / 12));
export const refused = upgrade({ Origin: 'http://example.org' });
export const ODD_REQUESTS: readonly (string | Buffer)[] = [
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

export function play(port: number, bytes: string | Buffer, end: End): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1');
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

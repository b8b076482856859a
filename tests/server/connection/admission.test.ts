import { request } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { Admission, isLoopback } from '../../../server/connection/admission.ts';
import { until } from '../../e2e/helpers.ts';
import { type Door, openDoor, upgradeStatus, watchDoor } from './door.ts';

const TOKEN = 'a-token-of-tests-1';
const doors: Door[] = [];
async function open(options: Parameters<typeof openDoor>[0] = {}): Promise<Door> {
  const door = await openDoor(options);
  doors.push(door);
  return door;
}
afterEach(async () => {
  for (const door of doors.splice(0)) await door.close();
});

/** `fetch` does not let a test choose `Host`. */
function get(door: Door, path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const asked = request(`${door.url}${path}`, { headers }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body }),
        );
      });
      asked.on('error', reject);
      asked.end();
    },
  );
}

it('[WIRE-8] on loopback only names of loopback are answered, over HTTP and by sockets', async () => {
  const door = await open({ allowHosts: ['Lab.example.org'] });
  const good = ['localhost', 'localhost:80', 'a.localhost', '127.0.0.1:1', '127.9.9.9', '[::1]:5'];
  const bad = ['example.org', 'example.org:80', '127.0.0.1.example.org', 'localhost.example.org'];
  const malformed = ['[', '[::1', 'a b', 'localhost:x', '0.0.0.0', '192.168.0.1', '[::2]'];
  for (const host of [...good, 'lab.example.org', 'lab.example.org.:443']) {
    expect([host, (await get(door, '/api/health', { host })).status]).toEqual([host, 200]);
    expect([host, await upgradeStatus(door, { host })]).toEqual([host, 101]);
  }
  for (const host of [...bad, ...malformed]) {
    expect([host, (await get(door, '/api/health', { host })).status]).toEqual([host, 403]);
    expect([host, await upgradeStatus(door, { host })]).toEqual([host, 403]);
  }
  const { body } = await get(door, '/', { host: 'example.org' });
  expect(body).toMatch(/example\.org.*--allow-host example\.org/);
});

it('[WIRE-9] pages of another origin are refused a socket unless they are allowed by name', async () => {
  const door = await open({ allowOrigins: ['https://lab.example.org'] });
  const own = `127.0.0.1:${door.port}`;
  const status = (origin: string, host = own) => upgradeStatus(door, { origin, host });
  expect(await status(`http://${own}`)).toBe(101);
  expect(await status('https://localhost', 'localhost')).toBe(101);
  expect(await status('https://localhost', 'localhost:443')).toBe(101);
  expect(await status('https://lab.example.org')).toBe(101);
  for (const origin of ['http://lab.example.org', 'https://example.org', 'null', 'http://[', '%'])
    expect([origin, await status(origin)]).toEqual([origin, 403]);
  expect(await status('http://127.0.0.1:1')).toBe(403);
});

it('[UI-12] a page can ask why its socket was refused', async () => {
  const door = await open();
  const ask = async (origin: string) => {
    const url = `${door.url}/api/admission?origin=${encodeURIComponent(origin)}`;
    return ((await (await fetch(url)).json()) as { message: string | null }).message;
  };
  expect(await ask(door.url)).toBeNull();
  expect(await ask('http://lab.example.org')).toMatch(/--allow-origin http:\/\/lab\.example\.org/);
});

it('[WIRE-10] a server that others can reach does not start without a token', () => {
  for (const host of ['0.0.0.0', '::', '', '192.168.0.1', 'lab.example.org'])
    expect(() => new Admission({ host })).toThrow(/^host: .*--token/);
  expect(() => new Admission({ host: '0.0.0.0', token: 'short' })).toThrow(/^token: .*16 to 256/);
  for (const host of ['127.0.0.1', '::1', 'localhost', '[::1]'])
    expect(isLoopback(host)).toBe(true);
});

it('[WIRE-10] with a token, whoever does not show it gets nothing: no page, no data, no socket', async () => {
  const door = await open({ token: TOKEN });
  for (const path of [
    '/',
    '/api/health',
    '/api/feedback',
    '/metrics',
    '/api/admission',
    '/nothing',
  ])
    expect([path, (await get(door, path)).status]).toEqual([path, 401]);
  expect(await upgradeStatus(door)).toBe(401);
  const wrong = [`Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, 'Bearer', `Basic ${TOKEN}`];
  for (const authorization of wrong)
    expect((await get(door, '/api/health', { authorization })).status).toBe(401);
  const authorization = `Bearer ${TOKEN}`;
  expect((await get(door, '/api/health', { authorization })).status).toBe(200);
  expect(await upgradeStatus(door, { authorization })).toBe(101);
});

it('[WIRE-10] the token in a link becomes a cookie that scripts cannot read, and leaves the link', async () => {
  const door = await open({ token: TOKEN });
  const accept = 'text/html,*/*';
  const link = await get(door, `/?token=${TOKEN}&graphics=simple`, { accept });
  expect([link.status, link.headers.location]).toEqual([303, '?graphics=simple']);
  const [set] = link.headers['set-cookie'] as string[];
  expect(set).toMatch(/^reins-[\da-f]{8}=[^;]+; HttpOnly; SameSite=Lax$/);
  const cookie = `other=1; ${set!.split(';')[0]}`;
  expect((await get(door, '/api/health', { cookie })).status).toBe(200);
  expect(await upgradeStatus(door, { cookie })).toBe(101);
  expect((await get(door, '/?token=', { cookie, accept })).headers.location).toBe('.');
  expect((await get(door, `/?token=${TOKEN}x`, { accept })).status).toBe(401);
  const https = await get(door, `/?token=${TOKEN}`, { accept, 'x-forwarded-proto': 'https' });
  expect((https.headers['set-cookie'] as string[])[0]).toMatch(/; Secure$/);
});

it('[WIRE-11] every answer forbids framing, sniffing, foreign content and passing the address on', async () => {
  const door = await open();
  for (const [path, host] of [
    ['/', 'localhost'],
    ['/api/health', 'localhost'],
    ['/nothing', 'localhost'],
    ['/', 'example.org'],
  ] as const) {
    const { headers } = await get(door, path, { host });
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringMatching(
        /default-src 'none'.*frame-ancestors 'none'/,
      ),
    });
  }
});

it('[SRV-25] a full server refuses further pages, says so, and has room again once one is gone', async () => {
  const door = await open({ mostPages: 2 });
  const ada = await watchDoor(door, 'ada');
  await watchDoor(door, 'bob');
  expect(await upgradeStatus(door)).toBe(503);
  const { body } = await get(door, '/api/admission');
  expect(body).toMatch(/2 pages are connected/);
  expect((await get(door, '/api/health')).status).toBe(200);
  ada.socket.terminate();
  await until('room', async () => (await upgradeStatus(door)) === 101);
});

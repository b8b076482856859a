/** Requests and sockets through a gateway: as if they had come directly. */
import { once } from 'node:events';
import { request as ask, createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { HANDED_OVER } from '../../../server/connection/page.ts';
import { relay, relayUpgrade } from '../../../server/gateway/relay.ts';
import { joinedTrunks, OPENING } from '../nats/joined-trunks.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server): Promise<number> {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A gateway before this server, which is reached by it alone. */
async function gatewayOf(behind: Server) {
  const { gateway, learner } = joinedTrunks({
    onOpened: (tunnel) =>
      behind.emit(
        'connection',
        tunnel.on('error', () => {}),
      ),
  });
  const connect = () => gateway.open(OPENING);
  const server = createServer((request, response) =>
    relay(request, response, {
      connect,
      answer: ({ url }, answer) => answer.end(`file ${url}`),
    }),
  ).on('upgrade', (request, socket, head) => relayUpgrade(request, socket, head, { connect }));
  return { port: await listen(server), learner, gateway };
}

async function get(
  port: number,
  options: { method?: string; path?: string; headers?: Record<string, string>; body?: string } = {},
) {
  const { body, ...rest } = options;
  const asked = ask({ port, host: '127.0.0.1', agent: false, ...rest });
  asked.end(body);
  const [reply] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: reply.statusCode, headers: reply.headers, text: await text(reply) };
}

/** Says what it was asked. */
const mirror = () =>
  createServer(async (request, response) => {
    const { method, url, headers, socket } = request;
    const body = await text(request);
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.writeHead(201, { 'X-Own': 'yes', Connection: 'X-Own-Hop', 'X-Own-Hop': 'no' });
    response.end(JSON.stringify({ method, url, headers, body, from: socket.remoteAddress }));
  });

it('[GATE-4] a request goes on as it came, with the address of who asks, and its answer back, each cookie', async () => {
  const { port } = await gatewayOf(mirror());
  const body = 'ä'.repeat(300_000);
  const reply = await get(port, {
    ...{ method: 'PUT', path: '/a%20b?c=d&c=e', body },
    headers: {
      ...{ Host: 'lab.example.org', Cookie: 'x=1; y=2', Origin: 'https://lab.example.org' },
      ...{ 'X-Forwarded-Proto': 'https', Connection: 'X-Hop', 'X-Hop': 'here' },
    },
  });
  expect(reply.status).toBe(201);
  expect(reply.headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], 'x-own': 'yes' });
  expect(reply.headers['x-own-hop']).toBeUndefined();
  const seen = JSON.parse(reply.text);
  expect(seen).toMatchObject({ method: 'PUT', url: '/a%20b?c=d&c=e', from: '192.0.2.7' });
  expect(seen.body === body).toBe(true);
  expect(seen.headers).toMatchObject({
    ...{ host: 'lab.example.org', cookie: 'x=1; y=2', origin: 'https://lab.example.org' },
    'x-forwarded-proto': 'https',
  });
  expect(seen.headers['x-hop']).toBeUndefined();
});

it('[GATE-4] requests with and without a body, of every method', async () => {
  const { port } = await gatewayOf(mirror());
  const framings = [
    {},
    { headers: { 'Content-Length': '5' }, body: 'words' },
    { headers: { 'Transfer-Encoding': 'chunked' }, body: 'words' },
  ];
  for (const method of ['GET', 'POST', 'PATCH', 'DELETE', 'OPTIONS'])
    for (const framing of framings) {
      const seen = JSON.parse((await get(port, { method, ...framing })).text);
      expect(seen).toMatchObject({ method, body: framing.body ?? '' });
    }
  expect(await get(port, { method: 'HEAD' })).toMatchObject({ status: 201, text: '' });
});

it('[GATE-5] what is handed over is answered by the gateway, with what the learner says of it', async () => {
  const { port } = await gatewayOf(
    createServer(({ url }, response) =>
      response.writeHead(200, { [HANDED_OVER]: url!, 'X-Frame-Options': 'DENY' }).end(),
    ),
  );
  const reply = await get(port, { path: '/assets/a.js' });
  expect([reply.status, reply.text]).toEqual([200, 'file /assets/a.js']);
  expect(reply.headers).toMatchObject({ 'x-frame-options': 'DENY' });
  expect(reply.headers[HANDED_OVER]).toBeUndefined();
});

it('[GATE-3] where the learner goes, or hangs up, a request is answered in words', async () => {
  let hangsUp = true;
  const asked: string[] = [];
  const { port, gateway } = await gatewayOf(
    createServer(({ socket, url }) => {
      asked.push(url!);
      if (hangsUp) socket.destroy();
    }),
  );
  const words = (reply: { text: string }) => JSON.parse(reply.text).message;
  const first = await get(port);
  expect([first.status, words(first)]).toEqual([503, 'The server ended the connection.']);
  hangsUp = false;
  const second = get(port, { method: 'POST', body: 'words', path: '/second' });
  await expect.poll(() => asked).toContain('/second');
  gateway.close('The server of this run has ended.');
  expect(await second).toMatchObject({ status: 503 });
  expect(words(await second)).toBe('The server of this run has ended.');
});

it('[GATE-6] a socket carries messages of any size both ways, and its end', async () => {
  const behind = createServer();
  const sockets = new WebSocketServer({ server: behind });
  sockets.on('connection', (socket) =>
    socket.on('message', (data, binary) => socket.send(data, { binary })),
  );
  const { port } = await gatewayOf(behind);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
  await once(socket, 'open');
  for (const size of [0, 5, 70_000, 900_000]) {
    socket.send('x'.repeat(size));
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(String(data)).toBe('x'.repeat(size));
  }
  for (const other of sockets.clients) other.close(4005, 'signed out');
  expect((await once(socket, 'close')).map(String)).toEqual(['4005', 'signed out']);
  expect([...sockets.clients]).toEqual([]);
});

it('[GATE-6] a socket that the learner refuses is refused with its words, and one without a learner with ours', async () => {
  const behind = createServer().on('upgrade', (_request, socket) =>
    socket.end(
      'HTTP/1.1 401 Unauthorized\r\nContent-Length: 8\r\nConnection: close\r\n\r\nSign in.',
    ),
  );
  const { port, gateway } = await gatewayOf(behind);
  const refusal = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`).on('error', () => {});
    const [, reply] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    return [reply.statusCode, await text(reply)];
  };
  expect(await refusal()).toEqual([401, 'Sign in.']);
  gateway.close('gone');
  gateway.open = () => {
    throw new Error('No server.');
  };
  expect(await refusal()).toEqual([503, 'No server.\n']);
});

import { once } from 'node:events';
import { expect, it } from 'vitest';
import WebSocket from 'ws';
import { hostName, pageOrigin } from '../../cli/arguments.ts';
import { neededToken, reachWords } from '../../cli/reach.ts';
import { SUBPROTOCOL } from '../../server/protocol/index.ts';
import { temporaryFolder, until } from '../e2e/helpers.ts';
import { serve } from '../server/serve-process.ts';

it('[WIRE-10] a token is made where others can reach the host, and printed as a link with how to get TLS', () => {
  const reach = neededToken('0.0.0.0', undefined);
  expect(reach.token).toMatch(/^[\w-]{32}$/);
  expect(neededToken('0.0.0.0', undefined).token).not.toBe(reach.token);
  const [link, tls] = reachWords('http://0.0.0.0:8080', reach);
  expect(link).toMatch(new RegExp(`^open http://[^0].*:8080/\\?token=${reach.token} `));
  expect(tls).toMatch(/TLS.*gamepads and clips.*ssh -L 8080:.*--allow-host/);
});

it('[WIRE-10] a token that was given is not printed; loopback needs none', () => {
  expect(reachWords('http://10.0.0.1:80', neededToken('10.0.0.1', 'my-own-token-0001'))[0]).toMatch(
    /^open http:\/\/10\.0\.0\.1\/\?token=TOKEN /,
  );
  const alone = neededToken('127.0.0.1', undefined);
  expect(alone.token).toBeUndefined();
  expect(reachWords('http://127.0.0.1:8080', alone)).toEqual([]);
});

it('[CLI-2] --allow-host takes names, --allow-origin origins', () => {
  expect(hostName('b.example.org', ['a'])).toEqual(['a', 'b.example.org']);
  expect(pageOrigin('https://Lab.example.org:443', ['x'])).toEqual([
    'x',
    'https://lab.example.org',
  ]);
  for (const bad of ['https://a', 'a:80', '', 'a/b'])
    expect(() => hostName(bad)).toThrow(/expected/);
  for (const bad of ['lab.example.org', 'https://a/b', 'ftp://a', ''])
    expect(() => pageOrigin(bad)).toThrow(/expected/);
});

it('[WIRE-10] a server on all addresses prints a link, and answers to its token alone', async () => {
  const folder = temporaryFolder();
  const server = await serve(folder.path, ['--host', '0.0.0.0', '--rollouts', '0']);
  try {
    const link = await until('the link', () => /open (http:\S+\?token=\S+)/.exec(server.stderr()));
    const token = new URL(link[1]!).searchParams.get('token')!;
    const health = `${server.url!.replace('0.0.0.0', '127.0.0.1')}/api/health`;
    expect((await fetch(health)).status).toBe(401);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(health, { headers })).status).toBe(200);
    const socket = new WebSocket(
      health.replace('http', 'ws').replace('api/health', 'ws'),
      SUBPROTOCOL,
    );
    const [, refusal] = await once(socket, 'unexpected-response');
    expect(refusal.statusCode).toBe(401);
  } finally {
    await server.end('SIGKILL');
    folder.remove();
  }
});

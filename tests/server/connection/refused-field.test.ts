/** What a request is told that is not as its route wants it, through the real door. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Door, openDoor } from './door.ts';

let door: Door;
beforeAll(async () => {
  door = await openDoor({});
});
afterAll(() => door.close());

const cases: readonly [method: string, path: string, body: object | undefined, message: string][] =
  [
    [
      'GET',
      '/api/consensus?method=vote',
      undefined,
      'method: is "vote", allowed majority, one-coin, dawid-skene',
    ],
    ['GET', '/api/audit?limit=0', undefined, 'limit: is 0, allowed 1 to 10000'],
    ['GET', '/api/audit?after=-3', undefined, 'after: is -3, allowed 0 or more'],
    ['GET', '/api/audit?limit=many', undefined, 'limit: is "many", allowed integer'],
    ['POST', '/api/people/ada/pause', {}, 'reason: is missing'],
    ['POST', '/api/people/ada/pause', { reason: '' }, 'reason: is "", allowed 1 to 500 characters'],
    [
      'POST',
      '/api/people/ada/pause',
      { reason: 'x'.repeat(501) },
      `reason: is "${'x'.repeat(59)}…, allowed 1 to 500 characters`,
    ],
  ];

test.each(cases)('[API-2] %s %s is refused by field, value and what is allowed', async (...of) => {
  const [method, path, body, message] = of;
  const headers = { 'content-type': 'application/json' };
  const how = body ? { headers, body: JSON.stringify(body) } : {};
  const reply = await fetch(door.url + path, { method, ...how });
  expect([reply.status, ((await reply.json()) as { message: string }).message]).toEqual([
    400,
    message,
  ]);
});

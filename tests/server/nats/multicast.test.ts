/** What goes to many connections of a gateway alike is said once, and each gets what was written to it. */
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Trunk } from '../../../server/nats/trunk.ts';
import type { Tunnel } from '../../../server/nats/tunnel.ts';
import { until } from '../../e2e/helpers.ts';
import { type Joined, joinedTrunks, OPENING } from './joined-trunks.ts';

interface Ends extends Joined {
  /** By their order, at the gateway and at the learner. */
  readonly pages: readonly Tunnel[];
  readonly sessions: readonly Tunnel[];
}

async function connected(
  count: number,
  options: Omit<Parameters<typeof joinedTrunks>[0], 'onOpened'> = {},
): Promise<Ends> {
  const sessions: Tunnel[] = [];
  const joined = joinedTrunks({
    ...options,
    onOpened: (tunnel) => sessions.push(tunnel.on('error', () => {})),
  });
  const pages = Array.from({ length: count }, () =>
    joined.gateway.open(OPENING).on('error', () => {}),
  );
  await until('the other ends', () => sessions.length === count);
  return { ...joined, pages, sessions };
}

/** As the library of sockets does: a head of its own for each, and a body that all share. */
function writeMessage(tunnel: Tunnel, body: Buffer): void {
  tunnel.cork();
  tunnel.write(Buffer.from([130, body.length]));
  tunnel.write(body);
  tunnel.uncork();
}

it('[GATE-13] two pictures in a moment are one message for fifty connections of a gateway', async () => {
  const { pages, sessions, said } = await connected(50);
  const before = said.down;
  const pictures = [Buffer.alloc(100, 1), Buffer.alloc(90, 2)];
  for (const picture of pictures) for (const session of sessions) writeMessage(session, picture);
  for (const session of sessions) session.end();
  const whole = Buffer.concat(pictures.flatMap((p) => [Buffer.from([130, p.length]), p]));
  for (const page of pages) expect((await buffer(page)).equals(whole)).toBe(true);
  expect(said.down - before).toBe(1 + 50); // and the end of each
});

it('[GATE-13] whatever is written to whom, alike or not: each gets its own, in order, and nothing else', async () => {
  const write = fc.record({
    to: fc.uniqueArray(fc.nat(4), { minLength: 1 }),
    what: fc.nat(2),
    length: fc.constantFrom(1, 3, 40, 700, 2500),
    isPause: fc.boolean(),
    isOwn: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(write, { maxLength: 40 }), async (writes) => {
      const { pages, sessions } = await connected(5);
      const expected: Buffer[][] = pages.map(() => []);
      for (const { to, what, length, isPause, isOwn } of writes) {
        const shared = Buffer.alloc(length, what);
        for (const i of to) {
          const bytes = isOwn ? Buffer.alloc(length, 10 + i) : shared;
          sessions[i]!.write(bytes);
          expected[i]!.push(bytes);
        }
        if (isPause) await sleep(0);
      }
      for (const session of sessions) session.end();
      for (const [i, page] of pages.entries())
        expect((await buffer(page)).equals(Buffer.concat(expected[i]!))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

it('[GATE-13] [GATE-2] who does not read holds up nobody, and gets the same later', async () => {
  const { pages, sessions } = await connected(3, { partSize: 40_000 });
  const picture = Buffer.alloc(30_000, 7);
  const heard = [0, 0];
  for (const i of [0, 1])
    pages[i]!.on('data', (bytes: Buffer) => {
      heard[i]! += bytes.length;
    });
  const pictures = 40;
  for (let i = 0; i < pictures; i++) {
    for (const session of sessions) session.write(picture);
    await until('the others', () => heard.every((n) => n === (i + 1) * picture.length));
  }
  expect(sessions[2]!.writableLength).toBeGreaterThan(700_000);
  sessions[2]!.end();
  expect((await buffer(pages[2]!)).length).toBe(pictures * picture.length);
});

it('[GATE-13] [GATE-3] where one is lost, those that it was for are over, and no other', async () => {
  const { pages, sessions, said } = await connected(3, {
    isLost: (way, number) => way === 'down' && number === 1,
  });
  const picture = Buffer.alloc(50, 1);
  for (const session of sessions.slice(0, 2)) session.write(picture);
  await until('it was said', () => said.down === 1);
  const errors = pages.slice(0, 2).map((page) => once(page, 'error') as Promise<[Error]>);
  for (const session of sessions) session.write(picture);
  for (const [error] of await Promise.all(errors))
    expect(error.message).toBe('A part of it was lost on its way.');
  await until('the other ends', () => sessions.filter((one) => one.destroyed).length === 2);
  sessions[2]!.end();
  expect((await buffer(pages[2]!)).equals(picture)).toBe(true);
});

it('[GATE-13] a message holds no more than the broker takes, whatever the number of connections', async () => {
  const { pages, sessions, said } = await connected(300); // joinedTrunks refuses larger ones
  const before = said.down;
  const picture = Buffer.alloc(500, 3);
  for (const session of sessions) session.write(picture);
  await until('all have it', () => pages.every(({ readableLength }) => readableLength === 500));
  expect(said.down - before).toBe(Math.ceil(300 / Math.floor((1000 - 9 - 500) / 8)));
});

it('[GATE-13] a gateway that does not say that it understands this gets a message for each', async () => {
  const sent: Uint8Array[] = [];
  const sessions: Tunnel[] = [];
  const learner = new Trunk({
    partSize: 1000,
    send: (bytes) => sent.push(bytes),
    onOpened: (tunnel) => sessions.push(tunnel),
  });
  for (const id of [1, 2]) {
    const head = Buffer.from([0, id, 0, 0, 0, 0, 0, 0, 0]);
    const body = Buffer.from(JSON.stringify({ type: 'open', ...OPENING }));
    learner.hear(Buffer.concat([head, body]));
  }
  for (const session of sessions) session.write(Buffer.from('picture'));
  await sleep(1);
  expect(
    sent.map((bytes) => [bytes[0], bytes[1], Buffer.from(bytes.subarray(9)).toString()]),
  ).toEqual([
    [1, 1, 'picture'],
    [1, 2, 'picture'],
  ]);
});

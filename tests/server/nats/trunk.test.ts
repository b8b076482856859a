/** Connections as messages: what a socket does, its ends and its limits. */
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { MOST_TUNNELS, Trunk } from '../../../server/nats/trunk.ts';
import type { Tunnel } from '../../../server/nats/tunnel.ts';
import { until } from '../../e2e/helpers.ts';
import { joinedTrunks, OPENING } from './joined-trunks.ts';

const bytes = (n: number) => Buffer.from(Uint8Array.from({ length: n }, (_, i) => (i * 7) % 251));

it('[GATE-1] what goes in at one end comes out at the other, in order and in parts, both ways and of many at once', async () => {
  const { gateway } = joinedTrunks({ onOpened: (tunnel) => void tunnel.pipe(tunnel) });
  const sizes = [0, 1, 991, 992, 5000, 400_000];
  const echoes = sizes.map(async (n) => {
    const tunnel = gateway.open(OPENING);
    tunnel.end(bytes(n));
    return buffer(tunnel);
  });
  for (const [i, echo] of (await Promise.all(echoes)).entries())
    expect(echo.equals(bytes(sizes[i]!)), `${sizes[i]} bytes`).toBe(true);
});

it('[GATE-1] the other end knows whose connection it is', async () => {
  const opened: unknown[] = [];
  const { gateway } = joinedTrunks({
    onOpened: (tunnel, opening) => opened.push(tunnel.remoteAddress, opening),
  });
  gateway.open(OPENING);
  await until('it', () => opened.length > 0);
  expect(opened).toEqual(['192.0.2.7', expect.objectContaining(OPENING)]);
});

it('[GATE-2] who does not read is waited for, and others are not', async () => {
  let idle: Tunnel | undefined;
  const { gateway, said } = joinedTrunks({
    onOpened: (tunnel) => {
      if (idle) tunnel.pipe(tunnel);
      else idle = tunnel;
    },
  });
  const slow = gateway.open(OPENING);
  slow.end(bytes(2_000_000));
  const other = gateway.open(OPENING);
  other.end(bytes(5000));
  expect((await buffer(other)).length).toBe(5000);
  // About the window is on its way, and the rest waits where who wrote it sees that it waits.
  await until('a standstill', async () => {
    const before = said.up;
    await sleep(20);
    return said.up === before;
  });
  expect(said.up).toBeLessThan(350);
  expect(slow.writableLength).toBeGreaterThan(1_500_000);
  expect((await buffer(idle!)).equals(bytes(2_000_000))).toBe(true);
});

it('[GATE-3] an end that is destroyed ends the other one, which knows why', async () => {
  let end: Tunnel | undefined;
  const { gateway, learner } = joinedTrunks({
    onOpened: (tunnel) => {
      end = tunnel.on('error', () => {});
    },
  });
  const first = gateway.open(OPENING);
  await until('the other end', () => end);
  end!.destroy(new Error('No more.'));
  expect((await once(first, 'error'))[0].message).toBe('No more.');
  end = undefined;
  const second = gateway.open(OPENING);
  await until('the other end', () => end);
  learner.close('The server has ended.');
  expect((await once(second, 'error'))[0].message).toBe('The server has ended.');
});

it.each(['up', 'down'] as const)(
  '[GATE-3] where a message is lost on its way %s, that connection is over at both ends, and no other',
  async (way) => {
    const ends: Tunnel[] = [];
    const { gateway } = joinedTrunks({
      onOpened: (tunnel) => {
        ends.push(tunnel.on('error', () => {}));
        tunnel.pipe(tunnel);
      },
      isLost: (name, number) => name === way && number === 3,
    });
    const torn = gateway.open(OPENING);
    torn.write(bytes(5000));
    const [error] = (await once(torn, 'error')) as [Error];
    expect(error.message).toBe('A part of it was lost on its way.');
    await until('the other end', () => ends[0]!.destroyed);
    const other = gateway.open(OPENING);
    other.end(bytes(3000));
    expect((await buffer(other)).length).toBe(3000);
  },
);

it('[GATE-3] one connection too many is refused in words', () => {
  const trunk = new Trunk({ partSize: 1000, send: () => {} });
  for (let i = 0; i < MOST_TUNNELS; i++) trunk.open(OPENING);
  expect(() => trunk.open(OPENING)).toThrow(/^1024 connections are open/);
});

it('[GATE-3] what is no message of a trunk has no effect', () => {
  const opened: Tunnel[] = [];
  const trunk = new Trunk({
    partSize: 1000,
    send: () => {},
    onOpened: (tunnel) => opened.push(tunnel),
  });
  const head = (type: number) => Buffer.from([type, 1, 0, 0, 0, 0, 0, 0, 0]);
  for (const body of ['', '{', '{}', '{"type":"open","address":1,"host":"x"}', '{"type":"end"}'])
    for (let type = 0; type < 7; type++) trunk.hear(Buffer.concat([head(type), Buffer.from(body)]));
  for (let length = 0; length < 9; length++) trunk.hear(Buffer.alloc(length));
  expect(opened).toEqual([]);
});

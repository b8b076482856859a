import { expect, it } from 'vitest';
import { HELLO_LOOKS, PING_LOOKS, Upkeep } from '../../../server/connection/upkeep.ts';

function createPage(isAwaitingHello: boolean) {
  const page = {
    isAwaitingHello,
    backlog: 0,
    delivered: 0,
    pings: 0,
    end: undefined as string | undefined,
    ping: () => void page.pings++,
    dismiss() {
      page.end = 'dismissed';
    },
    giveUp() {
      page.end = 'given up';
    },
  };
  return page;
}

function look(upkeep: Upkeep, times: number): void {
  for (let i = 0; i < times; i++) upkeep.look();
}

it('[SRV-24] a page that says no hello is dismissed, one that does stays', () => {
  const upkeep = new Upkeep();
  const silent = createPage(true);
  const polite = createPage(true);
  upkeep.add(silent);
  upkeep.add(polite);
  look(upkeep, HELLO_LOOKS - 1);
  polite.isAwaitingHello = false;
  expect(silent.end).toBeUndefined();
  upkeep.look();
  expect([silent.end, polite.end]).toEqual(['dismissed', undefined]);
});

it('[SRV-24] pages are pinged, and one from which nothing comes until the next ping is given up', () => {
  const upkeep = new Upkeep();
  const dead = createPage(false);
  const alive = createPage(false);
  upkeep.add(dead);
  upkeep.add(alive);
  look(upkeep, PING_LOOKS);
  expect([dead.pings, alive.pings]).toEqual([1, 1]);
  upkeep.heard(alive);
  look(upkeep, PING_LOOKS - 1);
  expect(dead.end).toBeUndefined();
  upkeep.look();
  expect([dead.end, alive.end, alive.pings]).toEqual(['given up', undefined, 2]);
  look(upkeep, PING_LOOKS);
  expect(dead.pings).toBe(1);
});

it('[SRV-24] a page on a slow line that still reads is not given up; once it stops it is', () => {
  const upkeep = new Upkeep();
  const slow = createPage(false);
  slow.backlog = 1000;
  upkeep.add(slow);
  for (let i = 0; i < 5; i++) {
    slow.delivered += 10;
    look(upkeep, PING_LOOKS);
  }
  expect(slow.end).toBeUndefined();
  look(upkeep, PING_LOOKS);
  expect(slow.end).toBe('given up');
});

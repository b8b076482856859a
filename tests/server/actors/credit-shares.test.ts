/** How credit is divided among actors that come and go. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CreditShares } from '../../../server/actors/credit-shares.ts';

function shares() {
  const granted = new Map<string, number>();
  const credit = new CreditShares((actor, total) => granted.set(actor, total));
  const spent = new Map<string, number>();
  /** It made all that it may. */
  const spendAll = (actor: string) => {
    const total = granted.get(actor) ?? 0;
    credit.spent(actor, total - (spent.get(actor) ?? 0));
    spent.set(actor, total);
    return total;
  };
  return { credit, granted, spendAll };
}

it('[LINK-6] credit goes round, and nobody is granted far ahead of what they made', () => {
  const { credit, granted, spendAll } = shares();
  for (const actor of ['a', 'b', 'c']) credit.join(actor);
  for (let i = 0; i < 6; i++) credit.add(10);
  expect([...granted]).toEqual([
    ['a', 20],
    ['b', 20],
    ['c', 20],
  ]);
  credit.add(10_000);
  for (const total of granted.values()) expect(total).toBeLessThan(600);
  // b is slow: the round ends all the same.
  let made = 0;
  while (made < granted.get('a')!) {
    made = granted.get('a')!;
    spendAll('a');
    spendAll('c');
  }
  const all = [...granted.values()].reduce((sum, total) => sum + total, 0);
  expect(all).toBe(10_060);
  expect(granted.get('b')).toBeLessThan(600);
});

it('[LINK-6] who has nothing left when word of it comes may go further ahead, to a bound', () => {
  const { credit, granted, spendAll } = shares();
  for (const actor of ['fast', 'slow']) credit.join(actor);
  credit.add(1e6);
  const ahead: number[] = [];
  for (let i = 0; i < 8; i++) {
    const made = spendAll('fast');
    ahead.push(granted.get('fast')! - made);
  }
  // In portions of 25.
  for (const [i, most] of [1024, 2048, 4096, 8192, 8192].entries()) {
    expect(ahead[i]).toBeGreaterThanOrEqual(most);
    expect(ahead[i]).toBeLessThan(most + 25);
  }
  expect(Math.max(...ahead)).toBeLessThan(8192 + 25);
  credit.spent('slow', 500);
  expect(granted.get('slow')! - 500).toBeLessThan(512 + 25);
});

it('[LINK-7] credit of an actor that went is made by the others; when it comes back, it counts as its own', () => {
  const { credit, granted } = shares();
  credit.join('a');
  credit.add(100);
  credit.spent('a', 25);
  credit.leave('a');
  credit.join('b');
  expect(granted.get('b')).toBe(75);
  credit.join('a'); // it still has 75
  credit.add(75); // and so these are made already
  credit.spent('b', 75);
  expect([...granted.values()]).toEqual([100, 75]);
  credit.add(1);
  expect([...granted.values()].reduce((sum, total) => sum + total)).toBe(176);
});

it('[LINK-7] whatever happens, what is granted to those who are there and not made never exceeds what is left', () => {
  const actor = fc.constantFrom('a', 'b', 'c');
  const event = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), n: fc.integer({ min: 1, max: 900 }) }),
    fc.record({ kind: fc.constant('join' as const), actor }),
    fc.record({ kind: fc.constant('leave' as const), actor }),
    fc.record({ kind: fc.constant('make' as const), actor }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const { credit, granted, spendAll } = shares();
      let allowed = 0;
      const made = new Map<string, number>();
      for (const e of events) {
        if (e.kind === 'add') {
          allowed += e.n;
          credit.add(e.n);
        } else if (e.kind === 'join') credit.join(e.actor);
        else if (e.kind === 'leave') credit.leave(e.actor);
        else {
          made.set(e.actor, spendAll(e.actor));
        }
      }
      // Those who are there make all they may; one alone at the end gets everything that is left.
      credit.join('z');
      const sum = () => [...granted.values()].reduce((all, n) => all + n, 0);
      for (let before = -1; before !== sum(); ) {
        before = sum();
        for (const who of granted.keys()) {
          made.set(who, spendAll(who));
        }
      }
      const total = [...made.values()].reduce((sum, n) => sum + n, 0);
      expect(total).toBeGreaterThanOrEqual(allowed);
    }),
  );
});

it('[LINK-12] to grant more to one of 10,000 takes no longer than to one of 100', () => {
  /** Of word of steps of each actor in turn, while all are as far ahead as they may be; ms, the best of some. */
  function cost(actors: number): number {
    const credit = new CreditShares(() => {});
    for (let i = 0; i < actors; i++) credit.join(`a${i}`);
    credit.add(1e9);
    const times = Array.from({ length: 10 }, (_, round) => {
      const start = performance.now();
      for (let i = 0; i < 100; i++) credit.spent(`a${(100 * round + i) % actors}`, 25);
      return performance.now() - start;
    });
    return Math.min(...times);
  }
  cost(1000); // compiled by now
  expect(cost(10_000)).toBeLessThan(20 * cost(100)); // it took 150 times as long
});

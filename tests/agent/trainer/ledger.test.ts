import { expect, test } from 'vitest';
import { createLedger } from '../../../agent/trainer/ledger.ts';

test('[LINE-1] feedback is in a policy once all parts have learned from it; what nothing learns from is named once', () => {
  const ledger = createLedger();
  ledger.add('model', 3);
  ledger.add('learner', 0);
  ledger.ignore('skip');
  ledger.learned(2);
  expect([ledger.take(), ledger.takeIgnored()]).toEqual([['learner'], ['skip']]);
  ledger.learned(3);
  expect([ledger.take(), ledger.takeIgnored()]).toEqual([['model'], []]);
});

test('[LINE-1] what somebody said while they were left out is in the first policy after they were let in', () => {
  const ledger = createLedger();
  ledger.setAside('a1');
  ledger.setAside('b1');
  ledger.learned(9);
  expect(ledger.take()).toEqual([]);
  const again = createLedger();
  again.load(ledger.save());
  again.letIn((id) => id === 'a1', 4);
  again.learned(3);
  expect(again.take()).toEqual([]);
  again.learned(4);
  expect(again.take()).toEqual(['a1']);
  again.letIn(() => true, 6);
  again.learned(6);
  expect(again.take()).toEqual(['b1']);
  expect(again.takeIgnored()).toEqual([]);
});

test('[LINE-1] a checkpoint of before names what waits in it all the same', () => {
  const ledger = createLedger();
  ledger.load({ waiting: [['f', 2]], ready: ['g'] });
  ledger.learned(2);
  expect(ledger.take()).toEqual(['g', 'f']);
  expect(ledger.takeIgnored()).toEqual([]);
});

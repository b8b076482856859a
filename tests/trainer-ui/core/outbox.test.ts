import { expect, test } from 'vitest';
import type { ClientFeedback } from '../../../server/protocol/index.ts';
import {
  createMemoryStore,
  type KeyStore,
  openKeyStore,
} from '../../../trainer-ui/core/key-store.ts';
import { createOutbox, STALE } from '../../../trainer-ui/core/outbox.ts';

const reward = (id: string, answeredAt = 1, runId = 'r', teacherId = 'me'): ClientFeedback =>
  ({
    ...{ id, runId, teacherId, answeredAt },
    ...{ kind: 'reward', episodeId: 'e', step: 3, value: 1 },
  }) as ClientFeedback;
const mine = (runId: string) => ({ runId, people: ['me', 'browser'] });
const ids = (list: readonly ClientFeedback[]) => list.map((f) => f.id);

test('[UI-1] what was not acknowledged survives a reload, oldest first', () => {
  const storage = createMemoryStore();
  const before = createOutbox(storage);
  before.add(reward('z', 1));
  before.add(reward('b', 2));
  before.remove('z');
  before.add(reward('a', 3));
  const after = createOutbox(storage);
  expect(after.size).toBe(2);
  expect(ids(after.take(mine('r'), 0))).toEqual(['b', 'a']);
});

test('[UI-1] the list that earlier versions kept is taken over', () => {
  const storage = createMemoryStore();
  storage.setItem('reins-outbox', JSON.stringify([['a', reward('a')]]));
  expect(ids(createOutbox(storage).take(mine('r'), 0))).toEqual(['a']);
  expect(storage.getItem('reins-outbox')).toBeNull();
  expect(createOutbox(storage).size).toBe(1);
});

test('[UI-1] the same answer is kept once; removing what is not there does nothing', () => {
  const outbox = createOutbox(createMemoryStore());
  outbox.add(reward('a'));
  outbox.add(reward('a'));
  expect(outbox.size).toBe(1);
  outbox.remove('x');
  outbox.remove('a');
  expect(outbox.size).toBe(0);
});

test('[UI-1] a damaged, full or forbidden store costs no answer of this visit', () => {
  for (const text of ['{not json', '{"a":1}', 'null', '[[1]]']) {
    const damaged = createMemoryStore();
    damaged.setItem('reins-outbox', text);
    damaged.setItem('reins-answer:x', text);
    expect(createOutbox(damaged).size).toBe(0);
  }
  const full = createOutbox({
    ...createMemoryStore(),
    setItem: () => {
      throw new Error('quota exceeded');
    },
  });
  expect(full.isKept).toBe(true);
  full.add(reward('a'));
  expect(full.isKept).toBe(false);
  expect(ids(full.take(mine('r'), 0))).toEqual(['a']);
  full.remove('a');
  expect(full.isKept).toBe(true);
  const forbidden = openKeyStore({
    get localStorage(): KeyStore {
      throw new Error('SecurityError');
    },
  });
  forbidden.setItem('k', 'v');
  expect(forbidden.getItem('k')).toBe('v');
});

test('[UI-8] tabs of one browser never overwrite each other, and take over what a closed one left', () => {
  const storage = createMemoryStore();
  const [first, second] = [createOutbox(storage), createOutbox(storage)];
  for (const id of ['a', 'b', 'c']) first.add(reward(id));
  for (const id of ['d', 'e']) second.add(reward(id));
  expect(createOutbox(storage).size).toBe(5);
  second.restart();
  expect(second.size).toBe(5);
  // While both are open, each sends its own; what stays too long is sent by either.
  const third = createOutbox(createMemoryStore());
  third.onStored('reins-answer:a', JSON.stringify(reward('a')), 1000);
  expect(third.take(mine('r'), 1000)).toEqual([]);
  expect(ids(third.take(mine('r'), 1000 + STALE))).toEqual(['a']);
  third.onStored('reins-answer:a', null, 0);
  expect(third.size).toBe(0);
});

test('[UI-8] any number of answers is sent, once each, at a rate that the server takes', () => {
  const outbox = createOutbox(createMemoryStore());
  for (let i = 0; i < 400; i++) outbox.add(reward(`a${i}`, i));
  const sent: string[] = [];
  const times: number[] = [];
  for (let now = 0; sent.length < 400 && now < 60_000; now += 200)
    for (const { id } of outbox.take(mine('r'), now)) {
      sent.push(id);
      times.push(now);
      outbox.remove(id);
    }
  expect(sent).toEqual(Array.from({ length: 400 }, (_, i) => `a${i}`));
  for (const at of times)
    expect(times.filter((t) => t >= at && t < at + 1000).length).toBeLessThanOrEqual(50);
});

test('[UI-8] an answer that got no reply is sent again, and all are after a reconnect', () => {
  const outbox = createOutbox(createMemoryStore());
  outbox.add(reward('a'));
  expect(ids(outbox.take(mine('r'), 0))).toEqual(['a']);
  expect(outbox.take(mine('r'), STALE - 1)).toEqual([]);
  expect(ids(outbox.take(mine('r'), STALE))).toEqual(['a']);
  outbox.restart();
  expect(ids(outbox.take(mine('r'), STALE + 1))).toEqual(['a']);
});

test('[UI-8] answers to a run that is not served are kept until it is, or given up on request', () => {
  const storage = createMemoryStore();
  const outbox = createOutbox(storage);
  outbox.add(reward('a', 1, 'other'));
  outbox.add(reward('b', 2, 'r'));
  expect(ids(outbox.take(mine('r'), 0))).toEqual(['b']);
  expect(outbox.others(mine('r'))).toEqual({ runs: 1, people: 0 });
  expect(ids(createOutbox(storage).take(mine('other'), 0))).toEqual(['a']);
  outbox.forgetRuns(mine('r'));
  expect(outbox.others(mine('r')).runs).toBe(0);
  expect(createOutbox(storage).others(mine('r')).runs).toBe(0);
});

test('[ROLE-9] what somebody else answered in this browser waits until it is they who are signed in', () => {
  const storage = createMemoryStore();
  const before = createOutbox(storage);
  before.add(reward('hers', 1, 'r', 'P-ada'));
  before.add(reward('unnamed', 2, 'r', 'browser'));
  const bob = { runId: 'r', people: ['P-bob', 'browser'] };
  const outbox = createOutbox(storage);
  expect(ids(outbox.take(bob, 0))).toEqual(['unnamed']);
  expect(outbox.others(bob)).toEqual({ runs: 0, people: 1 });
  outbox.forgetRuns({ ...bob, runId: 'another' }); // Bob gives up his own alone
  const hers = createOutbox(storage);
  expect(ids(hers.take({ runId: 'r', people: ['P-ada', 'browser'] }, 0))).toEqual(['hers']);
});

import { expect, test } from 'vitest';
import type { ClientFeedback } from '../../../server/protocol/index.ts';
import {
  createMemoryStore,
  type KeyStore,
  openKeyStore,
} from '../../../trainer-ui/core/key-store.ts';
import { createOutbox, type Outbox, SLOW, STALE } from '../../../trainer-ui/core/outbox.ts';

/** What several tabs of one browser have in common. */
function createBrowserStorage() {
  const disk = new Map<string, unknown>();
  return {
    disk,
    old: createMemoryStore(),
    answers: {
      list: async () => [...disk.values()],
      put: async (answer: { readonly id: string }) => void disk.set(answer.id, answer),
      delete: async (id: string) => void disk.delete(id),
    },
  };
}
/** A page that has read what is there. */
async function opened(storage: Parameters<typeof createOutbox>[0]): Promise<Outbox> {
  const outbox = createOutbox(storage);
  await outbox.restart(0);
  return outbox;
}

const reward = (id: string, answeredAt = 1, runId = 'r', teacherId = 'me'): ClientFeedback =>
  ({
    ...{ id, runId, teacherId, answeredAt },
    ...{ kind: 'reward', episodeId: 'e', step: 3, value: 1 },
  }) as ClientFeedback;
const mine = (runId: string) => ({ runId, people: ['me', 'browser'] });
const ids = (list: readonly ClientFeedback[]) => list.map((f) => f.id);

test('[UI-1] what was not acknowledged survives a reload, oldest first', async () => {
  const storage = createBrowserStorage();
  const before = await opened(storage);
  before.add(reward('z', 1), 0);
  before.add(reward('b', 2), 0);
  before.remove('z');
  before.add(reward('a', 3), 0);
  const after = createOutbox(storage);
  after.add(reward('new', 4), 0); // before the disk was read
  await after.restart(0);
  expect(after.size).toBe(3);
  expect(ids(after.take(mine('r'), 0))).toEqual(['b', 'a', 'new']);
});

test('[UI-25] what earlier versions kept in localStorage is taken over once and removed there', async () => {
  const storage = createBrowserStorage();
  storage.old.setItem('reins-outbox', JSON.stringify([['a', reward('a', 1)]]));
  storage.old.setItem('reins-answer:b', JSON.stringify(reward('b', 2)));
  expect(ids((await opened(storage)).take(mine('r'), 0))).toEqual(['a', 'b']);
  expect(storage.old.length).toBe(0);
  expect([...storage.disk.keys()].sort()).toEqual(['a', 'b']);
  expect((await opened(storage)).size).toBe(2);
  // Where there is no disk they stay where they were.
  const old = createMemoryStore();
  old.setItem('reins-answer:b', JSON.stringify(reward('b', 2)));
  const outbox = await opened({ old, answers: WITHHELD });
  expect(old.getItem('reins-answer:b')).not.toBeNull();
  outbox.remove('b');
  expect(old.length).toBe(0);
});

test('[UI-1] the same answer is kept once; removing what is not there does nothing', async () => {
  const outbox = await opened(createBrowserStorage());
  outbox.add(reward('a'), 0);
  outbox.add(reward('a'), 0);
  expect(outbox.size).toBe(1);
  outbox.remove('x');
  outbox.remove('a');
  expect(outbox.size).toBe(0);
});

const refuses = () => Promise.reject(new Error('quota exceeded'));
const WITHHELD = { list: refuses, put: refuses, delete: refuses };

test('[UI-1] a damaged, full or forbidden store costs no answer of this visit', async () => {
  for (const text of ['{not json', '{"a":1}', 'null', '[[1]]']) {
    const damaged = createBrowserStorage();
    damaged.old.setItem('reins-outbox', text);
    damaged.old.setItem('reins-answer:x', text);
    damaged.disk.set('x', text);
    expect((await opened(damaged)).size).toBe(0);
  }
  let isFull = true;
  const { answers, disk, old } = createBrowserStorage();
  const put: typeof answers.put = (answer) => (isFull ? refuses() : answers.put(answer));
  const full = await opened({ old, answers: { ...answers, put } });
  expect(full.isKept(0)).toBe(true);
  full.add(reward('a'), 0);
  await settled();
  expect(full.isKept(0)).toBe(false);
  expect(ids(full.take(mine('r'), 0))).toEqual(['a']);
  isFull = false; // somebody made room
  await full.restart(0);
  expect([full.isKept(0), disk.size]).toEqual([true, 1]);
  const forbidden = openKeyStore({
    get localStorage(): KeyStore {
      throw new Error('SecurityError');
    },
  });
  forbidden.setItem('k', 'v');
  expect(forbidden.getItem('k')).toBe('v');
});

const settled = () => new Promise((resolve) => setTimeout(resolve));

test('[UI-25] an answer that the browser has not written down when the page is closed is kept all the same', async () => {
  const storage = createBrowserStorage();
  const hangs = { ...storage.answers, put: () => new Promise<void>(() => {}) };
  const outbox = await opened({ ...storage, answers: hangs });
  outbox.add(reward('a'), 0);
  expect([outbox.isKept(SLOW - 1), outbox.isKept(SLOW)]).toEqual([true, false]);
  outbox.onHide();
  expect(ids((await opened(storage)).take(mine('r'), 0))).toEqual(['a']);
  expect([storage.old.length, storage.disk.size]).toEqual([0, 1]);
});

test('[UI-25] what is acknowledged while the disk is read does not come back', async () => {
  const storage = createBrowserStorage();
  (await opened(storage)).add(reward('a'), 0);
  const late = createOutbox({
    ...storage,
    answers: {
      ...storage.answers,
      async list() {
        const found = await storage.answers.list();
        late.onOtherTab({ type: 'delete', id: 'a' }, 0);
        return found;
      },
    },
  });
  await late.restart(0);
  expect(late.size).toBe(0);
});

test('[UI-8] tabs of one browser never overwrite each other, and take over what a closed one left', async () => {
  const storage = createBrowserStorage();
  const [first, second] = [await opened(storage), await opened(storage)];
  for (const id of ['a', 'b', 'c']) first.add(reward(id), 0);
  for (const id of ['d', 'e']) second.add(reward(id), 0);
  expect((await opened(storage)).size).toBe(5);
  await second.restart(0);
  expect(second.size).toBe(5);
  // While both are open, each sends its own; what stays too long is sent by either.
  const third = await opened(createBrowserStorage());
  third.onOtherTab({ type: 'put', answer: reward('a') }, 1000);
  third.onOtherTab({ type: 'put', answer: 'damaged' }, 1000);
  expect(third.take(mine('r'), 1000)).toEqual([]);
  expect(ids(third.take(mine('r'), 1000 + STALE))).toEqual(['a']);
  third.onOtherTab({ type: 'delete', id: 'a' }, 0);
  expect(third.size).toBe(0);
});

test('[UI-8] any number of answers is sent, once each, at a rate that the server takes', async () => {
  const outbox = await opened(createBrowserStorage());
  for (let i = 0; i < 400; i++) outbox.add(reward(`a${i}`, i), 0);
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

test('[UI-8] an answer that got no reply is sent again, and all are after a reconnect', async () => {
  const outbox = await opened(createBrowserStorage());
  outbox.add(reward('a'), 0);
  expect(ids(outbox.take(mine('r'), 0))).toEqual(['a']);
  expect(outbox.take(mine('r'), STALE - 1)).toEqual([]);
  expect(ids(outbox.take(mine('r'), STALE))).toEqual(['a']);
  await outbox.restart(0);
  expect(ids(outbox.take(mine('r'), STALE + 1))).toEqual(['a']);
});

test('[UI-8] answers to a run that is not served are kept until it is, or given up on request', async () => {
  const storage = createBrowserStorage();
  const outbox = await opened(storage);
  outbox.add(reward('a', 1, 'other'), 0);
  outbox.add(reward('b', 2, 'r'), 0);
  expect(ids(outbox.take(mine('r'), 0))).toEqual(['b']);
  expect(outbox.others(mine('r'))).toEqual({ runs: 1, people: 0 });
  expect(ids((await opened(storage)).take(mine('other'), 0))).toEqual(['a']);
  outbox.forgetRuns(mine('r'));
  expect(outbox.others(mine('r')).runs).toBe(0);
  expect((await opened(storage)).others(mine('r')).runs).toBe(0);
});

test('[ROLE-9] what somebody else answered in this browser waits until it is they who are signed in', async () => {
  const storage = createBrowserStorage();
  const before = await opened(storage);
  before.add(reward('hers', 1, 'r', 'P-ada'), 0);
  before.add(reward('unnamed', 2, 'r', 'browser'), 0);
  const bob = { runId: 'r', people: ['P-bob', 'browser'] };
  const outbox = await opened(storage);
  expect(ids(outbox.take(bob, 0))).toEqual(['unnamed']);
  expect(outbox.others(bob)).toEqual({ runs: 0, people: 1 });
  outbox.forgetRuns({ ...bob, runId: 'another' }); // Bob gives up his own alone
  const hers = await opened(storage);
  expect(ids(hers.take({ runId: 'r', people: ['P-ada', 'browser'] }, 0))).toEqual(['hers']);
});

import { expect, test } from 'vitest';
import type { ClientFeedback } from '../../../server/protocol/index.ts';
import { createOutbox } from '../../../trainer-ui/core/outbox.ts';

function memory(initial?: string) {
  let text: string | null = initial ?? null;
  return {
    getItem: () => text,
    setItem: (_: string, value: string) => {
      text = value;
    },
  };
}

const reward = (id: string): ClientFeedback =>
  ({ id, kind: 'reward', episodeId: 'e', step: 3, value: 1 }) as unknown as ClientFeedback;

test('[UI-1] what was not acknowledged survives a reload, oldest first', () => {
  const storage = memory();
  const before = createOutbox(storage);
  before.add(reward('a'));
  before.add(reward('b'));
  before.remove('a');
  before.add(reward('c'));
  const after = createOutbox(storage);
  expect(after.all().map((f) => f.id)).toEqual(['b', 'c']);
  expect(after.size).toBe(2);
});

test('[UI-1] the same answer is kept once; removing what is not there does nothing', () => {
  const outbox = createOutbox(memory());
  outbox.add(reward('a'));
  outbox.add(reward('a'));
  expect(outbox.size).toBe(1);
  expect(outbox.remove('x')).toBeUndefined();
  expect(outbox.remove('a')?.id).toBe('a');
  expect(outbox.size).toBe(0);
});

test('[UI-1] a damaged or forbidden store costs no answer of this visit', () => {
  expect(createOutbox(memory('{not json')).size).toBe(0);
  expect(createOutbox(memory('{"a":1}')).size).toBe(0);
  const full = createOutbox({
    getItem: () => null,
    setItem: () => {
      throw new Error('quota exceeded');
    },
  });
  full.add(reward('a'));
  expect(full.all().map((f) => f.id)).toEqual(['a']);
});

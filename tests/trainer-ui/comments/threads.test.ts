import { expect, test } from 'vitest';
import type { CommentReply } from '../../../server/protocol/index.ts';
import { stretchWords, textOf, threadsOf } from '../../../trainer-ui/comments/threads.ts';

const said = (id: string, from: number, more: Partial<CommentReply> = {}): CommentReply => ({
  ...{ id, from, to: from + 5, replyTo: null, by: 'Ada', text: id, at: 1, resolvedBy: null },
  ...more,
});

test('[COMM-3] comments are threads in the order of their steps, and a clip shows those that touch it', () => {
  const all = [
    said('late', 40),
    said('early', 10, { resolvedBy: 'Bob' }),
    said('reply', 40, { replyTo: 'late', at: 2 }),
  ];
  expect(
    threadsOf(all).map(({ first, replies, isOpen }) => [first.id, replies.length, isOpen]),
  ).toEqual([
    ['early', 0, false],
    ['late', 1, true],
  ]);
  const shown = (from: number, to: number) =>
    threadsOf(all, { from, to }).map(({ first }) => first.id);
  expect([shown(0, 10), shown(0, 11), shown(14, 41), shown(15, 40)]).toEqual([
    [],
    ['early'],
    ['early', 'late'],
    [],
  ]);
  expect(stretchWords({ from: 40, to: 60 }, 0.1)).toBe('4.0 to 6.0 s');
  expect(textOf({ text: '' })).toMatch(/erased/);
});

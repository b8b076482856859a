/** Comments as threads. */
import type { CommentReply } from '../../server/protocol/index.ts';
import type { Stretch } from '../critique/stretch.ts';

export interface NewComment extends Partial<Stretch> {
  /** The same when it is tried again. */
  readonly id: string;
  readonly text: string;
  readonly replyTo?: string;
  /** Who I am, where there are no accounts. */
  readonly teacherId: string;
}

export interface Thread {
  readonly first: CommentReply;
  readonly replies: readonly CommentReply[];
  readonly isOpen: boolean;
}

/** Those that touch steps [from, to), in the order of their steps. */
export function threadsOf(
  comments: readonly CommentReply[],
  { from, to }: Stretch = { from: 0, to: Number.POSITIVE_INFINITY },
): Thread[] {
  return comments
    .filter((c) => c.replyTo === null && c.from < to && c.to > from)
    .sort((a, b) => a.from - b.from || a.at - b.at)
    .map((first) => ({
      first,
      replies: comments.filter(({ replyTo }) => replyTo === first.id),
      isOpen: first.resolvedBy === null,
    }));
}

/** "4.0 to 6.0 s" */
export function stretchWords({ from, to }: Stretch, dt: number): string {
  return `${(from * dt).toFixed(1)} to ${(to * dt).toFixed(1)} s`;
}

/** What was said, or that it is gone. */
export const textOf = ({ text }: Pick<CommentReply, 'text'>): string =>
  text === '' ? '(erased with its person)' : text;

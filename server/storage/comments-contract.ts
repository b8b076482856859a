/** What people wrote about stretches of episodes. */

/** The first of a thread says which steps it is about; replies are about the same. */
export interface Comment {
  /** Made by the page, so that a retry is the same comment. */
  readonly id: string;
  readonly runId: string;
  readonly episodeId: string;
  /** Steps [from, to). */
  readonly from: number;
  readonly to: number;
  /** The first of its thread; null: it is the first. */
  readonly replyTo: string | null;
  /** Pseudonym. */
  readonly teacherId: string;
  /** Empty once its person was erased. */
  readonly text: string;
  /** ms since epoch. */
  readonly at: number;
  /** Of the first of a thread: who called it settled; null: it is open. */
  readonly resolvedBy: string | null;
  readonly resolvedAt: number | null;
}

/** Each change appends to the audit log in its own transaction: ids and the hash of the text. */
export interface CommentStorage {
  /** The same id again changes nothing. The episode stays as long as the comment. */
  putComment(comment: Comment): Promise<void>;
  /** @returns whether it is the first of a thread that was open, or was resolved where `isResolved` is false */
  resolveComment(id: string, isResolved: boolean, actor: string, at: number): Promise<boolean>;
  findComment(id: string): Promise<Comment | undefined>;
  /** Of one episode, oldest first. */
  commentsOn(episodeId: string): Promise<Comment[]>;
  /** Of a run, oldest first. */
  listComments(runId: string): Promise<Comment[]>;
}

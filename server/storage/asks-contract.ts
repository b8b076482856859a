/** What live simulations asked of people, and why. Who answered is in the feedback and in the audit log, not here. */
import type { AskReply } from '../protocol/index.ts';

export interface AskRecord extends AskReply {
  readonly runId: string;
  readonly episodeId: string;
}

export interface AskStorage {
  /**
   * Kept once, with the hash of its conditions in the audit log, in one transaction; again with an outcome: it gets that.
   * Once it has one it keeps it.
   */
  putAsk(ask: AskRecord): Promise<void>;
  /** Of one episode, in the order of their steps. */
  asksOn(episodeId: string): Promise<AskRecord[]>;
}

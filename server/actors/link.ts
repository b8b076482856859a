/**
 * ActorLink: how a run reaches the free-running actors that act for it, wherever they are. Steps come in, in chunks;
 * weights by version and credit go out. One suite, tests/contracts/actor-link.ts, that every implementation passes.
 */
import type { PolicySnapshot } from '../../agent/contract.ts';
import type { RolloutEvent } from './messages.ts';

/** Most steps of a chunk. */
export const LONGEST_CHUNK = 256;

export interface LinkedActor {
  readonly id: string;
  /** Steps that came from it. */
  readonly steps: number;
  /** Of the policy that made the newest of them; undefined: none came yet. */
  readonly policyVersion: number | undefined;
}

export interface ActorLink {
  /** Who is heard of; an actor that dies leaves the list. */
  readonly actors: readonly LinkedActor[];
  /** Shares of the credit: how many actors act, or are about to. */
  readonly count: number;
  /** Steps that were allowed (`credit`) and have not come: with many of them more actors would help. */
  readonly awaited: number;
  /**
   * Tells of chunks, each step once and the steps of an episode in order, and of finished episodes, whole, after their
   * last chunk; of an actor that goes they end as aborted, without a step more. The arrays of a chunk are the listener's, each with a buffer of its own. Where a step was lost, nothing more comes of its episode.
   */
  start(listener: (event: RolloutEvent) => void): void;
  /** The newest policy, for the actors that are there and those that come later. */
  publish(snapshot: PolicySnapshot): void;
  /** The actors together may make that many steps more, rounded up to whole chunks. No credit is lost with an actor. */
  credit(steps: number): void;
  /** Nothing is told any more once this has resolved. */
  close(): Promise<void>;
  /** What took part has ended. */
  gone(): Promise<void>;
}

/** Where a link says what people must know of what lies between. */
export interface Troubles {
  raise(message: string): void;
  clear(): void;
}

/**
 * Feedback may overtake the steps it is about: keys are sent at once, steps in chunks. Given to the
 * trainer too early it would refer to nothing and be lost, so it waits here until its steps are known.
 */
import type { Feedback } from '../../agent/contract.ts';
import { retractedBy, stepsOf } from '../../agent/feedback.ts';
import { KNOWN_EPISODES } from './messages.ts';

export interface WaitingFeedback {
  /** Delivers `feedback` now, or once the steps it is about are known. */
  add(sequence: number, feedback: Feedback): void;
  /** Steps [0, length) of an episode are known; `over`: no more will come. */
  known(episodeId: string, length: number, over: boolean): void;
  /** Feedback about it waits until it is known again. */
  forgotten(episodeId: string): void;
  /** Whether all of its steps are known. */
  isOver(episodeId: string): boolean;
  /** The log up to here has been delivered: what a checkpoint contains. */
  readonly deliveredUpTo: number;
}

/** Chunks of other episodes after which a piece of feedback is delivered all the same. */
const PATIENCE = 300;
/**
 * Episodes whose length is remembered. Every episode that the server assumes to be known must be known
 * here, and episodes that overlap in time end in another order than they began.
 */
const REMEMBERED = 2 * KNOWN_EPISODES;

interface Entry {
  readonly sequence: number;
  readonly feedback: Feedback;
  patience: number;
}

export function createWaitingFeedback(deliver: (feedback: Feedback) => void): WaitingFeedback {
  /** Known steps by episode, the one heard of last at the end; Infinity when it is over. */
  const lengths = new Map<string, number>();
  /** In the order of the log. */
  let entries: Entry[] = [];
  let newest = 0;

  /** `before`: what comes earlier in the log and still waits. */
  function isReady(feedback: Feedback, before: readonly Entry[]): boolean {
    for (const [id, steps] of stepsOf(feedback)) if ((lengths.get(id) ?? 0) < steps) return false;
    const retracted = retractedBy(feedback);
    return retracted === undefined || !before.some((e) => e.feedback.id === retracted);
  }

  function remember(episodeId: string, length: number): void {
    lengths.delete(episodeId);
    lengths.set(episodeId, length);
    if (lengths.size > REMEMBERED) lengths.delete(lengths.keys().next().value!);
  }

  return {
    add(sequence, feedback) {
      newest = Math.max(newest, sequence);
      if (isReady(feedback, entries)) deliver(feedback);
      else entries.push({ sequence, feedback, patience: PATIENCE });
    },
    known(episodeId, length, over) {
      remember(episodeId, over ? Number.POSITIVE_INFINITY : length);
      if (entries.length === 0) return;
      const due: Entry[] = [];
      const waiting: Entry[] = [];
      for (const entry of entries) {
        const isDue = entry.patience-- <= 0 || isReady(entry.feedback, waiting);
        (isDue ? due : waiting).push(entry);
      }
      entries = waiting;
      for (const { feedback } of due) deliver(feedback);
    },
    forgotten: (episodeId) => lengths.delete(episodeId),
    isOver: (episodeId) => lengths.get(episodeId) === Number.POSITIVE_INFINITY,
    get deliveredUpTo() {
      let oldest = newest + 1;
      for (const entry of entries) oldest = Math.min(oldest, entry.sequence);
      return oldest - 1;
    },
  };
}

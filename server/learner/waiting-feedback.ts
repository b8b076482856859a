/**
 * Feedback may overtake the steps it is about: keys are sent at once, steps in chunks. Given to the
 * trainer too early it would refer to nothing and be lost, so it waits here until its steps are known.
 */
import type { Feedback } from '../../agent/contract.ts';

export interface WaitingFeedback {
  /** Delivers `feedback` now, or once the steps it is about are known. */
  add(sequence: number, feedback: Feedback): void;
  /** Steps [0, length) of an episode are known. */
  known(episodeId: string, length: number, over: boolean): void;
  /** The log up to here has been delivered: what a checkpoint contains. */
  readonly deliveredUpTo: number;
}

/** Chunks of other episodes after which a piece of feedback is delivered all the same. */
const PATIENCE = 300;

interface Entry {
  readonly sequence: number;
  readonly feedback: Feedback;
  patience: number;
}

export function createWaitingFeedback(deliver: (feedback: Feedback) => void): WaitingFeedback {
  /** Known steps per open episode; Infinity when it is over. */
  const lengths = new Map<string, number>();
  let entries: Entry[] = [];
  let newest = 0;

  function isReady(feedback: Feedback): boolean {
    const need = needed(feedback);
    return !need || (lengths.get(need.episodeId) ?? 0) >= need.steps;
  }

  return {
    add(sequence, feedback) {
      newest = Math.max(newest, sequence);
      if (isReady(feedback)) deliver(feedback);
      else entries.push({ sequence, feedback, patience: PATIENCE });
    },
    known(episodeId, length, over) {
      lengths.set(episodeId, over ? Number.POSITIVE_INFINITY : length);
      if (lengths.size > 1000) lengths.delete(lengths.keys().next().value!);
      if (entries.length === 0) return;
      const due = entries.filter((e) => e.patience-- <= 0 || isReady(e.feedback));
      if (due.length === 0) return;
      entries = entries.filter((e) => !due.includes(e));
      for (const entry of due) deliver(entry.feedback);
    },
    get deliveredUpTo() {
      let oldest = newest + 1;
      for (const entry of entries) oldest = Math.min(oldest, entry.sequence);
      return oldest - 1;
    },
  };
}

/** Steps of an open episode that must be known; undefined: it is about finished clips or none. */
function needed(feedback: Feedback): { episodeId: string; steps: number } | undefined {
  switch (feedback.kind) {
    case 'reward':
    case 'estop':
      return { episodeId: feedback.episodeId, steps: feedback.step };
    case 'override':
    case 'critique':
      return { episodeId: feedback.episodeId, steps: feedback.to };
    case 'preference':
    case 'ranking':
    case 'rating':
    case 'correction':
    case 'demonstration':
    case 'approval':
    case 'retraction':
      return undefined;
  }
}

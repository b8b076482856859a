/** Which feedback is in which policy, and how long that took: from receipt to the policy's first step. */
import type { Feedback } from '../../agent/contract.ts';

export interface Applied {
  readonly feedbackIds: readonly string[];
  readonly policyVersion: number;
  /** Since the newest of them was received. */
  readonly latencyMs: number;
}

export interface AppliedFeedback {
  received(feedback: Feedback): void;
  /** This policy was trained with this feedback. */
  published(version: number, feedbackIds: readonly string[]): void;
  /** An actor acts from this version since `now`, ms since epoch. Returns the feedback first applied by that. */
  inUse(version: number, now: number): Applied[];
}

export function createAppliedFeedback(): AppliedFeedback {
  /** When feedback that no acting policy contains yet was received. */
  const received = new Map<string, number>();
  const published = new Map<number, readonly string[]>();
  return {
    received({ id, receivedAt }) {
      received.set(id, receivedAt);
    },
    published(version, feedbackIds) {
      published.set(version, feedbackIds);
    },
    inUse(version, now) {
      const applied: Applied[] = [];
      for (const [publishedVersion, ids] of published) {
        if (publishedVersion > version) continue;
        published.delete(publishedVersion);
        const feedbackIds = ids.filter((id) => received.has(id));
        if (feedbackIds.length === 0) continue;
        const newest = Math.max(...feedbackIds.map((id) => received.get(id)!));
        for (const id of feedbackIds) received.delete(id);
        applied.push({ feedbackIds, policyVersion: version, latencyMs: now - newest });
      }
      return applied;
    },
  };
}

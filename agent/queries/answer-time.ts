/**
 * How long a person takes to answer a query, and how likely they pass it, learned from the log: ridge
 * regression of log seconds, and shares of passed queries, on how easy the model thinks the query is.
 */
import type { Feedback } from '../contract.ts';

export interface AnswerTime {
  /** `ease`: |2 P(a ≻ b) − 1| when it was asked, in [0, 1]. */
  add(feedback: Extract<Feedback, { kind: 'preference' }>, ease: number): void;
  /** Expected seconds. */
  seconds(ease: number): number;
  /** Probability of an answer that can be fitted. */
  answered(ease: number): number;
  save(): number[];
  load(saved: readonly number[]): void;
}

/** Prior: about 4 s (8 to 15 answers a minute are usual), worth three answers. */
const PRIOR_LOG_SECONDS = Math.log(4);
const PRIOR_WEIGHT = 3;

export function createAnswerTime(): AnswerTime {
  // Sums of 1, x, x², y, x y; then answered and asked, for hard and easy queries.
  let sums = [PRIOR_WEIGHT, 0, PRIOR_WEIGHT, PRIOR_WEIGHT * PRIOR_LOG_SECONDS, 0, 9, 10, 9, 10];
  const half = (ease: number) => (ease < 0.5 ? 5 : 7);
  return {
    add(feedback, ease) {
      const y = Math.log(Math.min(300, Math.max(0.2, feedback.responseMs / 1000)));
      const add = [1, ease, ease * ease, y, ease * y];
      for (const [i, value] of add.entries()) sums[i]! += value;
      const passed = feedback.choice === 'skip' || feedback.choice === 'incomparable';
      sums[half(ease)]! += passed ? 0 : 1;
      sums[half(ease) + 1]! += 1;
    },
    seconds(ease) {
      const [n, x, xx, y, xy] = sums as [number, number, number, number, number];
      const slope = (n * xy - x * y) / Math.max(1e-9, n * xx - x * x);
      return Math.exp((y - slope * x) / n + slope * ease);
    },
    answered: (ease) => sums[half(ease)]! / sums[half(ease) + 1]!,
    save: () => [...sums],
    load(saved) {
      sums = [...saved];
    },
  };
}

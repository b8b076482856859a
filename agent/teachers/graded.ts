/**
 * Rankings and ratings of a synthetic teacher. A ranking of a finite rationality is drawn from
 * Plackett and Luce's model (returns with Gumbel noise, sorted: Luce 1959, Yellott 1977); a rating is
 * the share of the segments seen so far that earned less, on the scale.
 */
import type { Memory } from '../../sim/contract.ts';
import { memoryOf } from '../../sim/memory.ts';
import type { Random } from '../../sim/random.ts';

/** Scores of a rating, 0 the worst. */
export const RATING_SCALE = 5;

export interface Grades {
  /** Rank per return, 0 the best; returns that differ by less than `margin` from the one above tie. */
  rank(returns: readonly number[], beta: number, mistake: number, margin: number): number[];
  /** Integer in [0, RATING_SCALE) for a mean reward per step. */
  rate(reward: number, mistake: number): number;
  readonly memory: Memory;
}

export function createGrades(random: Random): Grades {
  const past = { seen: [] as number[] };
  return {
    memory: memoryOf(past),
    rank(returns, beta, mistake, margin) {
      const noisy = returns.map((r) =>
        beta === Number.POSITIVE_INFINITY
          ? r
          : r - Math.log(-Math.log(Math.max(1e-12, random.next()))) / Math.max(1e-9, beta),
      );
      const best = noisy.map((_, i) => i).sort((i, j) => noisy[j]! - noisy[i]!);
      // A slip exchanges two neighbours.
      for (let p = 0; p + 1 < best.length; p++)
        if (random.next() < mistake) [best[p], best[p + 1]] = [best[p + 1]!, best[p]!];
      const order = returns.map(() => 0);
      let rank = 0;
      for (const [p, i] of best.entries()) {
        if (p > 0 && Math.abs(returns[best[p - 1]!]! - returns[i]!) >= margin) rank = p;
        order[i] = rank;
      }
      return order;
    },
    rate(reward, mistake) {
      const { seen } = past;
      const below = seen.filter((r) => r < reward).length;
      const same = seen.filter((r) => r === reward).length;
      const share = seen.length === 0 ? 0.5 : (below + same / 2) / seen.length;
      seen.push(reward);
      if (random.next() < mistake) return random.integer(RATING_SCALE);
      return Math.min(RATING_SCALE - 1, Math.floor(share * RATING_SCALE));
    },
  };
}

/**
 * The results of a run's takeovers, by their counterfactuals. Each verdict is kept in the summary of its
 * branch, so the totals of a resumed run are those of the run so far.
 */
import type { Prevented } from '../../agent/acting/counterfactual.ts';
import type { Metrics } from '../../agent/metrics.ts';
import type { TakeoverTotals } from '../protocol/index.ts';
import type { EpisodeRow } from '../storage/contract.ts';

type Summary = Readonly<Record<string, number>>;

function verdictOf({ preventedCost, preventedFailure, unneeded }: Summary): Prevented | undefined {
  if (preventedCost === undefined) return undefined;
  return { cost: preventedCost, failure: preventedFailure === 1, unneeded: unneeded === 1 };
}

export interface TakeoverTally {
  readonly totals: TakeoverTotals;
  add(verdict: Prevented): void;
  /** No rate before the first verdict. */
  metrics(): Metrics;
}

/** `past`: the run's stored episodes; those that are judged branches count. */
export function createTakeoverTally(past: readonly Pick<EpisodeRow, 'summary'>[]): TakeoverTally {
  let totals: TakeoverTotals = { judged: 0, unneeded: 0, failuresPrevented: 0, costPrevented: 0 };
  const tally: TakeoverTally = {
    get totals() {
      return totals;
    },
    add({ cost, failure, unneeded }) {
      totals = {
        judged: totals.judged + 1,
        unneeded: totals.unneeded + (unneeded ? 1 : 0),
        failuresPrevented: totals.failuresPrevented + (failure ? 1 : 0),
        costPrevented: totals.costPrevented + cost,
      };
    },
    metrics() {
      const { judged, unneeded, failuresPrevented, costPrevented } = totals;
      return {
        'human/prevented-cost': costPrevented,
        'human/prevented-failures': failuresPrevented,
        ...(judged > 0 ? { 'human/false-takeover-rate': unneeded / judged } : {}),
      };
    },
  };
  for (const { summary } of past) {
    const verdict = verdictOf(summary);
    if (verdict) tally.add(verdict);
  }
  return tally;
}

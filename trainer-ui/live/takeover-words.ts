/** What a takeover prevented, and what all of them did, in words. */
import type { OverrideReport, Status } from '../core/store.ts';

type Counterfactual = NonNullable<OverrideReport['counterfactual']>;
export type Totals = NonNullable<Status['takeovers']>;

/** `saved`: less damage thanks to it; `unneeded`: no less without it; `vain`: both failed. */
export type Verdict = 'saved' | 'unneeded' | 'vain';

export interface TakeoverWords {
  readonly verdict: Verdict;
  readonly text: string;
}

/** One decimal at most. */
export function amount(x: number): string {
  return (Math.round(10 * x) / 10).toLocaleString('en');
}

function seconds(steps: number, controlDt: number): string {
  return `${(steps * controlDt).toFixed(1)} s`;
}

/**
 * @param end label of why the branch ended
 * @param without whom it would have happened: 'you', or another operator's name
 */
export function takeoverWords(
  c: Counterfactual,
  end: string,
  controlDt: number,
  without: string,
): TakeoverWords {
  const { cost, humanCost, prevented } = c;
  if (c.failed) {
    const costs = cost > 0 ? `, cost ${amount(cost)}` : '';
    const text = `Without ${without}: ${end} after ${seconds(c.length, controlDt)}${costs}`;
    return prevented.failure
      ? { verdict: 'saved', text }
      : { verdict: 'vain', text: `${text}. It ended badly all the same` };
  }
  if (!prevented.unneeded) {
    const text = `Without ${without}: cost ${amount(cost)} in ${seconds(c.steps, controlDt)} instead of ${amount(humanCost)}`;
    return { verdict: 'saved', text };
  }
  const what =
    prevented.cost < 0
      ? `Without ${without}: cost ${amount(cost)} instead of ${amount(humanCost)}`
      : cost > 0
        ? `The cost would have been the same, ${amount(cost)}`
        : 'Nothing would have happened';
  return { verdict: 'unneeded', text: `${what}: this takeover was not needed` };
}

const plural = (n: number, one: string, many: string) =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

/** "12 takeovers · 3 failures prevented · 40 % not needed" */
export function totalsWords({ judged, unneeded, failuresPrevented }: Totals): string {
  if (judged === 0) return 'no takeovers yet';
  const share = Math.round((100 * unneeded) / judged);
  return [
    plural(judged, 'takeover', 'takeovers'),
    `${plural(failuresPrevented, 'failure', 'failures')} prevented`,
    `${share} % not needed`,
  ].join(' · ');
}

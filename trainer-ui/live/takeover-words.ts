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
 * @param who drove: 'you', or another operator's name
 */
export function takeoverWords(
  c: Counterfactual,
  end: string,
  controlDt: number,
  who: string,
): TakeoverWords {
  const { cost, humanCost, prevented } = c;
  const Who = who === 'you' ? 'You' : who;
  if (c.failed) {
    const costs = cost > 0 ? ` (cost ${amount(cost)})` : '';
    const text = `${Who} stepped in ${seconds(c.length, controlDt)} before the agent’s own drive would have ended: ${end}${costs}`;
    return prevented.failure
      ? { verdict: 'saved', text }
      : { verdict: 'vain', text: `${text}; it could not be saved from there` };
  }
  const time = seconds(c.steps, controlDt);
  const agent = `The agent alone would have had cost ${amount(cost)} in these ${time}`;
  if (!prevented.unneeded)
    return { verdict: 'saved', text: `${agent}; with ${who} it was ${amount(humanCost)}` };
  if (prevented.cost < 0)
    return { verdict: 'unneeded', text: `${agent}; with ${who} it was ${amount(humanCost)}` };
  return cost > 0
    ? { verdict: 'unneeded', text: `${agent}, the same as with ${who}` }
    : {
        verdict: 'unneeded',
        text: `The agent alone would have had no cost in these ${time} either`,
      };
}

const plural = (n: number, one: string, many: string) =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

/** "12 takeovers · 3 failures prevented · 5 where the agent would have managed" */
export function totalsWords({ judged, unneeded, failuresPrevented }: Totals): string {
  if (judged === 0) return 'no takeovers yet';
  return [
    plural(judged, 'takeover', 'takeovers'),
    `${plural(failuresPrevented, 'failure', 'failures')} prevented`,
    `${unneeded.toLocaleString('en')} where the agent would have managed`,
  ].join(' · ');
}

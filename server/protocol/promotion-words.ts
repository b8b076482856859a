/** What the gate says about a model, as the page and the command line tell it. */
import type { ModelReply, PromotionCondition, PromotionGate } from './replies.ts';

const percent = (share: number) => `${(100 * share).toFixed(0)} %`.replace('-', '−');
const signed = (share: number) => `${share > 0 ? '+' : ''}${percent(share)}`;

/** Verdict, figures, and what is missing. */
export function gateWords(gate: PromotionGate): string {
  const verdict = gate.passes ? 'passes' : 'does not pass';
  const unmet = gate.conditions.filter(({ isMet }) => !isMet);
  // While there are too few, nothing else can be said.
  const told = unmet.some(({ name }) => name === 'labels') ? unmet.slice(0, 1) : unmet;
  return `${verdict}: ${[figures(gate), ...told.map(lack)].join('; ')}`;
}

function figures({ labels, people, accuracy, against }: PromotionGate): string {
  if (!accuracy) return 'nobody has compared clips that it could be judged on';
  const { share, low, high } = accuracy;
  const who = people === 1 ? 'one person' : `${people} people`;
  const own = `right in ${percent(share)} (${percent(low)} to ${percent(high)}) of ${labels} comparisons by ${who}`;
  if (!against) return own;
  const { value, low: least, high: most } = against.difference;
  return `${own}, the promoted one in ${percent(against.share)}; difference ${signed(value)} (${signed(least)} to ${signed(most)})`;
}

const UNMET: Readonly<Record<PromotionCondition['name'], string>> = {
  labels: 'there are too few comparisons',
  coin: 'it is not shown to be better than a coin',
  promoted: 'it may be worse than the promoted one',
};

function lack({ name, missing }: PromotionCondition): string {
  const more = missing === null ? 'more would not help' : `${missing} more may do`;
  return `${UNMET[name]}: ${more}`;
}

const STATES: Readonly<Record<ModelReply['state'], string>> = {
  waiting: 'waits',
  promoted: 'promoted',
  former: 'promoted before',
  'rolled-back': 'rolled back',
};

/** `waits`, or why it cannot be approved. */
export function stateWords({ state, gate }: Pick<ModelReply, 'state' | 'gate'>): string {
  return state === 'waiting' && !gate.passes ? 'not promoted' : STATES[state];
}

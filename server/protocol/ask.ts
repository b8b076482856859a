/** Why people were asked, and what became of it, on the wire and as the page tells it. */
import { z } from 'zod';
import type { Condition } from '../../agent/activation/contract.ts';
import type { AskOutcome } from './version.ts';

/** How the value of a leaf reads, what its threshold is, and in what. */
const LEAVES: Readonly<
  Record<Condition['leaf'], { readonly is: string; readonly unit: string; readonly from: string }>
> = {
  gate: { is: 'its own gate asks', unit: '', from: '' },
  risk: { is: 'risk of the path ahead', unit: '', from: 'from' },
  margin: { is: 'time to damage on the path ahead', unit: ' s', from: 'up to' },
  disagreement: { is: 'disagreement of the reward model', unit: ' SD', from: 'from' },
  rewardJump: { is: 'jump of the predicted reward', unit: ' SD', from: 'from' },
  novelty: { is: 'novelty of what it senses', unit: ' %', from: 'from' },
  sampleSteps: { is: 'step in the sample', unit: ' %', from: 'up to' },
  sampleEpisodes: { is: 'episode in the sample', unit: ' %', from: 'up to' },
};

export const ASK_LEAVES = Object.keys(LEAVES) as Condition['leaf'][];

export const conditionSchema = z.object({
  leaf: z.enum(ASK_LEAVES),
  value: z.number().nullable().describe('null: not known.'),
  threshold: z.number(),
  isMet: z.boolean().nullable().describe('null: not known.'),
});

/** What a live simulation asked of people. */
export interface AskReply {
  /** Of an approval: also that of the feedback with its answer. */
  readonly id: string;
  /** Before which it was asked. */
  readonly step: number;
  readonly kind: 'help' | 'approval';
  readonly fallback: 'drives-on' | 'brakes';
  /** Every leaf of the rule that asked, as it stood. */
  readonly conditions: readonly Condition[];
  /** ms since epoch. */
  readonly at: number;
  /** null: it goes on, or the server ended meanwhile. */
  readonly outcome: AskOutcome | null;
  readonly endedAt: number | null;
}

const rounded = (value: number) => String(Number(value.toPrecision(3)));

/** Such as "risk of the path ahead 0.62, asks from 0.5". */
export function conditionWords({ leaf, value, threshold }: Condition): string {
  const { is, unit, from } = LEAVES[leaf];
  if (value === null) return `${is}: not known`;
  if (leaf === 'gate') return value === 1 ? is : `${is}: no`;
  return `${is} ${rounded(value)}${unit}, asks ${from} ${rounded(threshold)}${unit}`;
}

/** Those that are met, in one sentence. */
export function whyWords(conditions: readonly Condition[]): string {
  const met = conditions.filter(({ isMet }) => isMet).map(conditionWords);
  return met.length === 0
    ? 'By what is not so, or was a moment ago.'
    : `${capital(met.join('; '))}.`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export const OUTCOME_WORDS: Readonly<Record<AskOutcome, string>> = {
  allow: 'allowed',
  deny: 'not allowed',
  decline: 'declined',
  lapse: 'nobody answered',
  'taken-over': 'somebody took over',
  withdrawn: 'it no longer asked',
  ended: 'the episode ended, or people stopped it',
};

/** How many of a campaign's answers each person has given, or holds questions for: so that nobody gives too many. */
import type { CampaignTerms } from '../protocol/index.ts';
import type { CampaignTally } from '../storage/campaigns-contract.ts';
import type { Assignment } from '../storage/contract.ts';

/** Answers that anybody may give, however few others have, where no budget says how many there will be. */
export const FIRST = 10;

/** So many answers one person may give once there are `answered` and one more. */
export function mostOf(
  { most, budget }: Pick<CampaignTerms, 'most' | 'budget'>,
  answered: number,
): number {
  if (most === null) return Number.POSITIVE_INFINITY;
  if (budget?.unit === 'answers') return Math.max(1, Math.floor(most * budget.most));
  return Math.max(FIRST, Math.ceil(most * (answered + 1)));
}

/** Counts as assignments change, at once: what is not written yet is counted. */
export class Shares {
  readonly #taken = new Map<string, number>();
  #answered = 0;

  constructor(past: readonly CampaignTally[] = []) {
    for (const { teacherId, answered, leased } of past) {
      this.#taken.set(teacherId, answered + leased);
      this.#answered += answered;
    }
  }

  /** It is in that state from now on, or (`by` −1) no more. */
  count({ teacherId, state }: Assignment, by: 1 | -1): void {
    if (state !== 'answered' && state !== 'leased') return;
    this.#taken.set(teacherId, (this.#taken.get(teacherId) ?? 0) + by);
    if (state === 'answered') this.#answered += by;
  }

  mayHaveMore(teacherId: string, terms: Pick<CampaignTerms, 'most' | 'budget'>): boolean {
    return (this.#taken.get(teacherId) ?? 0) < mostOf(terms, this.#answered);
  }
}

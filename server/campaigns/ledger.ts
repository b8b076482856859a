/** What people have done for a campaign: answers that count, and the work that they took. */
import { activeSpans, IDLE } from '../../agent/quality/kpis.ts';
import type { CampaignProgress, CampaignTerms } from '../protocol/index.ts';
import type { CampaignAnswer } from '../storage/campaigns-contract.ts';

const HOUR = 3_600_000;

type Spent = Pick<CampaignAnswer, 'teacherId' | 'receivedAt' | 'responseMs'>;

export class Ledger {
  /** Answers that count now. */
  #answers: number;
  #activeMs = 0;
  /** When each person gave feedback last. */
  readonly #lastAt = new Map<string, number>();

  /** @param rows in the order in which they came */
  constructor(rows: readonly CampaignAnswer[] = []) {
    this.#answers = rows.filter(({ state }) => state === 'answered').length;
    for (const row of rows) this.spent(row);
  }

  get answers(): number {
    return this.#answers;
  }

  /** More answers count, or fewer. */
  count(change: number): void {
    this.#answers += change;
  }

  /** Whether it counts or not, somebody worked on it. */
  spent({ teacherId, receivedAt, responseMs }: Spent): void {
    const lastAt = this.#lastAt.get(teacherId);
    const moments = [
      ...(lastAt === undefined ? [] : [{ at: lastAt, responseMs: 0 }]),
      { at: receivedAt, responseMs },
    ];
    this.#activeMs += activeSpans(moments, IDLE).at(-1)!.ms;
    this.#lastAt.set(teacherId, Math.max(receivedAt, lastAt ?? 0));
  }

  get hours(): number {
    return this.#activeMs / HOUR;
  }

  /** null: an hour has no price. */
  spend({ rate }: Pick<CampaignTerms, 'rate'>): number | null {
    return rate === null ? null : this.hours * rate;
  }

  /** Of the budget, 0 to 1; null: there is none. */
  done(terms: Pick<CampaignTerms, 'budget' | 'rate'>): number | null {
    const { budget } = terms;
    if (budget === null) return null;
    switch (budget.unit) {
      case 'answers':
        return Math.min(1, this.#answers / budget.most);
      case 'hours':
        return Math.min(1, this.hours / budget.most);
      case 'money':
        return Math.min(1, (this.spend(terms) ?? 0) / budget.most);
    }
  }
}

/** @param rows in the order in which they came */
export function progressOf(
  terms: Pick<CampaignTerms, 'budget' | 'rate'>,
  rows: readonly CampaignAnswer[],
): CampaignProgress {
  const ledger = new Ledger(rows);
  const counted = rows.filter(({ state }) => state === 'answered');
  const questions = new Map<string, number>();
  const people = new Map<string, number>();
  for (const { queryId, teacherId } of counted) {
    questions.set(queryId, (questions.get(queryId) ?? 0) + 1);
    people.set(teacherId, (people.get(teacherId) ?? 0) + 1);
  }
  return {
    answers: ledger.answers,
    questions: questions.size,
    shared: [...questions.values()].filter((n) => n > 1).length,
    people: people.size,
    largest: Math.max(0, ...people.values()),
    hours: ledger.hours,
    spend: ledger.spend(terms),
    done: ledger.done(terms),
  };
}

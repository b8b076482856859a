/** How long a person may be away from a query before others are given it. */
import type { Feedback } from '../../agent/contract.ts';

/** ms */
const SHORTEST = 60_000;
/** Medians of a person's time per answer. */
const TIMES_MEDIAN = 3;
const REMEMBERED = 15;

export class LeaseTimes {
  readonly #times = new Map<string, number[]>();

  add({ teacherId, responseMs }: Pick<Feedback, 'teacherId' | 'responseMs'>): void {
    this.#times.set(
      teacherId,
      [...(this.#times.get(teacherId) ?? []), responseMs].slice(-REMEMBERED),
    );
  }

  /** ms; three times what the person usually takes, at least a minute. */
  of(teacherId: string | undefined): number {
    const times = [...(this.#times.get(teacherId ?? '') ?? [])].sort((a, b) => a - b);
    const median = times[Math.floor(times.length / 2)] ?? 0;
    return Math.max(SHORTEST, TIMES_MEDIAN * median);
  }
}

/** Probes that wait for their person: whoever is to be given one finds it before all other queries. */
import type { Assignment } from '../storage/contract.ts';
import type { Probes } from './probes.ts';
import type { Queue } from './queue.ts';
import type { Stock } from './stock.ts';

export interface ReservationsOptions {
  readonly queue: Pick<Queue, 'has' | 'heldBy' | 'offer'>;
  readonly stock: Pick<Stock, 'canBeShown' | 'hold'>;
  readonly probes: Pick<Probes, 'given' | 'next' | 'put'>;
}

export class Reservations {
  readonly #options: ReservationsOptions;
  /** Queries by person. */
  readonly #waiting = new Map<string, readonly string[]>();
  /** For whom some are being made: others may ask meanwhile. */
  readonly #preparing = new Set<string>();

  constructor(options: ReservationsOptions) {
    this.#options = options;
  }

  /** What waits for this person. */
  of(teacherId: string): readonly string[] {
    return this.#waiting.get(teacherId) ?? [];
  }

  given({ teacherId, queryId }: Pick<Assignment, 'teacherId' | 'queryId'>): void {
    const others = this.of(teacherId).filter((id) => id !== queryId);
    this.#waiting.set(teacherId, others);
    this.#options.probes.given(teacherId);
  }

  /** @param demand by person, how many queries they want to hold */
  async prepare(demand: ReadonlyMap<string, number>): Promise<void> {
    for (const [teacherId, count] of demand) {
      if (this.#preparing.has(teacherId)) continue;
      this.#preparing.add(teacherId);
      try {
        while (await this.#prepare(teacherId, count));
      } finally {
        this.#preparing.delete(teacherId);
      }
    }
  }

  /** One more; false: the person needs none. */
  async #prepare(teacherId: string, count: number): Promise<boolean> {
    const { queue, stock, probes } = this.#options;
    const waiting = this.of(teacherId).filter((queryId) => queue.has(queryId));
    this.#waiting.set(teacherId, waiting);
    const holding = [...queue.heldBy(teacherId).map(({ queryId }) => queryId), ...waiting];
    if (holding.length >= count) return false;
    const made = await probes.next(teacherId, holding, Date.now());
    if (!made || !(await stock.canBeShown(made.query))) return false;
    await probes.put(made);
    const { id, runId } = made.query;
    queue.offer({ id, runId, overlap: 1, only: teacherId });
    stock.hold(made.query);
    this.#waiting.set(teacherId, [...this.of(teacherId), id]);
    return true;
  }
}

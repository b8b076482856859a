/**
 * What people are given next: probes wait for their person, who finds them before all other queries, and nobody is given
 * an ordinary query in a place of which that is not decided yet.
 */
import type { Assignment } from '../storage/contract.ts';
import type { Probes } from './probes.ts';
import type { Queue } from './queue.ts';
import type { Stock } from './stock.ts';

export interface ReservationsOptions {
  readonly queue: Pick<Queue, 'has' | 'heldBy' | 'offer'>;
  readonly stock: Pick<Stock, 'canBeShown' | 'hold'>;
  readonly probes: Pick<Probes, 'cannotShow' | 'isQuizDue' | 'next' | 'put'>;
}

export class Reservations {
  readonly #options: ReservationsOptions;
  /** By person: queries, and places that are for ordinary ones. */
  readonly #waiting = new Map<string, readonly string[]>();
  readonly #ordinary = new Map<string, number>();
  /** By person, how many queries they want to hold, and for whom that is being decided. */
  readonly #wanted = new Map<string, number>();
  readonly #deciding = new Set<string>();

  constructor(options: ReservationsOptions) {
    this.#options = options;
  }

  /** What waits for this person. */
  of(teacherId: string): readonly string[] {
    return this.#waiting.get(teacherId) ?? [];
  }

  /** How many queries the person may hold by now. */
  most(teacherId: string): number {
    return this.#held(teacherId).length + this.of(teacherId).length + this.#left(teacherId);
  }

  given({ teacherId, queryId }: Pick<Assignment, 'teacherId' | 'queryId'>): void {
    const waiting = this.of(teacherId);
    if (waiting.includes(queryId))
      this.#waiting.set(
        teacherId,
        waiting.filter((id) => id !== queryId),
      );
    else this.#ordinary.set(teacherId, Math.max(0, this.#left(teacherId) - 1));
  }

  /** @param demand by person, how many queries they want to hold */
  async prepare(demand: ReadonlyMap<string, number>): Promise<void> {
    for (const [teacherId, count] of demand) {
      this.#wanted.set(teacherId, count);
      // Whoever is at it goes on until nothing is missing.
      if (!this.#deciding.has(teacherId)) await this.#decide(teacherId);
    }
  }

  async #decide(teacherId: string): Promise<void> {
    this.#deciding.add(teacherId);
    try {
      if (this.#options.probes.isQuizDue(teacherId, this.#holding(teacherId)))
        this.#ordinary.delete(teacherId);
      while (this.#isMissing(teacherId))
        if (!(await this.#reserve(teacherId)))
          this.#ordinary.set(teacherId, this.#left(teacherId) + 1);
    } finally {
      this.#deciding.delete(teacherId);
    }
  }

  #isMissing(teacherId: string): boolean {
    const { queue } = this.#options;
    const waiting = this.of(teacherId).filter((queryId) => queue.has(queryId));
    this.#waiting.set(teacherId, waiting);
    return this.most(teacherId) < this.#wanted.get(teacherId)!;
  }

  /** A probe; false: there is to be none now. */
  async #reserve(teacherId: string): Promise<boolean> {
    const { queue, stock, probes } = this.#options;
    const next = () => probes.next(teacherId, this.#holding(teacherId), Date.now());
    let made = await next();
    while (made && !(await stock.canBeShown(made.query))) {
      probes.cannotShow(made.probe);
      // A quiz goes on with other gold; what else there was to be is an ordinary query now.
      made = made.probe.kind === 'quiz' ? await next() : undefined;
    }
    if (!made) return false;
    await probes.put(made);
    const { id, runId } = made.query;
    queue.offer({ id, runId, overlap: 1, only: teacherId });
    stock.hold(made.query);
    this.#waiting.set(teacherId, [...this.of(teacherId), id]);
    return true;
  }

  #left(teacherId: string): number {
    return this.#ordinary.get(teacherId) ?? 0;
  }

  #held(teacherId: string): string[] {
    return this.#options.queue.heldBy(teacherId).map(({ queryId }) => queryId);
  }

  #holding(teacherId: string): string[] {
    return [...this.#held(teacherId), ...this.of(teacherId)];
  }
}

/** What people answered to probes, how much they looked at, and who is paused; kept in memory, written through. */
import type { QualityRules } from '../contract.ts';
import type { Assignment } from '../storage/contract.ts';
import type {
  Gold,
  Probe,
  ProbeResult,
  QualityStorage,
  Standing,
} from '../storage/quality-contract.ts';
import {
  isInQuiz,
  isRight,
  type PauseReason,
  type PersonRecord,
  pauseReason,
  recordOf,
} from './standing-rules.ts';

/** Shares of clips that were seen, kept of each person. */
const VIEWS = 50;
/** A gold that so many have answered is known by now, and one that most trusted people miss is itself wrong. */
const MOST_EXPOSURES = 30;
const FEWEST_TRUSTED = 5;
const LEAST_RIGHT = 0.6;

export interface StandingsOptions {
  readonly runId: string;
  readonly rules: QualityRules;
  readonly storage: Pick<QualityStorage, 'probeResults' | 'listStandings'>;
}

export class Standings {
  readonly rules: QualityRules;
  readonly #results = new Map<string, ProbeResult[]>();
  readonly #standings = new Map<string, Standing>();
  readonly #views = new Map<string, number[]>();
  /** Gold that is no longer asked: answers to it are held against nobody. */
  readonly #retired = new Set<string>();

  private constructor(rules: QualityRules) {
    this.rules = rules;
  }

  static async open({ runId, rules, storage }: StandingsOptions): Promise<Standings> {
    const standings = new Standings(rules);
    for (const result of await storage.probeResults(runId)) standings.#add(result);
    for (const standing of await storage.listStandings(runId)) standings.set(standing);
    return standings;
  }

  /** People whose answers do not count now. */
  get paused(): string[] {
    return [...this.#standings.values()].flatMap((s) =>
      s.state === 'paused' ? [s.teacherId] : [],
    );
  }

  /** Everybody of whom anything is known here. */
  get people(): string[] {
    return [...new Set([...this.#standings.keys(), ...this.#results.keys()])];
  }

  isPaused(teacherId: string): boolean {
    return this.#standings.get(teacherId)?.state === 'paused';
  }

  of(teacherId: string): Standing | undefined {
    return this.#standings.get(teacherId);
  }

  set(standing: Standing): void {
    this.#standings.set(standing.teacherId, standing);
  }

  /** As it was; undefined: nothing had been decided. */
  restore(teacherId: string, standing: Standing | undefined): void {
    if (standing) this.#standings.set(teacherId, standing);
    else this.#standings.delete(teacherId);
  }

  isInQuiz(teacherId: string): boolean {
    const { quiz } = this.rules;
    return isInQuiz(this.#counted(teacherId), quiz, this.of(teacherId));
  }

  record(teacherId: string): PersonRecord {
    return recordOf(this.#counted(teacherId), this.rules.quiz);
  }

  /** Share of their newest answers that were given with too little of the clips seen; null: nothing is known. */
  fastShare(teacherId: string): number | null {
    const views = this.#views.get(teacherId) ?? [];
    const fast = views.filter((share) => share < this.rules.minView).length;
    return views.length === 0 ? null : fast / views.length;
  }

  /**
   * An answer that counts. `view`: share of the longer clip that was seen, undefined: not known.
   * @returns why the person is to be paused now
   */
  answered(
    { teacherId, verdict, endedAt }: Assignment,
    probe: Probe | undefined,
    view: number | undefined,
  ): PauseReason | undefined {
    if (probe && verdict !== null && endedAt !== null) this.#add({ ...probe, verdict, endedAt });
    if (view !== undefined)
      this.#views.set(teacherId, [...(this.#views.get(teacherId) ?? []), view].slice(-VIEWS));
    if (this.isPaused(teacherId)) return undefined;
    const views = this.#views.get(teacherId) ?? [];
    return pauseReason(this.#counted(teacherId), views, this.rules, this.of(teacherId));
  }

  /** An answer to a probe was taken back. */
  takenBack(queryId: string): void {
    for (const [teacherId, list] of this.#results)
      this.#results.set(
        teacherId,
        list.filter((result) => result.queryId !== queryId),
      );
  }

  /** Begins anew with what somebody looks at, as when they are let in again. */
  forgetViews(teacherId: string): void {
    this.#views.delete(teacherId);
  }

  retire(goldId: string): void {
    this.#retired.add(goldId);
  }

  /** How often a gold was answered, and how often rightly by people who are neither paused nor in their quiz yet. */
  exposures({ id }: Pick<Gold, 'id'>) {
    const all = [...this.#results.values()]
      .flat()
      .filter((r) => r.kind !== 'repeat' && r.about === id);
    const trusted = all.filter(
      ({ teacherId }) => !this.isPaused(teacherId) && !this.isInQuiz(teacherId),
    );
    return { n: all.length, trusted: trusted.length, right: trusted.filter(isRight).length };
  }

  /** Why a gold is not to be asked any more; undefined: it is good. */
  retirement(gold: Pick<Gold, 'id'>): 'known' | 'missed' | undefined {
    const { n, trusted, right } = this.exposures(gold);
    if (n > MOST_EXPOSURES) return 'known';
    return trusted >= FEWEST_TRUSTED && right < LEAST_RIGHT * trusted ? 'missed' : undefined;
  }

  #add(result: ProbeResult): void {
    const list = this.#results.get(result.teacherId) ?? [];
    this.#results.set(result.teacherId, [
      ...list.filter((r) => r.queryId !== result.queryId),
      result,
    ]);
  }

  #counted(teacherId: string): ProbeResult[] {
    const own = this.#results.get(teacherId) ?? [];
    return own.filter(({ kind, about }) => kind === 'repeat' || !this.#retired.has(about));
  }
}

/** What a part of the suite measured, and which promises it saw broken. */
import type { Random } from '../../sim/random.ts';

/** A part of the suite: one kind of fault. */
export interface Part {
  readonly name: string;
  /** What is done, for the table. */
  readonly about: string;
  /** How many of its kind in a whole run (kills, levels, rounds, messages …). */
  readonly amount: number;
  /** Of the time of a whole run. */
  readonly share: number;
  run(report: Report, scope: Scope): Promise<void>;
}

export interface Scope {
  readonly random: Random;
  readonly amount: number;
  /** Whether there is time for another one. */
  hasTime(): boolean;
}

export class Report {
  readonly figures: (readonly [what: string, figure: string])[] = [];
  /** Promises that did not hold, in words. A slow machine breaks none. */
  readonly broken: string[] = [];

  figure(what: string, figure: string | number): void {
    this.figures.push([what, String(figure)]);
  }

  /** `holds`: whether the promise was kept. */
  promise(promise: string, holds: boolean, seen: unknown = ''): void {
    if (!holds) this.broken.push(`${promise} ${JSON.stringify(seen).slice(0, 400)}`);
  }
}

/** Median and most of some times in ms, or a dash. */
export function spread(times: readonly number[], unit = 'ms'): string {
  if (times.length === 0) return '–';
  const sorted = [...times].sort((a, b) => a - b);
  const at = (q: number) => Math.round(sorted[Math.floor(q * (sorted.length - 1))]!);
  return `${at(0.5)} ${unit} (most: ${at(1)})`;
}

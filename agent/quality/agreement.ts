/**
 * How far people agree beyond chance. A value is undefined where there is nothing to disagree about (all ratings
 * equal, 0/0): that is no agreement of 1.
 */
import type { Random } from '../../sim/random.ts';
import { type Interval, quantile } from '../evaluation/statistics.ts';

/** Cohen 1960: two people, the same items. `table[i][j]`: items that the first put in i and the second in j. */
export function cohenKappa(table: readonly (readonly number[])[]): number | undefined {
  const rows = table.map((row) => sum(row));
  const columns = table.map((_, j) => sum(table.map((row) => row[j]!)));
  const n = sum(rows);
  const observed = sum(table.map((row, i) => row[i]!)) / n;
  const expected = sum(rows.map((row, i) => (row / n) * (columns[i]! / n)));
  return beyondChance(observed, expected);
}

/** Fleiss 1971: n people an item, not always the same. `counts[i][j]`: how many put item i in j. */
export function fleissKappa(counts: readonly (readonly number[])[]): number | undefined {
  const n = sum(counts[0] ?? []);
  if (n < 2 || counts.some((row) => sum(row) !== n))
    throw new RangeError('counts: every item needs the same number of answers, two or more');
  const agreement = counts.map((row) => (sum(row.map((k) => k * k)) - n) / (n * (n - 1)));
  const shares = counts[0]!.map((_, j) => sum(counts.map((row) => row[j]!)) / (n * counts.length));
  return beyondChance(sum(agreement) / counts.length, sum(shares.map((p) => p * p)));
}

/** What distance between two values means. */
export const LEVELS = ['nominal', 'ordinal', 'interval', 'ratio'] as const;
export type Level = (typeof LEVELS)[number];

/**
 * Krippendorff 2004, chapter 11: any number of people, missing answers. `units[i]`: the values that item i was given;
 * items with one value say nothing and drop out. 0.8 and more is usually called reliable, 0.667 tentative.
 */
export function krippendorffAlpha(
  units: readonly (readonly number[])[],
  level: Level,
): number | undefined {
  const values = [...new Set(units.flat())].sort((a, b) => a - b);
  const place = new Map(values.map((value, i) => [value, i]));
  const size = values.length;
  const coincidences = new Float64Array(size * size);
  for (const unit of units)
    addPairs(
      coincidences,
      size,
      unit.map((value) => place.get(value)!),
    );
  const totals = values.map((_, v) => sum([...coincidences.subarray(v * size, (v + 1) * size)]));
  const n = sum(totals);
  let observed = 0;
  let expected = 0;
  for (let v = 0; v < size; v++)
    for (let w = v + 1; w < size; w++) {
      const distance = squaredDistance(level, values, totals, v, w);
      observed += coincidences[v * size + w]! * distance;
      expected += totals[v]! * totals[w]! * distance;
    }
  return expected === 0 ? undefined : 1 - ((n - 1) * observed) / expected;
}

/** Percentile bootstrap over items; samples in which nothing varies are drawn again. undefined: all are such. */
export function alphaInterval(
  units: readonly (readonly number[])[],
  level: Level,
  random: Random,
  samples = 1000,
  coverage = 0.95,
): Interval | undefined {
  if (krippendorffAlpha(units, level) === undefined) return undefined;
  const alphas: number[] = [];
  for (let tries = 0; alphas.length < samples && tries < 10 * samples; tries++) {
    const drawn = units.map(() => units[random.integer(units.length)]!);
    const alpha = krippendorffAlpha(drawn, level);
    if (alpha !== undefined) alphas.push(alpha);
  }
  if (alphas.length === 0) return undefined;
  alphas.sort((a, b) => a - b);
  const edge = (1 - coverage) / 2;
  return { low: quantile(alphas, edge), high: quantile(alphas, 1 - edge) };
}

/** Every ordered pair of values in a unit of m, each weighing 1 / (m - 1). */
function addPairs(coincidences: Float64Array, size: number, unit: readonly number[]): void {
  const weight = 1 / (unit.length - 1);
  for (const [i, v] of unit.entries())
    for (const [j, w] of unit.entries()) if (i !== j) coincidences[v * size + w]! += weight;
}

/** Between the values at places `v` < `w`. */
function squaredDistance(
  level: Level,
  values: readonly number[],
  totals: readonly number[],
  v: number,
  w: number,
): number {
  const [a, b] = [values[v]!, values[w]!];
  switch (level) {
    case 'nominal':
      return 1;
    case 'ordinal':
      return (sum(totals.slice(v, w + 1)) - (totals[v]! + totals[w]!) / 2) ** 2;
    case 'interval':
      return (a - b) ** 2;
    case 'ratio':
      return ((a - b) / (a + b)) ** 2;
  }
}

function beyondChance(observed: number, expected: number): number | undefined {
  return expected === 1 ? undefined : (observed - expected) / (1 - expected);
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

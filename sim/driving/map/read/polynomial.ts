/** Piecewise cubic polynomials, of which OpenDRIVE makes offsets, widths and heights. */
import { numberOf, type XmlElement } from './xml.ts';

export interface Piecewise {
  value(s: number): number;
  slope(s: number): number;
  /** Where one polynomial follows another, ascending. */
  readonly breaks: readonly number[];
  isConstant(from: number, to: number): boolean;
}

interface Cubic {
  readonly s: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** @param elements ascending in `station`, which counts from `start`. */
export function piecewise(
  elements: readonly XmlElement[],
  station: 's' | 'sOffset',
  start = 0,
): Piecewise {
  const cubics = elements
    .map(
      (element): Cubic => ({
        s: start + numberOf(element, station),
        a: numberOf(element, 'a'),
        b: numberOf(element, 'b'),
        c: numberOf(element, 'c'),
        d: numberOf(element, 'd'),
      }),
    )
    .sort((p, q) => p.s - q.s);
  const at = (s: number) => {
    let found = cubics[0];
    for (const cubic of cubics) if (cubic.s <= s) found = cubic;
    return found;
  };
  return {
    breaks: cubics.map((cubic) => cubic.s),
    value: (s) => {
      const p = at(s);
      if (!p) return 0;
      const t = s - p.s;
      return p.a + t * (p.b + t * (p.c + t * p.d));
    },
    slope: (s) => {
      const p = at(s);
      if (!p) return 0;
      const t = s - p.s;
      return p.b + t * (2 * p.c + t * 3 * p.d);
    },
    isConstant: (from, to) => {
      const inside = cubics.filter((p, i) => {
        const end = cubics[i + 1]?.s ?? Number.POSITIVE_INFINITY;
        return end > from + EPSILON && (p.s < to - EPSILON || i === 0);
      });
      const value = inside[0]?.a ?? 0;
      return inside.every((p) => p.b === 0 && p.c === 0 && p.d === 0 && p.a === value);
    },
  };
}

/** Stations nearer than this are the same one, metres. */
export const EPSILON = 1e-6;

/** The sum of factors times functions. */
export function weighted(terms: readonly (readonly [number, Piecewise])[]): Piecewise {
  return {
    breaks: terms.flatMap(([, p]) => p.breaks),
    value: (s) => terms.reduce((sum, [factor, p]) => sum + factor * p.value(s), 0),
    slope: (s) => terms.reduce((sum, [factor, p]) => sum + factor * p.slope(s), 0),
    isConstant: (from, to) => terms.every(([, p]) => p.isConstant(from, to)),
  };
}

/** `from`, `to` and the breaks between them, ascending, each once. */
export function stationsBetween(
  from: number,
  to: number,
  breaks: readonly number[],
): readonly number[] {
  const inside = breaks.filter((s) => s > from + EPSILON && s < to - EPSILON);
  const sorted = [...inside].sort((a, b) => a - b);
  const apart = sorted.filter((s, i) => i === 0 || s - sorted[i - 1]! > EPSILON);
  return [from, ...apart, to];
}

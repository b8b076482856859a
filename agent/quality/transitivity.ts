/**
 * Whether comparisons go round in circles: of three things that were all compared with each other, a before b before c
 * before a (Kendall and Babington Smith 1940).
 */

export interface Triads {
  /** Three things with a decision between any two. */
  readonly n: number;
  /** Of these, such that no order has all three decisions. */
  readonly cyclic: number;
}

/** Of whoever decides every pair by a coin: 2 of 8 outcomes. */
export const CYCLIC_BY_CHANCE = 0.25;

/** Who said it does not matter: of a pair that was decided more than once the majority counts, a tie as no decision. */
export function triadsOf(
  decisions: readonly { readonly better: string; readonly worse: string }[],
): Triads {
  /** Decisions for the one over the other, less those against it. */
  const balance = new Map<string, Map<string, number>>();
  const add = (one: string, other: string, by: number) => {
    const row = balance.get(one) ?? new Map<string, number>();
    balance.set(one, row.set(other, (row.get(other) ?? 0) + by));
  };
  for (const { better, worse } of decisions) {
    if (better === worse) continue;
    add(better, worse, 1);
    add(worse, better, -1);
  }
  const over = (one: string, other: string) => balance.get(one)?.get(other) ?? 0;
  let n = 0;
  let cyclic = 0;
  for (const [a, row] of balance) {
    for (const [b, ab] of row) {
      if (b <= a || ab === 0) continue;
      for (const [c, ac] of row) {
        const bc = over(b, c);
        if (c <= b || ac === 0 || bc === 0) continue;
        n++;
        if (ab > 0 === bc > 0 && ab > 0 !== ac > 0) cyclic++;
      }
    }
  }
  return { n, cyclic };
}

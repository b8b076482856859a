/** Which live simulation needs a person most. */

export interface Need {
  /** Number of the live simulation. */
  readonly live: number;
  /** It asks for a person. */
  readonly asks: boolean;
  /** In [0, 1]; NaN where it is not estimated. */
  readonly risk: number;
}

/** Those that ask first, then by risk; ties by number, so that nothing moves without a reason. */
export function byNeed(needs: readonly Need[]): Need[] {
  const risk = (need: Need) => (Number.isNaN(need.risk) ? -1 : need.risk);
  return [...needs].sort(
    (a, b) => Number(b.asks) - Number(a.asks) || risk(b) - risk(a) || a.live - b.live,
  );
}

/** The one `by` places further on in the order, round and round. */
export function neighbour(order: readonly number[], live: number, by: number): number {
  const n = order.length;
  return order[(((order.indexOf(live) + by) % n) + n) % n] ?? live;
}

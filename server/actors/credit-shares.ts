/**
 * Divides the steps that a learner allows among actors that come and go: in turn, in portions, and never far ahead of
 * what an actor has made, so that a slow one holds up nobody. What an actor that went did not spend goes to the
 * others, and is taken into account if it comes back: it still has it then.
 */

/** Steps of a turn, and how far an actor may be ahead, at first and at most, for each unit of weight. */
const PORTION = 25;
const AHEAD = 512;
const MOST_AHEAD = 8192;

interface Holder {
  /** How many actors it stands for. */
  readonly weight: number;
  /** Steps since it came first. */
  granted: number;
  spent: number;
  isThere: boolean;
  /** How far it may be ahead, for each unit of weight. */
  ahead: number;
}

export class CreditShares {
  readonly #holders = new Map<string, Holder>();
  /** All that may be granted more, among others; whose turn is next comes first. With 10,000 nobody looks through all. */
  readonly #turns = new Set<string>();
  readonly #tell: (actor: string, granted: number) => void;
  #pool = 0;

  /** @param tell how many steps the actor was granted since it came first */
  constructor(tell: (actor: string, granted: number) => void) {
    this.#tell = tell;
  }

  add(steps: number): void {
    this.#pool += steps;
    this.#deal();
  }

  join(actor: string, weight = 1): void {
    const known = this.#holders.get(actor);
    if (known?.isThere) return;
    const holder = { granted: 0, spent: 0, ahead: AHEAD, ...known, weight, isThere: true };
    this.#pool -= holder.granted - holder.spent;
    this.#holders.set(actor, holder);
    this.#turns.add(actor);
    this.#deal();
  }

  /** @param forGood it does not come back under this name */
  leave(actor: string, forGood = false): void {
    const holder = this.#holders.get(actor);
    if (forGood) this.#holders.delete(actor);
    if (!holder?.isThere) return;
    holder.isThere = false;
    this.#turns.delete(actor);
    this.#pool += holder.granted - holder.spent;
    this.#deal();
  }

  /** Steps that are allowed and not made; 0 while the chunks that were begun go beyond what was allowed. */
  get awaited(): number {
    let steps = this.#pool;
    for (const { isThere, granted, spent } of this.#holders.values())
      if (isThere) steps += granted - spent;
    return Math.max(0, steps);
  }

  granted(actor: string): number {
    return this.#holders.get(actor)?.granted ?? 0;
  }

  /** @param steps that came from it, whether they are of use or not */
  spent(actor: string, steps: number): void {
    const holder = this.#holders.get(actor);
    if (!holder) return;
    if (holder.isThere) this.#turns.add(actor);
    else this.#pool -= steps;
    holder.spent += steps;
    // By the time they come it has nothing left: it is fast, or far away, and waits in between.
    if (holder.spent >= holder.granted && this.#pool > 0)
      holder.ahead = Math.min(2 * holder.ahead, MOST_AHEAD);
    this.#deal();
  }

  #deal(): void {
    const told = new Map<string, Holder>();
    while (this.#pool > 0) {
      const next = this.#next();
      if (!next) break;
      const [actor, holder] = next;
      const portion = Math.min(this.#pool, PORTION * holder.weight);
      this.#pool -= portion;
      holder.granted += portion;
      told.set(actor, holder);
      this.#turns.delete(actor);
      this.#turns.add(actor);
    }
    for (const [actor, { granted }] of told) this.#tell(actor, granted);
  }

  #next(): [string, Holder] | undefined {
    for (const actor of this.#turns) {
      const holder = this.#holders.get(actor)!;
      if (holder.granted - holder.spent < holder.ahead * holder.weight) return [actor, holder];
      this.#turns.delete(actor); // until it has spent some
    }
    return undefined;
  }
}

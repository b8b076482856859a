/** How often a page that looks at the wall gets a frame of a simulation that is not in its focus. */

/** ms between two frames of one simulation, at least. */
export const TILE_EVERY = 200;
/** Bytes a second that one page gets of all of them together. */
export const TILE_BYTES = 64 * 1024;

export class Tiles {
  /** By simulation: from when on its next frame may go, ms. */
  readonly #due = new Map<number, number>();

  /** Whether a frame of so many bytes goes now. `others`: simulations that share the bytes. */
  take(live: number, bytes: number, others: number, now: number): boolean {
    const due = this.#due.get(live);
    if (due !== undefined && now < due) return false;
    this.#due.set(live, now + Math.max(TILE_EVERY, (1000 * bytes * others) / TILE_BYTES));
    return true;
  }
}

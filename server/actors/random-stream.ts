/**
 * Stream of `createRandom` for an actor, by its whole name: FNV-1a (Fowler, Noll and Vo), 32 bits. Actors of
 * one run draw from different streams even where their seeds are equal.
 */
export function randomStreamOf(actor: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < actor.length; i++) {
    hash = Math.imul(hash ^ actor.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

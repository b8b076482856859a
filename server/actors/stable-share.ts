import { createHash } from 'node:crypto';

/**
 * A number in [0, 1) made of an id: the same whenever it is asked, so that a share of all ids can be chosen
 * without remembering which, and a larger share has the smaller one in it.
 */
export function stableShare(id: string): number {
  return createHash('sha256').update(id).digest().readUIntBE(0, 6) / 2 ** 48;
}

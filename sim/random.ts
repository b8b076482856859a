/**
 * Seeded random numbers that can be saved and restored: sfc32 (Chris Doty-Humphrey, PractRand;
 * 128 bits of state), seeded through splitmix32 so that neighbouring seeds give unrelated streams.
 */
export interface Random {
  /** In [0, 1), 32 bits of resolution. */
  next(): number;
  uniform(low: number, high: number): number;
  /** Integer in [0, n). */
  integer(n: number): number;
  /** Standard normal (Box–Muller, one value per two draws, so that the state stays four words). */
  normal(): number;
  /** Copies four words of state into `out` at `offset`. */
  save(out: Float64Array, offset: number): void;
  load(from: Float64Array, offset: number): void;
  /** Start over as `createRandom(seed, stream)` would. */
  reseed(seed: number, stream?: number): void;
}

/** Words of state that `save` writes. */
export const RANDOM_STATE_SIZE = 4;

/** `stream` names an independent sub-sequence of the same seed (traffic, noise, resets …). */
export function createRandom(seed: number, stream = 0): Random {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;

  function next32(): number {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  }

  const random: Random = {
    next: () => next32() / 4294967296,
    uniform: (low, high) => low + (high - low) * random.next(),
    integer: (n) => Math.floor(random.next() * n),
    normal: () => {
      const u = 1 - random.next(); // (0, 1]: the logarithm is finite
      return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random.next());
    },
    save: (out, offset) => {
      out[offset] = a >>> 0;
      out[offset + 1] = b >>> 0;
      out[offset + 2] = c >>> 0;
      out[offset + 3] = d >>> 0;
    },
    load: (from, offset) => {
      a = from[offset]! | 0;
      b = from[offset + 1]! | 0;
      c = from[offset + 2]! | 0;
      d = from[offset + 3]! | 0;
    },
    reseed: (newSeed, newStream = 0) => {
      // Seeds beyond 32 bits still matter: the high part goes into the second word.
      let x = (newSeed >>> 0) ^ Math.imul(newStream + 1, 0x9e3779b9);
      const high = Math.floor(newSeed / 4294967296) >>> 0;
      const split = () => {
        x = (x + 0x9e3779b9) | 0;
        let z = x ^ (x >>> 16);
        z = Math.imul(z, 0x21f0aaad);
        z = z ^ (z >>> 15);
        z = Math.imul(z, 0x735a2d97);
        return z ^ (z >>> 15);
      };
      a = split();
      b = split() ^ high;
      c = split() ^ newStream;
      d = 1;
      for (let i = 0; i < 12; i++) next32();
    },
  };
  random.reseed(seed, stream);
  return random;
}

/**
 * Numbers of which most are the same one, as those of lidar rays that meet nothing are: that one once, a bit for each,
 * and the others. Without loss, bit by bit: −0 is not 0.
 */

export interface Sparse {
  readonly length: number;
  /** The number that most are, as its 32 bits. */
  readonly common: number;
  /** A bit for each, 32 to a word: 1 where it is among `others`. */
  readonly mask: Uint32Array;
  /** Bits of the other numbers, in order. */
  readonly others: Uint32Array;
}

/** Looked at to find out which number is common. */
const SAMPLES = 512;
const WORD = 32;

const bitsOf = ({ buffer, byteOffset, length }: Float32Array) =>
  new Uint32Array(buffer, byteOffset, length);

/** undefined: no number is so common that it would save half of the room. */
export function sparse(numbers: Float32Array): Sparse | undefined {
  const { length } = numbers;
  if (length < SAMPLES) return undefined;
  const bits = bitsOf(numbers);
  const common = commonOf(bits);
  if (common === undefined) return undefined;
  const mask = new Uint32Array(Math.ceil(length / WORD));
  let count = 0;
  for (let i = 0; i < length; i++) {
    if (bits[i] === common) continue;
    mask[i >> 5]! |= 1 << (i & 31);
    count++;
  }
  const others = new Uint32Array(count);
  let next = 0;
  eachBit(mask, (i) => {
    others[next++] = bits[i]!;
  });
  return { length, common, mask, others };
}

/** @throws RangeError where the parts do not fit each other */
export function dense({ length, common, mask, others }: Sparse): Float32Array {
  if (mask.length !== Math.ceil(length / WORD))
    throw new RangeError(`mask: ${mask.length} words for ${length} numbers`);
  const numbers = new Float32Array(length);
  const bits = bitsOf(numbers).fill(common);
  let next = 0;
  eachBit(mask, (i) => {
    bits[i] = others[next++]!;
  });
  if (next !== others.length)
    throw new RangeError(`others: ${others.length} numbers, expected ${next}`);
  return numbers;
}

/** Of some that are spread evenly: that which more than half of them are. */
function commonOf(bits: Uint32Array): number | undefined {
  // Not by whole rows, of which the same places would be looked at.
  const stride = Math.max(1, Math.floor(bits.length / SAMPLES)) | 1;
  let candidate = 0;
  let lead = 0;
  for (let i = 0; i < bits.length; i += stride) {
    if (lead === 0) candidate = bits[i]!;
    lead += bits[i] === candidate ? 1 : -1;
  }
  let count = 0;
  let looked = 0;
  for (let i = 0; i < bits.length; i += stride, looked++) if (bits[i] === candidate) count++;
  return count > looked / 2 ? candidate : undefined;
}

function eachBit(mask: Uint32Array, visit: (index: number) => void): void {
  for (let word = 0; word < mask.length; word++)
    for (let rest = mask[word]!; rest !== 0; rest &= rest - 1)
      visit(word * WORD + 31 - Math.clz32(rest & -rest));
}

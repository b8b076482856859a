/**
 * Arrays of numbers in few bytes. Whole numbers of a unit, column by column, each as what it adds to the one
 * before (order 1) or to a straight line (order 2), zigzag and in groups of seven bits: most take one byte,
 * and gzip makes a fraction of them.
 */

/** Units of lengths in metres, parts of quaternions, normals, colours: a tenth of a millimetre. */
const UNIT = 1e-4;

type Order = 1 | 2;

/** What is tried for arrays whose rows are not known: coordinates, and those of both sides of a strip. */
const WIDTHS = [1, 2, 3, 6];
const ORDERS: readonly Order[] = [1, 2];

/** Of floats to `UNIT`, of whole numbers exactly. `width`: numbers in a row; absent: whichever takes least. */
export function encodeNumbers(
  values: Float32Array | Uint32Array | Uint8Array,
  width?: number,
): Uint8Array {
  const scaled = values instanceof Float32Array ? Array.from(values, toUnits) : [...values];
  if (width !== undefined) return encoded(scaled, width, 2);
  const tried = WIDTHS.filter((w) => scaled.length % w === 0).flatMap((w) =>
    ORDERS.map((order) => encoded(scaled, w, order)),
  );
  return tried.reduce((best, next) => (next.length < best.length ? next : best));
}

export function decodeFloats(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(decodeWholes(bytes), (n) => n * UNIT);
}

export function decodeWholes(bytes: Uint8Array): Float64Array {
  const numbers = fromSevenBits(bytes);
  const [width = 1, order = 1, count = 0] = numbers;
  const out = new Float64Array(count);
  let at = 3;
  for (let column = 0; column < width; column++) {
    let last = 0;
    let slope = 0;
    for (let i = column; i < count; i += width) {
      const step = fromZigzag(numbers[at++]!) + slope;
      last += step;
      if (order === 2 && i >= width) slope = step;
      out[i] = last;
    }
  }
  return out;
}

const toUnits = (value: number) => Math.round(value / UNIT);

function encoded(values: readonly number[], width: number, order: Order): Uint8Array {
  const numbers: number[] = [width, order, values.length];
  for (let column = 0; column < width; column++) {
    let last = 0;
    let slope = 0;
    for (let i = column; i < values.length; i += width) {
      const step = values[i]! - last;
      numbers.push(zigzag(step - slope));
      last = values[i]!;
      if (order === 2 && i >= width) slope = step;
    }
  }
  return sevenBits(numbers);
}

// Numbers may need more than 32 bits: no bit operations on them.
const zigzag = (n: number) => (n < 0 ? -2 * n - 1 : 2 * n);
const fromZigzag = (n: number) => (n % 2 === 1 ? -(n + 1) / 2 : n / 2);

function sevenBits(numbers: readonly number[]): Uint8Array {
  const out: number[] = [];
  for (let n of numbers) {
    for (; n >= 128; n = Math.floor(n / 128)) out.push(128 + (n % 128));
    out.push(n);
  }
  return Uint8Array.from(out);
}

function fromSevenBits(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let n = 0;
  let scale = 1;
  for (const byte of bytes) {
    n += (byte % 128) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    numbers.push(n);
    n = 0;
    scale = 1;
  }
  return numbers;
}

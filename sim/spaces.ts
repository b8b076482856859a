import type { BoxSpace, Mirror } from './contract.ts';
import type { Random } from './random.ts';

/** A box from bounds per number, or the same bounds for all `size` numbers. */
export function box(
  low: number | readonly number[],
  high: number | readonly number[],
  options: {
    size?: number;
    names?: readonly string[];
    mirror?: Mirror | undefined;
    previousActionInputs?: readonly number[];
  } = {},
): BoxSpace {
  const size =
    options.size ??
    options.names?.length ??
    (Array.isArray(low) ? (low as number[]).length : undefined);
  if (size === undefined)
    throw new RangeError('box: size is unknown; give size, names or arrays of bounds');
  const fill = (value: number | readonly number[], field: string) => {
    const out =
      typeof value === 'number' ? new Float32Array(size).fill(value) : Float32Array.from(value);
    if (out.length !== size)
      throw new RangeError(`box: ${field} has ${out.length} numbers, expected ${size}`);
    return out;
  };
  return {
    kind: 'box',
    size,
    low: fill(low, 'low'),
    high: fill(high, 'high'),
    ...(options.names ? { names: options.names } : {}),
    ...(options.mirror ? { mirror: options.mirror } : {}),
    ...(options.previousActionInputs ? { previousActionInputs: options.previousActionInputs } : {}),
  };
}

/**
 * The mirror image of `from` (space.size numbers at `offset`) into `out` at the same place; they must
 * not be the same array. @throws RangeError when the space has no mirror.
 */
export function mirrorInto(
  space: BoxSpace,
  from: Float32Array,
  out: Float32Array,
  offset: number,
): void {
  const { mirror, low, high } = space;
  if (!mirror) throw new RangeError('space.mirror: this space has none');
  for (let j = 0; j < space.size; j++) {
    const value = from[offset + mirror.from[j]!]!;
    if (mirror.sign[j]! > 0) out[offset + j] = value;
    else {
      const twice = low[j]! + high[j]!;
      out[offset + j] = Number.isFinite(twice) ? twice - value : -value;
    }
  }
}

/**
 * Copy `action` into `out`, clipped to the space; returns how many numbers were clipped.
 * @throws RangeError for a wrong length or NaN.
 */
export function clipInto(space: BoxSpace, action: ArrayLike<number>, out: Float32Array): number {
  if (action.length !== space.size) {
    throw new RangeError(`action: has ${action.length} numbers, expected ${space.size}`);
  }
  let clipped = 0;
  for (let i = 0; i < space.size; i++) {
    const value = action[i]!;
    if (Number.isNaN(value)) {
      const name = space.names?.[i] ?? `[${i}]`;
      throw new RangeError(`action.${name}: is NaN, allowed ${space.low[i]} to ${space.high[i]}`);
    }
    const bounded = Math.min(space.high[i]!, Math.max(space.low[i]!, value));
    if (bounded !== value) clipped++;
    out[i] = bounded;
  }
  return clipped;
}

/** Uniform sample of a bounded space. */
export function sampleInto(space: BoxSpace, random: Random, out: Float32Array): Float32Array {
  for (let i = 0; i < space.size; i++) out[i] = random.uniform(space.low[i]!, space.high[i]!);
  return out;
}

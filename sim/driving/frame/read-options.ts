/** Readers of single options, from strings, numbers or booleans. Errors name field, value and allowed range. */

export type Range = readonly [low: number, high: number, whole: boolean];

/** @throws RangeError for an option that is not known. */
export function checkKnown(given: object, known: readonly string[]): void {
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) {
      throw new RangeError(`option ${key}: unknown, allowed ${known.join(', ')}`);
    }
  }
}

export function readNumber(key: string, value: unknown, fallback: number, range: Range): number {
  if (value === undefined) return fallback;
  const [low, high, whole] = range;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && number >= low && number <= high) {
    if (!whole || Number.isInteger(number)) return number;
  }
  throw new RangeError(
    `option ${key}: is ${String(value)}, allowed ${whole ? 'whole numbers ' : ''}${low} to ${high}`,
  );
}

export function readFlag(key: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new RangeError(`option ${key}: is ${String(value)}, allowed true or false`);
}

/** One of a closed list of words. */
export function readWord<W extends string>(
  key: string,
  value: unknown,
  fallback: W,
  words: readonly W[],
): W {
  if (value === undefined) return fallback;
  const word = words.find((w) => w === value);
  if (word !== undefined) return word;
  throw new RangeError(`option ${key}: is ${String(value)}, allowed ${words.join(' or ')}`);
}

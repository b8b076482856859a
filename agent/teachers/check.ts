/** @throws RangeError naming field, value and allowed range. */
export function checkRange(field: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high))
    throw new RangeError(`${field}: is ${value}, allowed ${low} to ${high}`);
}

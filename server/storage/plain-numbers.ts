/** JSON has no NaN and no infinity: in what we keep they are these words. */
export type PlainNumber = number | 'NaN' | 'Infinity' | '-Infinity';

export function toPlain(value: number): PlainNumber {
  return Number.isFinite(value) ? value : (String(value) as PlainNumber);
}

/** null: what older versions wrote for all three. */
export function fromPlain(value: PlainNumber | null): number {
  return value === null ? Number.NaN : Number(value);
}

/** JSON in one line, with those words wherever a number is not finite. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    typeof inner === 'number' ? toPlain(inner) : (inner as unknown),
  );
}

/** Numbers by name, from such JSON. */
export function numbersOf(
  values: Readonly<Record<string, PlainNumber | null>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, fromPlain(value)]),
  );
}

/**
 * Settings that come from a command line or an API, held against the defaults they change: names and
 * types here, ranges by whoever uses them. `optional` fields have no default but may be given.
 * @throws RangeError naming the unknown or mistyped field and what is allowed.
 */
export function checkFields(
  section: string,
  given: Readonly<Record<string, unknown>>,
  defaults: object,
  optional: readonly string[] = [],
): void {
  const known = defaults as Record<string, unknown>;
  for (const [name, value] of Object.entries(given)) {
    if (optional.includes(name)) continue;
    if (!(name in known))
      throw new RangeError(`${section}.${name}: unknown, allowed ${Object.keys(known).join(', ')}`);
    const expected = known[name];
    const loose = typeof expected === 'string' && typeof value === 'number'; // e.g. 'auto' or a number
    if (!loose && typeof value !== typeof expected)
      throw new RangeError(
        `${section}.${name}: is ${JSON.stringify(value)}, expected a ${typeof expected}`,
      );
  }
}

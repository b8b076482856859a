import type { EnvironmentOptions } from '../../contract.ts';

/** @throws RangeError naming the first option that is not known. */
export function refuseUnknown(options: EnvironmentOptions, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const allowed = known.length > 0 ? known.join(', ') : 'no options';
    throw new RangeError(`options: "${name}" is unknown, allowed ${allowed}`);
  }
}

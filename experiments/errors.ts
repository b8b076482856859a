/** A mistake in the command as typed: one line, exit code 2. */
export class UsageError extends Error {}

/** Runs `work`, turning the range errors of factories and presets into usage errors. */
export async function asUsage<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

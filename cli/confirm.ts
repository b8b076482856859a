/** Whether somebody at a terminal really wants what cannot be undone. */
import { createInterface } from 'node:readline/promises';
import { UsageError } from '../experiments/errors.ts';

/**
 * Asks on a terminal, where the word has to be typed.
 * @throws UsageError where nobody is asked, or another word is typed
 */
export async function confirm(what: string, word: string, isSure: boolean): Promise<void> {
  if (isSure) return;
  if (!process.stdin.isTTY) throw new UsageError(`yes: is not given; ${what} for good with --yes`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await lines.question(`${what} for good. Type ${word} to go on: `);
    if (typed.trim() !== word) throw new UsageError(`yes: ${word} was not typed; nothing is done`);
  } finally {
    lines.close();
  }
}

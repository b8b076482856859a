/** What a file of deploy/ starts: a command of `reins` with its environment. */
import { expect } from 'vitest';
import { createProgram } from '../../cli/main.ts';
import { flagsOf } from '../cli/in-process.ts';

/** Environment variables that a command reads. */
function variablesOf(name: string): string[] {
  const command = createProgram().commands.find((candidate) => candidate.name() === name);
  expect(command, `reins ${name}`).toBeDefined();
  return command!.options.flatMap(({ envVar }) => envVar ?? []);
}

/** The command line takes these words, and the command reads each of these variables. */
export async function expectCommand(
  args: readonly string[],
  variables: readonly string[],
): Promise<void> {
  await flagsOf(...args); // throws for what it does not know
  expect(variablesOf(args[0]!)).toEqual(
    expect.arrayContaining(variables.filter((name) => name.startsWith('REINS_'))),
  );
}

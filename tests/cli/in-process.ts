import { vi } from 'vitest';
import { createProgram, main } from '../../cli/main.ts';

/** The command line without a process of its own. */
export async function inProcess(
  ...args: string[]
): Promise<{ code: number; text: string; err: string }> {
  const { log, info } = console;
  const written = { out: '', err: '' };
  const spies = (['out', 'err'] as const).map((name) =>
    vi.spyOn(process[`std${name}`], 'write').mockImplementation((chunk) => {
      written[name] += String(chunk);
      return true;
    }),
  );
  try {
    return { code: await main(args), text: written.out, err: written.err };
  } finally {
    for (const spy of spies) spy.mockRestore();
    Object.assign(console, { log, info });
  }
}

/** What a command would be run with, after flags, file and defaults. @throws UsageError as the command line. */
export async function flagsOf(...args: string[]): Promise<Record<string, unknown>> {
  const program = createProgram();
  let command = program;
  for (const word of args) {
    const child = command.commands.find((candidate) => candidate.name() === word);
    if (!child) break;
    command = child;
  }
  let flags: Record<string, unknown> = {};
  command.action((given: Record<string, unknown>) => {
    flags = given;
  });
  await program.parseAsync(args, { from: 'user' });
  return flags;
}

/** The audit log of a data folder. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { UsageError } from '../../experiments/errors.ts';
import { createOutput } from '../../experiments/output.ts';
import { jsonOption, withExamples } from './shared.ts';

interface Flags {
  data: string;
  json: boolean;
}

export function auditCommand(): Command {
  const command = new Command('audit').description(
    'the log of who did what, and whether it is whole',
  );
  const verify = new Command('verify')
    .description('read the whole log and name the first row that is not as it was written')
    .option('--data <folder>', 'data folder of the server', './data')
    .action(async (flags: Flags) => {
      if (!existsSync(join(flags.data, 'reins.db')))
        throw new UsageError(
          `data: ${flags.data} has no database, expected a folder of reins serve`,
        );
      const { verifyAudit } = await import('../../server/storage/audit-verify.ts');
      const report = verifyAudit(flags.data);
      const { isWhole, rows, heads, head, fault } = report;
      if (!isWhole) process.exitCode = 1;
      createOutput(flags).result({ ...report }, () =>
        fault
          ? `not whole: ${fault.message}; the ${rows} rows before it are as they were written`
          : `whole: ${rows} rows, ${heads} signed heads fit; head ${head.seq} ${head.hash}`,
      );
    });
  command.addCommand(withExamples(jsonOption(verify), 'reins audit verify --data ./data'));
  return withExamples(command, 'reins audit verify --data ./data --json');
}

/** The audit log of a data folder, or of a database. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import { createOutput } from '../../experiments/output.ts';
import type { AuditReport } from '../../server/storage/audit-verify.ts';
import { dataOption, type PlaceFlags } from './runs.ts';
import { withExamples } from './shared.ts';

interface Flags extends PlaceFlags {
  json: boolean;
}

export function auditCommand(): Command {
  const command = new Command('audit').description(
    'the log of who did what, and whether it is whole',
  );
  const verify = new Command('verify')
    .description(
      'read the whole log, and the signed heads of the folder, and name the first row that is not as it was written',
    )
    .action(async (flags: Flags) => {
      const report = await asUsage(() => verified(flags));
      if (!report.isWhole) process.exitCode = 1;
      createOutput(flags).result({ ...report }, () => inWords(report, flags));
    });
  command.addCommand(
    withExamples(
      dataOption(verify),
      'reins audit verify --data ./data',
      'reins audit verify --database postgres://reins@localhost/reins --data ./data',
    ),
  );
  return withExamples(command, 'reins audit verify --data ./data --json');
}

/** @throws UsageError, RangeError for what cannot be read */
async function verified({ data, database }: Flags): Promise<AuditReport> {
  if (database !== undefined) {
    const { readHeads } = await import('../../server/storage/audit-heads.ts');
    const { verifyDatabase } = await import('../../server/storage/postgres/verify.ts');
    return verifyDatabase(database, readHeads(data));
  }
  if (!existsSync(join(data, 'reins.db')))
    throw new UsageError(`data: ${data} has no database, expected a folder of reins serve`);
  const { verifyAudit } = await import('../../server/storage/audit-verify.ts');
  return verifyAudit(data);
}

function inWords({ fault, rows, heads, head }: AuditReport, { data }: Flags): string {
  if (fault)
    return `not whole: ${fault.message}; the ${rows} rows before it are as they were written`;
  const fit =
    heads > 0
      ? `${heads} signed heads fit`
      : `no signed head in ${data}, so that rows cut off at the end would not show`;
  return `whole: ${rows} rows, ${fit}; head ${head.seq} ${head.hash}`;
}

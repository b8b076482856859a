/** The folder that an auditor asks for. */
import { join } from 'node:path';
import { Command } from 'commander';
import { createOutput } from '../../experiments/output.ts';
import { writeEvidence } from '../accountability/evidence.ts';
import { inPlace, type PlaceFlags, withRecord } from './runs.ts';
import { jsonOption, withExamples } from './shared.ts';

interface Flags extends PlaceFlags {
  out?: string;
  json: boolean;
}

/** @param version of Reins */
export function evidenceCommand(version: string): Command {
  const command = withRecord(
    new Command('evidence')
      .description(
        'what supports an audit: log and its verification, people by pseudonym, texts, quality, lineage, erasures; may run beside the server',
      )
      .option('--data <folder>', 'data folder of the server', './data'),
  ).option('--out <folder>', 'where to write; default DATA/export/evidence');
  return withExamples(
    jsonOption(command).action((flags: Flags) =>
      inPlace(flags, async (storage) => {
        const { data, out = join(data, 'export', 'evidence') } = flags;
        const evidence = await writeEvidence({ storage, data, out, version, now: Date.now() });
        const { audit, runs, people, files } = evidence;
        if (!audit.isWhole) process.exitCode = 1;
        createOutput(flags).result(evidence, () =>
          [
            `${files} files of ${runs} runs and ${people} people in ${out}`,
            audit.fault
              ? `the audit log is not whole: ${audit.fault.message}`
              : `the audit log is whole: ${audit.rows} rows, ${audit.heads} signed heads fit`,
          ].join('\n'),
        );
      }),
    ),
    'reins evidence --data ./data --out ./for-the-auditor',
  );
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import { createOutput, type Progress } from '../../experiments/output.ts';
import { jsonOption, withExamples } from './shared.ts';

interface ExportFlags {
  data: string;
  run?: string;
  out?: string;
  json: boolean;
}

export function exportCommand(): Command {
  const command = new Command('export')
    .description("write a run's feedback, episodes and curves as JSON lines")
    .option('--data <folder>', 'data folder of the server', './data')
    .option('--run <id>', 'run; default: the newest')
    .option('--out <folder>', 'where to write; default DATA/export/RUN');
  jsonOption(command).action((flags: ExportFlags) => run(flags));
  return withExamples(
    command,
    'reins export --data ./data --out ./my-export',
    'reins export --run run-1 --json',
  );
}

async function run(flags: ExportFlags): Promise<void> {
  if (!existsSync(join(flags.data, 'reins.db')))
    throw new UsageError(`data: ${flags.data} has no database, expected a folder of reins serve`);
  const output = createOutput(flags);
  const { openStorage } = await import('../../server/storage/sqlite.ts');
  const { exportRun } = await import('../export-run.ts');
  const storage = await asUsage(() => openStorage(flags.data));
  try {
    const runs = await storage.listRuns();
    const newest = await storage.latestRun();
    const chosen = flags.run === undefined ? newest : runs.find((r) => r.id === flags.run);
    if (!chosen) {
      const ids = runs.map((r) => r.id).join(', ') || 'none';
      throw new UsageError(`run: unknown id "${flags.run ?? ''}", in ${flags.data}: ${ids}`);
    }
    let bar: Progress | undefined;
    const out = flags.out ?? join(flags.data, 'export', chosen.id);
    const result = await exportRun(storage, chosen, out, (done, total) => {
      bar ??= output.progress('exporting', total);
      bar.update(done);
    });
    bar?.stop();
    output.result(
      result,
      () =>
        `${result.feedback} feedback events and ${result.episodes} episodes (${result.steps} steps) in ${out}`,
    );
  } finally {
    await storage.close();
  }
}

import { Command } from 'commander';
import { createOutput } from '../../experiments/output.ts';
import { automationWords } from '../../server/protocol/index.ts';
import { number } from '../arguments.ts';
import { dataOption, findRun, inPlace, type PlaceFlags } from './runs.ts';
import { withExamples } from './shared.ts';

interface Flags extends PlaceFlags {
  run?: string;
  target?: number;
  json: boolean;
}

/** Whether a model answers in people's place, beside the server or without one. */
export function automationCommand(): Command {
  const command = new Command('automation')
    .description('whether a certified model answers in people’s place, and how much is missing')
    .option('--run <id>', 'id or name; default: the newest')
    .option(
      '--target <p>',
      'share that has to be right, as of serve --automate; default: that of the last look, or 0.95',
      number(0.5, 0.999),
    );
  return withExamples(
    dataOption(command).action((flags: Flags) =>
      inPlace(flags, async (storage) => {
        const { automationReport } = await import('../../server/run/automation-report.ts');
        const newest = flags.run ?? (await storage.latestRun())?.id ?? '';
        const { id } = await findRun(storage, newest);
        const target = flags.target ?? (await storage.listLooks(id)).at(-1)?.target ?? 0.95;
        // Whether a server has it switched on is its own affair.
        const rules = { target, audit: 0 };
        const { audit: _, ...told } = await automationReport(storage, id, rules);
        const report = { ...told, isOn: false };
        createOutput(flags).result({ run: id, ...report }, () =>
          automationWords({ ...report, audit: null }),
        );
      }),
    ),
    'reins automation --data ./data',
    'reins automation --json',
  );
}

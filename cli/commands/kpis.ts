import { Command } from 'commander';
import { createOutput, table } from '../../experiments/output.ts';
import type { KpiReport } from '../../server/kpis/kpis.ts';
import type { Kpi } from '../../server/protocol/index.ts';
import { number } from '../arguments.ts';
import { findRun, inPlace, type PlaceFlags, withRecord } from './runs.ts';
import { jsonOption, withExamples } from './shared.ts';

interface Flags extends PlaceFlags {
  run?: string;
  rate?: number;
  csv: boolean;
  json: boolean;
}

/** The key figures of a run, beside its server or without one. */
export function kpisCommand(): Command {
  const command = withRecord(
    new Command('kpis')
      .description('how good, how fast and how dear the answers of a run are')
      .option('--data <folder>', 'data folder of the server', './data'),
  )
    .option('--run <id>', 'id or name; default: the newest')
    .option('--rate <price>', 'price of an hour of work; else costs are time', number(0, 1_000_000))
    .option('--csv', 'one line a figure, for spreadsheets', false)
    .action((flags: Flags) => inPlace(flags, (storage) => print(storage, flags)));
  return withExamples(
    jsonOption(command),
    'reins kpis --data ./data --rate 25',
    'reins kpis --data ./data --csv > kpis.csv',
  );
}

async function print(storage: Parameters<typeof findRun>[0], flags: Flags): Promise<void> {
  const { kpisOf } = await import('../../server/kpis/kpis.ts');
  const { kpisCsv } = await import('../../server/kpis/csv.ts');
  const { workOf } = await import('../../server/kpis/work.ts');
  const newest = flags.run ?? (await storage.latestRun())?.id ?? '';
  const { id } = await findRun(storage, newest);
  const report = await kpisOf(await workOf(storage, id), id, flags.rate ?? null);
  if (flags.csv && !flags.json) process.stdout.write(kpisCsv(report));
  else createOutput(flags).result(report, () => describe(report));
}

function describe({ runId, kpis, alerts }: KpiReport): string {
  const rows = kpis.map((kpi) => [kpi.title, shown(kpi), kpi.state, kpi.advice || kpi.basis]);
  const warnings = alerts.map(({ message, advice, clips }) => {
    const where = clips.map(({ episodeId, from, to }) => `${episodeId} ${from}–${to}`);
    return `${message}. ${advice}\n  ${where.join('\n  ')}`;
  });
  return [runId, table([['figure', 'value', 'state', 'why'], ...rows]), ...warnings].join('\n');
}

function shown({ value, low, high, unit }: Kpi): string {
  if (value === null) return '–';
  const digits = (x: number) => Number(x.toPrecision(3)).toString();
  const range = low === null || high === null ? '' : ` (${digits(low)} to ${digits(high)})`;
  return `${digits(value)}${range}${unit === '1' || unit === 'money' ? '' : ` ${unit}`}`;
}

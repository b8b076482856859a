/** `doctor --memory`: what the server of a run holds, part by part, as it reported last. */
import { METRICS } from '../../agent/metrics.ts';
import { UsageError } from '../../experiments/errors.ts';
import { table } from '../../experiments/output.ts';
import type { MetricsPoint } from '../../server/protocol/index.ts';
import { findRun, inFolder } from './runs.ts';

type Part = Extract<keyof typeof METRICS, `memory/${string}`>;

export interface MemoryReport {
  /** When it was measured, ISO 8601. */
  readonly at: string;
  readonly environmentSteps: number;
  /** MB by metric; a part that the run did not report is left out. */
  readonly parts: Readonly<Partial<Record<Part, number>>>;
}

const PARTS = Object.keys(METRICS).filter((name) => name.startsWith('memory/')) as Part[];

/** `of`: the address of a server, or the id or name of a run in the folder `data`. */
export async function memoryOf(of: string, data: string): Promise<MemoryReport> {
  const point = /^https?:/.test(of) ? await fromServer(of) : await fromFolder(of, data);
  if (!point) throw new UsageError(`memory: ${of} has not reported yet, try again in a minute`);
  const { values, time, environmentSteps } = point;
  const parts = Object.fromEntries(
    PARTS.filter((name) => name in values).map((name) => [name, values[name]]),
  );
  return { at: new Date(time).toISOString(), environmentSteps, parts };
}

async function fromServer(url: string): Promise<MetricsPoint | undefined> {
  const token = process.env.REINS_TOKEN;
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(new URL('/api/memory', url), { headers }).catch((error) => {
    throw new UsageError(`memory: nothing answers at ${url} (${error.cause ?? error})`);
  });
  if (!response.ok) throw new UsageError(`memory: ${url} answers ${response.status}`);
  return ((await response.json()) as { point: MetricsPoint | null }).point ?? undefined;
}

async function fromFolder(run: string, data: string): Promise<MetricsPoint | undefined> {
  let point: MetricsPoint | undefined;
  await inFolder(data, async (storage) => {
    const { id } = await findRun(storage, run);
    point = (await storage.readMetrics(id, 0, 1)).at(-1);
  });
  return point;
}

export function memoryTable({ at, environmentSteps, parts }: MemoryReport): string {
  const rows = Object.entries(parts) as [Part, number][];
  return [
    `${at}, after ${environmentSteps} steps`,
    table([
      ['part', 'MB', 'what'],
      ...rows.map(([name, mb]) => [name, mb.toFixed(1), METRICS[name].meaning]),
    ]),
  ].join('\n');
}

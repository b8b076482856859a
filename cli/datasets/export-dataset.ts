/** A kept run as a data set of another program's. */
import { basename, join } from 'node:path';
import { UsageError } from '../../experiments/errors.ts';
import type { Run, Storage } from '../../server/storage/contract.ts';
import { createOwnSide, type ExportCounts, writeFolder } from './folder.ts';
import { openSource, type RewardsOf, type Wanted } from './source.ts';
import { writeCsv } from './write-csv.ts';
import { writeImitation } from './write-imitation.ts';
import { writeLerobot } from './write-lerobot.ts';
import { writeMcap } from './write-mcap.ts';
import { writeMinari } from './write-minari.ts';
import { writeParquet } from './write-parquet.ts';
import type { Writer } from './writer.ts';

interface Format {
  readonly write: Writer;
  /** Which episodes it has unless asked otherwise: learners take every row for experience. */
  readonly wanted: Wanted;
}

export const FORMATS = {
  parquet: { write: writeParquet, wanted: 'all' },
  csv: { write: writeCsv, wanted: 'all' },
  minari: { write: writeMinari, wanted: 'experience' },
  imitation: { write: writeImitation, wanted: 'experience' },
  lerobot: { write: writeLerobot, wanted: 'experience' },
  mcap: { write: writeMcap, wanted: 'all' },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

export interface DatasetExport extends ExportCounts {
  readonly run: string;
  readonly env: string;
  readonly format: FormatName;
  readonly out: string;
}

export interface DatasetOptions {
  readonly format: FormatName;
  readonly out: string;
  readonly wanted?: Wanted | undefined;
  /** What is written as reward; default: the environment's own. */
  readonly rewardsOf?: RewardsOf | undefined;
  /** Ends it; nothing is left of it then. */
  readonly signal?: AbortSignal;
  onEpisode?(done: number, total: number): void;
}

export function defaultFolder(data: string, runId: string, format: FormatName): string {
  // Minari lists only what has a version.
  return join(data, 'export', `${runId}-${format}${format === 'minari' ? '-v0' : ''}`);
}

/** @throws UsageError when `out` is no export of ours or there are no episodes; what `signal` has as its reason. */
export function exportDataset(
  storage: Storage,
  run: Run,
  { format, out, signal, onEpisode, ...options }: DatasetOptions,
): Promise<DatasetExport> {
  const { write } = FORMATS[format];
  const wanted = options.wanted ?? FORMATS[format].wanted;
  return writeFolder(out, async (folder) => {
    const source = await openSource(storage, run, options.rewardsOf);
    const again = () => source.episodes(wanted, signal);
    const writer = write({ folder, source, name: basename(out), again });
    const own = createOwnSide(folder, format);
    let episodes = 0;
    let steps = 0;
    for await (const annotated of again()) {
      await writer.add(annotated, episodes);
      own.add(annotated, episodes);
      episodes++;
      steps += annotated.episode.length;
      onEpisode?.(episodes, source.total);
    }
    if (episodes === 0)
      throw new UsageError(`run: ${run.id} has no episodes (${wanted}) to export`);
    await writer.finish();
    const counts = { episodes, steps, feedback: source.feedback.length, missing: source.missing };
    const result = { run: run.id, env: run.environmentId, format, out, ...counts };
    own.finish(source, counts);
    return result;
  });
}

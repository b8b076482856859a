/** A run's feedback, episodes and curves as JSON lines: readable by everything, now and in ten years. */
import { setImmediate } from 'node:timers/promises';
import { type Episode, SOURCE_CODE } from '../agent/contract.ts';
import { COLUMN_NAMES, COLUMNS, type ColumnName, keptSizes } from '../agent/episode/columns.ts';
import type { Run, Storage } from '../server/storage/contract.ts';
import { type Folder, markExport, writeFolder } from './datasets/folder.ts';

export interface ExportResult {
  readonly run: string;
  readonly env: string;
  readonly out: string;
  readonly feedback: number;
  readonly episodes: number;
  /** Episodes whose file is missing or was set aside as corrupt. */
  readonly missing: number;
  readonly steps: number;
  readonly metrics: number;
}

const SOURCES = Object.keys(SOURCE_CODE);

/** What a column is called in a step's line. `code` says what its number stands for. */
interface Field {
  readonly name: string;
  code?(value: number): string | boolean | undefined;
}

/** By column; undefined: not exported. */
const FIELDS = {
  observations: { name: 'observation' },
  actions: { name: 'action' },
  policyActions: { name: 'policyAction' },
  sources: { name: 'source', code: (value) => SOURCES[value] },
  policyVersions: { name: 'policyVersion' },
  envRewards: { name: 'reward' },
  costs: { name: 'cost' },
  discounts: { name: 'discount' },
  successes: { name: 'success', code: (value) => value === 1 },
  poses: undefined,
  positions: undefined,
} as const satisfies Record<ColumnName, Field | undefined>;

interface RunExportOptions {
  readonly out: string;
  /** Ends it; nothing is left of it then. */
  readonly signal?: AbortSignal;
  onEpisode?(done: number, total: number): void;
}

/**
 * Writes run.json, feedback.jsonl (in the order of the log), comments.jsonl, automatic.jsonl, metrics.jsonl, episodes.jsonl and
 * episodes/ID.jsonl with one line per step into `out`, which is there once all of it is on disk.
 * @throws UsageError when `out` is no export of ours; what `signal` has as its reason.
 */
export function exportRun(
  storage: Storage,
  run: Run,
  options: RunExportOptions,
): Promise<ExportResult> {
  return writeFolder(options.out, (folder) => writeRun(storage, run, folder, options));
}

async function writeRun(
  storage: Storage,
  run: Run,
  folder: Folder,
  { out, signal, onEpisode }: RunExportOptions,
): Promise<ExportResult> {
  const writeLines = (rows: readonly unknown[], ...name: string[]) =>
    folder.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''), ...name);
  folder.write(`${JSON.stringify(run, null, 2)}\n`, 'run.json');
  const feedback = await storage.readFeedback(run.id, 0);
  writeLines(
    feedback.map((f) => ({ sequence: f.sequence, ...f.feedback })),
    'feedback.jsonl',
  );
  writeLines(await storage.listComments(run.id), 'comments.jsonl');
  writeLines(await automaticOf(storage, run.id), 'automatic.jsonl');
  const metrics = await storage.readMetrics(run.id, 0, Number.MAX_SAFE_INTEGER);
  writeLines(metrics, 'metrics.jsonl');
  const rows = (await storage.listEpisodes(run.id, Number.MAX_SAFE_INTEGER)).reverse();
  const listed: unknown[] = [];
  let steps = 0;
  let missing = 0;
  for (const [i, row] of rows.entries()) {
    const episode = await storage.getEpisode(row.id);
    listed.push(episode ? { ...row, ...whence(episode) } : row);
    if (episode) {
      writeLines(stepsOf(episode), 'episodes', `${row.id}.jsonl`);
      steps += episode.length;
    } else missing++;
    onEpisode?.(i + 1, rows.length);
    await setImmediate(); // lets a signal in
    signal?.throwIfAborted();
  }
  writeLines(listed, 'episodes.jsonl');
  const result = {
    run: run.id,
    env: run.environmentId,
    out,
    feedback: feedback.length,
    episodes: rows.length - missing,
    missing,
    steps,
    metrics: metrics.length,
  };
  markExport(folder, { format: 'jsonl', ...result });
  return result;
}

/** What models answered in people's place; `isAudit`: people were asked, and it does not stand. */
async function automaticOf(storage: Storage, runId: string): Promise<object[]> {
  const looks = new Map((await storage.listLooks(runId)).map((look) => [look.id, look]));
  const rows = await storage.listAutomatic(runId);
  return Promise.all(
    rows.map(async (row) => ({
      ...{ teacherKind: 'model', ...row },
      rewardVersion: looks.get(row.lookId)?.rewardVersion ?? null,
      model: looks.get(row.lookId)?.certificate?.hash ?? null,
      segments: (await storage.getQuery(row.queryId))?.segments ?? [],
    })),
  );
}

/** Where an episode came from and how fast people saw it; a rewound or counterfactual one also says where it branched off. */
function whence({ origin, branchOf, speed }: Episode): object {
  return { origin, ...(branchOf ? { branchOf } : {}), ...(speed === undefined ? {} : { speed }) };
}

/** One row per step, and a last one that only has the final observation. */
function stepsOf(episode: Episode): unknown[] {
  const sizes = keptSizes(episode);
  return Array.from({ length: episode.length + 1 }, (_, step) => {
    const row: Record<string, unknown> = { step };
    for (const name of COLUMN_NAMES) {
      const field: Field | undefined = FIELDS[name];
      const { width, extraRow } = COLUMNS[name];
      if (!field || (step === episode.length && !extraRow)) continue;
      const size = sizes[width];
      const values = [...episode[name].subarray(step * size, (step + 1) * size)];
      const value = width === 'scalar' ? values[0]! : values;
      row[field.name] = field.code ? field.code(values[0]!) : value;
    }
    return row;
  });
}

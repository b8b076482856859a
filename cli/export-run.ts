/** A run's feedback, episodes and curves as JSON lines: readable by everything, now and in ten years. */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Episode, SOURCE_CODE } from '../agent/contract.ts';
import { COLUMN_NAMES, COLUMNS, type ColumnName, keptSizes } from '../agent/episode/columns.ts';
import type { Run, Storage } from '../server/storage/contract.ts';
import { writeFile } from '../server/storage/write-file.ts';

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

/**
 * Writes run.json, feedback.jsonl (in the order of the log), metrics.jsonl, episodes.jsonl and
 * episodes/ID.jsonl with one line per step into `out`.
 */
export async function exportRun(
  storage: Storage,
  run: Run,
  out: string,
  onEpisode: (done: number, total: number) => void,
): Promise<ExportResult> {
  writeFile(join(out, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
  const feedback = await storage.readFeedback(run.id, 0);
  writeLines(
    join(out, 'feedback.jsonl'),
    feedback.map((f) => ({ sequence: f.sequence, ...f.feedback })),
  );
  const metrics = await storage.readMetrics(run.id, 0, Number.MAX_SAFE_INTEGER);
  writeLines(join(out, 'metrics.jsonl'), metrics);
  const rows = (await storage.listEpisodes(run.id, Number.MAX_SAFE_INTEGER)).reverse();
  const listed: unknown[] = [];
  let steps = 0;
  let missing = 0;
  for (const [i, row] of rows.entries()) {
    const episode = await storage.getEpisode(row.id);
    listed.push(episode ? { ...row, ...whence(episode) } : row);
    if (episode) {
      writeLines(join(out, 'episodes', `${row.id}.jsonl`), stepsOf(episode));
      steps += episode.length;
    } else missing++;
    onEpisode(i + 1, rows.length);
    await setImmediate();
  }
  writeLines(join(out, 'episodes.jsonl'), listed);
  return {
    run: run.id,
    env: run.environmentId,
    out,
    feedback: feedback.length,
    episodes: rows.length - missing,
    missing,
    steps,
    metrics: metrics.length,
  };
}

/** Where an episode came from; a rewound or counterfactual one also says where it branched off. */
function whence({ origin, branchOf }: Episode): object {
  return { origin, ...(branchOf ? { branchOf } : {}) };
}

function writeLines(path: string, rows: readonly unknown[]): void {
  writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
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

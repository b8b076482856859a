/** A run's feedback, episodes and curves as JSON lines: readable by everything, now and in ten years. */
import { join } from 'node:path';
import { type Episode, SOURCE_CODE } from '../agent/contract.ts';
import { breathe } from '../experiments/output.ts';
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
    await breathe();
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
  const { observationSize: d, actionSize: k, length } = episode;
  const observation = (t: number) => [...episode.observations.subarray(t * d, (t + 1) * d)];
  const rows: unknown[] = [];
  for (let t = 0; t < length; t++) {
    rows.push({
      step: t,
      observation: observation(t),
      action: [...episode.actions.subarray(t * k, (t + 1) * k)],
      policyAction: [...episode.policyActions.subarray(t * k, (t + 1) * k)],
      source: SOURCES[episode.sources[t]!],
      policyVersion: episode.policyVersions[t],
      reward: episode.envRewards[t],
      cost: episode.costs[t],
      discount: episode.discounts[t],
      success: episode.successes[t] === 1,
    });
  }
  rows.push({ step: length, observation: observation(length) });
  return rows;
}

/** Finished runs, one JSON line each: what an interrupted bench resumes from. */

import { existsSync, readFileSync, truncateSync } from 'node:fs';
import type { BackendName } from '../../../agent/contract.ts';
import type { RiskExam } from '../../../agent/evaluation/risk.ts';
import { appendLine } from '../../../server/storage/write-file.ts';
import type { CurvePoint } from '../../train/state.ts';
import type { RunSpec } from './plan.ts';

/** What held-out episodes came to, on average. */
export interface Measured {
  readonly return: number;
  readonly success: number;
  /** Without hitting anything; null where collisions are not counted, absent in rows of older versions. */
  readonly collisionFreeSuccess?: number | null;
  readonly cost: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface Row {
  /** `runKey` of `spec`. */
  readonly key: string;
  readonly spec: RunSpec;
  /** Of the code when the run began; see `describeCommit`. */
  readonly commit: string;
  /** null for an expert, who does not learn. */
  readonly before: Measured | null;
  readonly after: Measured;
  readonly environmentSteps: number;
  readonly expertSteps: number;
  readonly takeovers: number;
  readonly labels: number;
  readonly trainingCost: number;
  readonly updates: number;
  /** What computed it; null for an expert; absent in rows of older versions. */
  readonly backend?: BackendName | null;
  readonly wallSeconds: number;
  /** On held-out answers, in [0, 1]; null without a reward model. */
  readonly accuracy: number | null;
  readonly ceiling: number | null;
  readonly pearson: number | null;
  /** Of its risk head; absent where that was not examined. */
  readonly risk?: RiskExam;
  readonly curve: readonly CurvePoint[];
  /** File of the trained policy beside the rows; '' for an expert. */
  readonly policy: string;
}

/**
 * Rows by key. A line torn by a crash can only be the last: it is cut off, and its run is done again.
 * @throws Error that names the line when an earlier one cannot be read.
 */
export function readRows(path: string): Map<string, Row> {
  const rows = new Map<string, Row>();
  if (!existsSync(path)) return rows;
  const bytes = readFileSync(path);
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) truncateSync(path, whole);
  const lines = bytes.toString('utf8', 0, whole).split('\n').slice(0, -1);
  for (const [i, line] of lines.entries()) {
    const row = parse(line);
    if (!row) throw new Error(`${path}: line ${i + 1} is not a row of bench feedback`);
    rows.set(row.key, row);
  }
  return rows;
}

function parse(line: string): Row | undefined {
  try {
    const row = JSON.parse(line) as Partial<Row>;
    return typeof row.key === 'string' && row.spec && row.after ? (row as Row) : undefined;
  } catch {
    return undefined;
  }
}

/** One write that ends with its newline, on the disk when this returns. */
export function appendRow(path: string, row: Row): void {
  appendLine(path, JSON.stringify(row));
}

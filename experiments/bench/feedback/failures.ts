/** Runs that failed, in words: they are in no score. */
import type { RunSpec } from './plan.ts';
import { cellName } from './plots.ts';
import type { Failure } from './pool.ts';
import { characterOf } from './summary.ts';

export const FAILURE_HEAD: readonly string[] = ['task', 'run', 'seed', 'error'];

/** What tells a run from the others of its task and seed. */
export function runName(spec: RunSpec): string {
  const { kind, preset, teacher } = spec;
  return kind === 'run' && teacher !== 'none'
    ? cellName({ ...spec, teacher, operator: spec.operator ?? '', character: characterOf(spec) })
    : `${preset} · ${kind === 'reward' ? 'true reward' : kind}`;
}

/** What it was, and why it failed. */
export function failureCells({ spec, reason }: Failure): string[] {
  return [spec.task, runName(spec), String(spec.seed), reason.replaceAll(/\s+/g, ' ')];
}

export function failureNote(failures: readonly Failure[]): string {
  return failures.length === 1
    ? 'One run failed and is not in the scores; the same command tries it again.'
    : `${failures.length} runs failed and are not in the scores; the same command tries them again.`;
}

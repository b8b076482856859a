/** Runs that failed, in words: they are in no score. */
import { cellName } from './plots.ts';
import type { Failure } from './pool.ts';
import { characterOf } from './summary.ts';

export const FAILURE_HEAD: readonly string[] = ['task', 'run', 'seed', 'error'];

/** What it was, and why it failed. */
export function failureCells({ spec, reason }: Failure): string[] {
  const { kind, task, preset, teacher, seed } = spec;
  const name =
    kind === 'run' && teacher !== 'none'
      ? cellName({ ...spec, teacher, character: characterOf(spec) })
      : `${preset} · ${kind === 'reward' ? 'true reward' : kind}`;
  return [task, name, String(seed), reason.replaceAll(/\s+/g, ' ')];
}

export function failureNote(failures: readonly Failure[]): string {
  return failures.length === 1
    ? 'One run failed and is not in the scores; the same command tries it again.'
    : `${failures.length} runs failed and are not in the scores; the same command tries them again.`;
}

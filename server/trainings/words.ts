/** A wanted training as words of a command line. Nothing of it reaches a shell or names a path. */
import type { Forms } from '../forms/contract.ts';
import { type Change, changesOf } from '../forms/settings.ts';
import type { TrainingWanted } from '../protocol/index.ts';
import { TrainingRefusal } from './contract.ts';

export const TEACHERS = ['override', 'preference', 'scalar', 'none'] as const;

/**
 * `--env reacher --preset pebble …`, each setting one word behind its flag.
 * @throws TrainingRefusal for names that the forms do not have, and for settings that are paths
 */
export function wordsOf(wanted: TrainingWanted, forms: Forms): string[] {
  const { environment, preset, teacher, steps, labels, seed } = wanted;
  if (!(TEACHERS as readonly string[]).includes(teacher))
    throw new TrainingRefusal(400, `teacher: is "${teacher}", allowed ${TEACHERS.join(', ')}`);
  const changes = changesIn(wanted, forms).flatMap(({ part, key, text }) =>
    part === 'options' ? ['--option', `${key}=${text}`] : ['--set', `${part}.${key}=${text}`],
  );
  const numbers = ['--steps', `${steps}`, '--labels', `${labels}`, '--seed', `${seed}`];
  return ['--env', environment, '--preset', preset, '--teacher', teacher, ...numbers, ...changes];
}

function changesIn(wanted: TrainingWanted, forms: Forms): Change[] {
  try {
    return changesOf(wanted, forms, 'train');
  } catch (error) {
    throw new TrainingRefusal(400, (error as Error).message);
  }
}

/** Of what a child wrote to stderr: its error in one line, or the last one; undefined: it wrote nothing. */
export function lastWords(stderr: string): string | undefined {
  const lines = stderr.split('\n').map((line) => line.trim());
  const errors = lines.filter((line) => line.startsWith('error: '));
  return errors.at(-1)?.slice('error: '.length) ?? lines.filter((line) => line !== '').at(-1);
}

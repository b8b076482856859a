/** A wanted training as words of a command line. Nothing of it reaches a shell or names a path. */
import type { Forms } from '../forms/contract.ts';
import type { TrainingWanted } from '../protocol/index.ts';
import { TrainingRefusal } from './contract.ts';

export const TEACHERS = ['override', 'preference', 'scalar', 'none'] as const;

/**
 * `--env reacher --preset pebble …`, each setting one word behind its flag.
 * @throws TrainingRefusal for names that the forms do not have, and for settings that are paths
 */
export function wordsOf(wanted: TrainingWanted, forms: Forms): string[] {
  const { environment, preset, teacher, steps, labels, seed, settings } = wanted;
  const environmentForm = named('environment', environment, forms.environments);
  const presetForm = named('preset', preset, forms.presets);
  if (!(TEACHERS as readonly string[]).includes(teacher))
    throw refusal('teacher', teacher, TEACHERS);
  const parts = presetForm.parts.map((part) => [part.name, part.schema] as const);
  const known = new Map([['options', environmentForm.options] as const, ...parts]);
  const changes = Object.entries(settings).flatMap(([name, value]) => {
    const [part = '', key = ''] = name.split('.');
    const keys = Object.keys(known.get(part)?.properties ?? {});
    if (name !== `${part}.${key}` || !keys.includes(key))
      throw new TrainingRefusal(400, `settings.${name}: unknown for ${environment} and ${preset}`);
    if (part === 'options' && environmentForm.pathOptions.includes(key))
      throw new TrainingRefusal(
        400,
        `settings.${name}: is a path, and the page names none; start it by hand: reins train --env ${environment} --${key} …`,
      );
    return part === 'options' ? ['--option', `${key}=${value}`] : ['--set', `${name}=${value}`];
  });
  const numbers = ['--steps', `${steps}`, '--labels', `${labels}`, '--seed', `${seed}`];
  return ['--env', environment, '--preset', preset, '--teacher', teacher, ...numbers, ...changes];
}

function named<T extends { readonly id: string }>(what: string, id: string, all: readonly T[]): T {
  const found = all.find((each) => each.id === id);
  if (found) return found;
  const allowed = all.map((each) => each.id);
  throw refusal(what, id, allowed);
}

const refusal = (what: string, value: string, allowed: readonly string[]) =>
  new TrainingRefusal(400, `${what}: is "${value}", allowed ${allowed.join(', ')}`);

/** Of what a child wrote to stderr: its error in one line, or the last one; undefined: it wrote nothing. */
export function lastWords(stderr: string): string | undefined {
  const lines = stderr.split('\n').map((line) => line.trim());
  const errors = lines.filter((line) => line.startsWith('error: '));
  return errors.at(-1)?.slice('error: '.length) ?? lines.filter((line) => line !== '').at(-1);
}

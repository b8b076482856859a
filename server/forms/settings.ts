/** What a form was filled in with, held against what the forms have. Nothing of it names a path. */
import type { Forms } from './contract.ts';

export interface Filled {
  readonly environment: string;
  readonly preset: string;
  /** Changes by name (`options.horizon`, `learner.gamma`), as texts. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface Change {
  /** `options` or a part of the preset. */
  readonly part: string;
  readonly key: string;
  readonly text: string;
}

/**
 * @param command of `reins`, which takes paths
 * @throws RangeError for names that the forms do not have, and for settings that are paths
 */
export function changesOf(filled: Filled, forms: Forms, command: 'train' | 'serve'): Change[] {
  const { environment, preset, settings } = filled;
  const environmentForm = named('environment', environment, forms.environments);
  const presetForm = named('preset', preset, forms.presets);
  const parts = presetForm.parts.map((part) => [part.name, part.schema] as const);
  const known = new Map([['options', environmentForm.options] as const, ...parts]);
  return Object.entries(settings).map(([name, text]) => {
    const [part = '', key = ''] = name.split('.');
    const keys = Object.keys(known.get(part)?.['properties'] ?? {});
    if (name !== `${part}.${key}` || !keys.includes(key))
      throw new RangeError(`settings.${name}: unknown for ${environment} and ${preset}`);
    if (part === 'options' && environmentForm.pathOptions.includes(key))
      throw new RangeError(
        `settings.${name}: is a path, and the page names none; start it by hand: reins ${command} --env ${environment} --${key} …`,
      );
    return { part, key, text };
  });
}

function named<T extends { readonly id: string }>(what: string, id: string, all: readonly T[]): T {
  const found = all.find((each) => each.id === id);
  if (found) return found;
  throw new RangeError(`${what}: is "${id}", allowed ${all.map((each) => each.id).join(', ')}`);
}

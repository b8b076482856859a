/** Presets by name. */
import { presets } from './list.ts';
import type { Preset, PresetInfo } from './preset.ts';

/** Every preset, in the order of listing. */
export function listPresets(): PresetInfo[] {
  return presets.map(({ id, title, description, paper, deviations, needs }) => ({
    id,
    title,
    description,
    paper,
    deviations,
    needs,
  }));
}

/**
 * Steps to predict from every step of a takeover, for learners that use predictions (PPL); 0: none.
 * `changes`: changes of the learner's configuration, which are checked when the learner is made.
 * @throws RangeError as `getPreset`.
 */
export function predictedSteps(id: string, changes: unknown = {}): number {
  const { kind, config } = getPreset(id).learner;
  if (kind !== 'ppl') return 0;
  const { horizon = 0 } = { ...config, ...(changes as typeof config) };
  return horizon;
}

/** @throws RangeError that lists the known ids. */
export function getPreset(id: string): Preset {
  const preset = presets.find((p) => p.id === id);
  if (!preset)
    throw new RangeError(
      `preset: unknown id "${id}", allowed ${presets.map((p) => p.id).join(', ')}`,
    );
  return preset;
}

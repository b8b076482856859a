/** Presets by name. */
import { presets } from './list.ts';
import type { Preset, PresetInfo } from './preset.ts';

/** In the order they should be listed. */
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
 * Steps to predict from every step of a takeover, for who learns from them (PPL); 0: none.
 * `changes` of the learner's configuration, which whoever makes the learner checks.
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

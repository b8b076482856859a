/** Presets by name. */
import { presets } from './presets/list.ts';
import type { Preset, PresetInfo } from './presets/preset.ts';

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

/** @throws RangeError that lists the known ids. */
export function getPreset(id: string): Preset {
  const preset = presets.find((p) => p.id === id);
  if (!preset)
    throw new RangeError(
      `preset: unknown id "${id}", allowed ${presets.map((p) => p.id).join(', ')}`,
    );
  return preset;
}

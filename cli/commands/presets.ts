import { Command } from 'commander';
import type { PresetInfo } from '../../agent/presets/preset.ts';
import { getPreset, listPresets } from '../../agent/presets/presets.ts';
import { asUsage } from '../../experiments/errors.ts';
import { createOutput, table } from '../../experiments/output.ts';
import { jsonOption, withExamples } from './shared.ts';

export function presetsCommand(): Command {
  const command = new Command('presets')
    .description('list the presets, with their papers and where they deviate from them')
    .argument('[id]', 'only this one');
  jsonOption(command).action(async (id: string | undefined, options: { json: boolean }) => {
    const known = await asUsage(() => (id === undefined ? undefined : getPreset(id).id));
    const presets = listPresets().filter((p) => known === undefined || p.id === known);
    createOutput(options).result({ presets }, () =>
      known === undefined ? overview(presets) : presets.map(describe).join('\n'),
    );
  });
  return withExamples(command, 'reins presets', 'reins presets ppl', 'reins presets --json');
}

function overview(presets: readonly PresetInfo[]): string {
  return table([
    ['id', 'title', 'paper', 'deviations'],
    ...presets.map((p) => [p.id, p.title, p.paper, String(p.deviations.length)]),
  ]);
}

function describe(preset: PresetInfo): string {
  const needs = preset.needs.length > 0 ? preset.needs.join(', ') : 'the environment’s reward';
  return [
    `${preset.title} (${preset.id})`,
    preset.description,
    `Paper: ${preset.paper}`,
    `Learns from: ${needs}`,
    preset.deviations.length > 0 ? 'Deviations:' : 'Deviations: none known',
    ...preset.deviations.map((deviation) => `- ${deviation}`),
  ].join('\n');
}

import { Command } from 'commander';
import type { PresetInfo } from '../../agent/presets/preset.ts';
import { getPreset, listPresets } from '../../agent/presets/presets.ts';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import { createOutput, table } from '../../experiments/output.ts';
import { jsonSchemaOf } from '../../sim/config.ts';
import { settingsOf, settingsText } from './settings.ts';
import { jsonOption, withExamples } from './shared.ts';

interface Flags {
  show?: string;
  json: boolean;
}

export function presetsCommand(): Command {
  const command = new Command('presets')
    .description('list the presets, with their papers and where they deviate from them')
    .argument('[id]', 'only this one')
    .option('--show <id>', 'everything that can be set about it: value, range, default');
  jsonOption(command).action(async (id: string | undefined, options: Flags) => {
    if (id !== undefined && options.show !== undefined && id !== options.show)
      throw new UsageError(
        `id: is ${id}, and --show is ${options.show}, allowed only one of the two`,
      );
    if (options.show !== undefined) return show(options.show, options);
    const known = await asUsage(() => (id === undefined ? undefined : getPreset(id).id));
    const presets = listPresets().filter((p) => known === undefined || p.id === known);
    createOutput(options).result({ presets }, () =>
      known === undefined ? overview(presets) : presets.map(describe).join('\n'),
    );
  });
  return withExamples(
    command,
    'reins presets',
    'reins presets ppl',
    'reins presets --show pebble',
    'reins presets --json',
  );
}

/** With `--json` the JSON Schema too, of what `--set` and an experiment file may say. */
async function show(id: string, flags: Flags): Promise<void> {
  const preset = await asUsage(() => getPreset(id));
  const { partSchemas } = await import('../../agent/presets/schemas.ts'); // learners: not for --help
  const parts = partSchemas(preset).map(({ name, doc, plain, preset: resolved }) => ({
    name,
    doc,
    settings: settingsOf(plain, resolved),
    schema: jsonSchemaOf(resolved),
  }));
  createOutput(flags).result({ preset: id, learner: preset.learner.kind, parts }, () =>
    [
      `${preset.title} (${id}), learner ${preset.learner.kind}; *: changed by the preset`,
      ...parts.map((part) => `\n${part.name}: ${part.doc}\n${settingsText(part.settings)}`),
    ].join('\n'),
  );
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

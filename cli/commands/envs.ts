import { Command } from 'commander';
import { createOutput, table } from '../../experiments/output.ts';
import { jsonSchemaOf } from '../../sim/config.ts';
import { listEnvironments } from '../../sim/registry.ts';
import { settingsOf, settingsText } from './settings.ts';
import { environmentFactory, jsonOption, withExamples } from './shared.ts';

interface Flags {
  show?: string;
  json: boolean;
}

export function envsCommand(): Command {
  const command = new Command('envs')
    .description('list the environments')
    .option('--show <id>', 'everything that can be set about it: value, range, default');
  jsonOption(command).action(async (options: Flags) => {
    if (options.show !== undefined) return show(options.show, options);
    const environments = listEnvironments().map((e) => ({
      id: e.id,
      title: e.title,
      description: e.description,
      better: e.better,
      family: e.family,
      controlHz: e.controlHz,
      horizon: e.horizon,
      expert: e.createExpert !== undefined,
      trainSeeds: e.trainSeeds,
      evalSeeds: e.evalSeeds,
      licence: e.licence,
    }));
    createOutput(options).result({ environments }, () =>
      table([
        ['id', 'title', 'Hz', 'horizon', 'expert'],
        ...environments.map((e) => [
          e.id,
          e.title,
          String(e.controlHz),
          String(e.horizon),
          e.expert ? 'yes' : 'no',
        ]),
      ]),
    );
  });
  return withExamples(command, 'reins envs', 'reins envs --show driving', 'reins envs --json');
}

/** With `--json` the JSON Schema too, of what `--option` and an experiment file may say. */
async function show(id: string, flags: Flags): Promise<void> {
  const { title, description, better, options } = await environmentFactory(id);
  const settings = settingsOf(options, options);
  createOutput(flags).result({ env: id, settings, schema: jsonSchemaOf(options) }, () =>
    [`${title} (${id})`, description, `Better: ${better}`, '', settingsText(settings)].join('\n'),
  );
}

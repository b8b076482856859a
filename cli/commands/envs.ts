import { Command } from 'commander';
import { createOutput, table } from '../../experiments/output.ts';
import { listEnvironments } from '../../sim/registry.ts';
import { jsonOption, withExamples } from './shared.ts';

export function envsCommand(): Command {
  const command = new Command('envs').description('list the environments');
  jsonOption(command).action((options: { json: boolean }) => {
    const environments = listEnvironments().map((e) => ({
      id: e.id,
      title: e.title,
      description: e.description,
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
  return withExamples(command, 'reins envs', 'reins envs --json');
}

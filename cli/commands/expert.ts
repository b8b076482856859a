import { relative } from 'node:path';
import { Command, Option } from 'commander';
import { createPolicy } from '../../agent/acting/policy.ts';
import { loadBackend } from '../../agent/backend/backend.ts';
import type { PolicySnapshot } from '../../agent/contract.ts';
import { evaluate } from '../../agent/evaluation/evaluate.ts';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import { type ExpertConfig, expertDefaults, trainExpert } from '../../experiments/expert/train.ts';
import { createOutput, short, table } from '../../experiments/output.ts';
import { expertFile } from '../../experiments/policies.ts';
import { writePolicyFile } from '../../experiments/policy-file.ts';
import { repositoryRoot } from '../../experiments/root.ts';
import type { EnvironmentOptions } from '../../sim/contract.ts';
import { createRandom } from '../../sim/random.ts';
import { integer, seed, setting } from '../arguments.ts';
import { BACKENDS, environmentFactory, jsonOption, withExamples } from './shared.ts';

interface ExpertFlags {
  env: string;
  steps: number;
  rounds: number;
  practice: EnvironmentOptions;
  seed: number;
  evalEpisodes: number;
  backend: (typeof BACKENDS)[number];
  out?: string;
  json: boolean;
}

export function expertCommand(): Command {
  const command = new Command('expert')
    .description(
      'train the learned expert of an environment: clone its planner, improve it with PPO, measure both',
    )
    .option('--env <id>', 'environment that has a planner', 'driving')
    .option('--steps <n>', 'environment steps of PPO', integer(0, 1e9), expertDefaults.ppoSteps)
    .option('--rounds <n>', 'rounds of cloning', integer(0, 100), expertDefaults.rounds)
    .option(
      '--practice <name=value>',
      'option of the environment while PPO learns, repeatable',
      setting,
      {},
    )
    .option('--seed <n>', 'seed of everything', seed, 1)
    .option('--eval-episodes <n>', 'held-out episodes at the end', integer(1, 10_000), 50)
    .addOption(
      new Option('--backend <name>', 'what learners compute with')
        .choices(BACKENDS)
        .default('wasm'),
    )
    .option('--out <file>', 'where the policy goes; default weights/ENV.policy, which is `expert`');
  jsonOption(command).action((flags: ExpertFlags) => run(flags));
  return withExamples(
    command,
    'reins expert --env driving --practice crashEnds=true --seed 1',
    'reins expert --env driving --steps 100000 --out data/policies/quick.policy --json',
  );
}

async function run(flags: ExpertFlags): Promise<void> {
  const output = createOutput(flags);
  const factory = await environmentFactory(flags.env);
  const { evalSeeds } = factory;
  const createDemonstrator = factory.createPlanner ?? factory.createExpert;
  if (!createDemonstrator) throw new UsageError(`env: ${factory.id} has no planner to learn from`);
  const env = await factory.create();
  const practice = await asUsage(() => factory.create(flags.practice));
  const config: ExpertConfig = {
    ...expertDefaults,
    ppoSteps: flags.steps,
    rounds: flags.rounds,
  };
  checkSeeds(config, evalSeeds.start, flags.evalEpisodes);
  const backend = await loadBackend({ prefer: flags.backend });
  const begin = performance.now();
  const trained = trainExpert({
    env,
    practice,
    createDemonstrator,
    config,
    backend,
    seed: flags.seed,
    log: (line) => output.note(line),
  });
  const wallSeconds = Math.round((performance.now() - begin) / 1000);
  const seeds = Array.from({ length: flags.evalEpisodes }, (_, i) => evalSeeds.start + i);
  const measure = (snapshot: PolicySnapshot) => {
    const policy = createPolicy(snapshot, createRandom(flags.seed, 63));
    return evaluate(env, (ts, out) => policy.act(ts.observation, out, 'mean'), seeds).summary;
  };
  const result = { ppo: measure(trained.ppo), clone: measure(trained.clone) };
  const path = flags.out ?? expertFile(factory.id);
  const { demonstratedSteps, ppoSteps, validation } = trained;
  const document = {
    env: factory.id,
    seed: flags.seed,
    practice: flags.practice,
    backend: backend.name,
    demonstratedSteps,
    ppoSteps,
    evalSeeds: { start: evalSeeds.start, count: flags.evalEpisodes },
    result,
    validation,
    config,
  };
  const settings = Object.entries(flags.practice).map(([name, v]) => ` --practice ${name}=${v}`);
  const command = `reins expert --env ${factory.id} --steps ${flags.steps} --rounds ${flags.rounds}${settings.join('')} --seed ${flags.seed}`;
  writePolicyFile(path, {
    environmentId: factory.id,
    observationSize: env.observationSpace.size,
    snapshot: trained.ppo,
    meta: { command, ...document },
  });
  env.close();
  practice.close();
  const shown = relative(repositoryRoot, path);
  output.result({ ...document, wallSeconds, out: shown }, () => describe(result, shown));
}

/** What is reported on must be new to the policy. */
function checkSeeds(config: ExpertConfig, start: number, count: number): void {
  for (const { start: from, count: n } of [config.trainSeeds, config.validationSeeds]) {
    if (start < from + n && from < start + count)
      throw new UsageError(
        `eval-episodes: seeds ${start} to ${start + count - 1} meet those of training, from ${from}`,
      );
  }
}

type Summary = ReturnType<typeof evaluate>['summary'];

function describe(result: Readonly<Record<'ppo' | 'clone', Summary>>, path: string): string {
  const row = (name: string, s: Summary) => [
    name,
    short(s.success.mean),
    short(s.return.mean),
    short(s.cost.mean),
    short(s.routeCompletion?.mean),
    short(s.drivingScore?.mean),
  ];
  const head = ['policy', 'success', 'return', 'cost', 'route completion', 'driving score'];
  const rows = [head, row('ppo', result.ppo), row('clone', result.clone)];
  return `${table(rows)}\nwritten to ${path}`;
}

import { Command } from 'commander';
import { type EvaluationSummary, evaluate } from '../../agent/evaluation/evaluate.ts';
import type { Summary } from '../../agent/evaluation/statistics.ts';
import { asUsage } from '../../experiments/errors.ts';
import { createOutput, short, table } from '../../experiments/output.ts';
import { createPause } from '../../experiments/pause.ts';
import { resolvePolicy } from '../../experiments/policies.ts';
import { writeFile } from '../../server/storage/write-file.ts';
import type { EnvironmentOptions } from '../../sim/contract.ts';
import { integer, seed } from '../arguments.ts';
import { environmentFactory, environmentOptions, jsonOption, withExamples } from './shared.ts';

interface EvalFlags {
  env: string;
  option: EnvironmentOptions;
  policy: string;
  episodes: number;
  seedStart?: number;
  seed: number;
  out?: string;
  json: boolean;
}

export function evalCommand(): Command {
  const command = new Command('eval').description(
    'measure a policy on held-out seeds, with 95 % intervals',
  );
  environmentOptions(command)
    .option(
      '--policy <name>',
      'expert, planner, teacher, clone, random or a file of reins train',
      'expert',
    )
    .option('--episodes <n>', 'episodes, one seed each', integer(1, 100_000), 20)
    .option('--seed-start <n>', 'first seed; default: the held-out split of the environment', seed)
    .option('--seed <n>', 'seed of the bootstrap and of random actions', seed, 0)
    .option('--out <file>', 'also write one JSON row per episode');
  jsonOption(command).action((flags: EvalFlags) => run(flags));
  return withExamples(
    command,
    'reins eval --env driving --policy planner --episodes 50 --seed-start 1000',
    'reins eval --env driving --policy data/policies/driving-reins-1.policy --json',
    'reins eval --env half-cheetah --policy random --out rows.jsonl',
  );
}

async function run(flags: EvalFlags): Promise<void> {
  const output = createOutput(flags);
  const factory = await environmentFactory(flags.env);
  const env = await asUsage(() => factory.create(flags.option));
  const policy = resolvePolicy(flags.policy, factory, env, flags.seed);
  const seedStart = flags.seedStart ?? factory.evalSeeds.start;
  const seeds = Array.from({ length: flags.episodes }, (_, i) => seedStart + i);
  const bar = output.progress('evaluating', seeds.length);
  const { rows, summary } = await evaluate(env, policy.act, seeds, {
    onEpisode: (_row, done) => bar.update(done),
    pause: createPause(() => performance.now()),
  });
  bar.stop();
  env.close();
  if (flags.out) writeFile(flags.out, `${rows.map((r) => JSON.stringify(r)).join('\n')}\n`);
  const infractions = summary.infractionsPerKm;
  const document = {
    env: factory.id,
    policy: policy.description,
    seedStart,
    ...summary,
    infractions,
    rows,
  };
  output.result(document, () => describe(policy.description, summary));
}

function describe(policy: string, summary: EvaluationSummary): string {
  const row = (name: string, s: Summary | null) =>
    s ? [[name, short(s.mean), short(s.iqm), `${short(s.low)} to ${short(s.high)}`]] : [];
  const lines = table([
    [`${summary.episodes} episodes`, 'mean', 'IQM', '95 % interval of the IQM'],
    ...row('success', summary.success),
    ...row('collision-free success', summary.collisionFreeSuccess),
    ...row('return', summary.return),
    ...row('cost', summary.cost),
    ...row('route completion', summary.routeCompletion),
    ...row('driving score', summary.drivingScore),
    ...row('length', summary.length),
  ]);
  const infractions = Object.entries(summary.infractionsPerKm ?? {})
    .map(([name, value]) => `${name} ${short(value)}/km`)
    .join(', ');
  return [policy, lines, ...(infractions ? [infractions] : [])].join('\n');
}

import { relative } from 'node:path';
import { Command, Option } from 'commander';
import { createPolicy } from '../../agent/acting/policy.ts';
import { loadBackend } from '../../agent/backend/backend.ts';
import type { PolicySnapshot } from '../../agent/contract.ts';
import { type Act, type EvaluationSummary, evaluate } from '../../agent/evaluation/evaluate.ts';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import {
  type ExpertConfig,
  type ExpertRun,
  expertDefaults,
  stepsOf,
  trainExpert,
} from '../../experiments/expert/train.ts';
import { createOutput, type Output, short, table } from '../../experiments/output.ts';
import { createPause } from '../../experiments/pause.ts';
import { expertFile } from '../../experiments/policies.ts';
import { namesOf, writePolicyFile } from '../../experiments/policy-file.ts';
import { repositoryRoot } from '../../experiments/root.ts';
import type { EnvironmentFactory, EnvironmentOptions } from '../../sim/contract.ts';
import { createRandom } from '../../sim/random.ts';
import { integer, seed, setting } from '../arguments.ts';
import { stopOnSignal } from '../stop-on-signal.ts';
import { BACKENDS, environmentFactory, jsonOption, withExamples } from './shared.ts';

const DEMONSTRATORS = ['planner', 'teacher'] as const;

interface ExpertFlags {
  env: string;
  demonstrator: (typeof DEMONSTRATORS)[number];
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
    .addOption(
      new Option(
        '--demonstrator <who>',
        'who is cloned: planner (the scripted one where there is none) or teacher, whom synthetic operators take over with',
      )
        .choices(DEMONSTRATORS)
        .default('planner'),
    )
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
    'reins expert --env driving --demonstrator teacher --steps 0 --out weights/driving-clone.policy',
    'reins expert --env driving --steps 100000 --out data/policies/quick.policy --json',
  );
}

async function run(flags: ExpertFlags): Promise<void> {
  const output = createOutput(flags);
  const factory = await environmentFactory(flags.env);
  const { evalSeeds } = factory;
  const createDemonstrator = demonstratorOf(factory, flags.demonstrator);
  const env = await factory.create();
  const practice = await asUsage(() => factory.create(flags.practice));
  const config: ExpertConfig = {
    ...expertDefaults,
    ppoSteps: flags.steps,
    rounds: flags.rounds,
  };
  checkSeeds(config, evalSeeds.start, flags.evalEpisodes);
  const backend = await loadBackend({ prefer: flags.backend });
  const path = flags.out ?? expertFile(factory.id);
  const save = (file: string, snapshot: PolicySnapshot, meta: Readonly<Record<string, unknown>>) =>
    writePolicyFile(file, {
      environmentId: factory.id,
      observationSize: env.observationSpace.size,
      observationNames: namesOf(env.observationSpace),
      snapshot,
      meta: { command: commandOf(flags), ...meta },
    });
  const begin = performance.now();
  const { stop, code } = stopOnSignal();
  let best: Best | undefined;
  const measured = await trainAndMeasure(
    {
      env,
      practice,
      createDemonstrator,
      config,
      backend,
      seed: flags.seed,
      log: (line) => output.note(line),
      pause: createPause(() => performance.now(), stop),
      onBetter: (snapshot, what) => {
        best = { snapshot, what };
      },
    },
    Array.from({ length: flags.evalEpisodes }, (_, i) => evalSeeds.start + i),
    output,
  ).catch((error: unknown) => {
    if (!stop.aborted || error !== stop.reason) throw error;
  });
  if (!measured) {
    process.exitCode = code();
    return output.note(keepBest(best, path, save));
  }
  const { trained, result } = measured;
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
  save(path, trained.ppo, document);
  env.close();
  practice.close();
  const wallSeconds = Math.round((performance.now() - begin) / 1000);
  const shown = relative(repositoryRoot, path);
  output.result({ ...document, wallSeconds, out: shown }, () => describe(result, shown));
}

function demonstratorOf(factory: EnvironmentFactory, who: ExpertFlags['demonstrator']) {
  const careful = who === 'planner' ? factory.createPlanner : undefined;
  const create = careful ?? factory.createExpert;
  if (!create) throw new UsageError(`env: ${factory.id} has no ${who} to learn from`);
  return create;
}

interface Best {
  readonly snapshot: PolicySnapshot;
  /** In words. */
  readonly what: string;
}

function commandOf({ env, demonstrator, steps, rounds, practice, seed }: ExpertFlags): string {
  const settings = Object.entries(practice).map(([name, v]) => ` --practice ${name}=${v}`);
  const who = demonstrator === 'planner' ? '' : ` --demonstrator ${demonstrator}`;
  return `reins expert --env ${env}${who} --steps ${steps} --rounds ${rounds}${settings.join('')} --seed ${seed}`;
}

/** @throws what `pause` is rejected with. */
async function trainAndMeasure(
  run: Omit<ExpertRun, 'onStep'>,
  seeds: readonly number[],
  output: Output,
) {
  const bar = output.progress('expert', stepsOf(run.config));
  const measure = async (snapshot: PolicySnapshot) => {
    const policy = createPolicy(snapshot, createRandom(run.seed, 63));
    const act: Act = (ts, out) => policy.act(ts.observation, out, 'mean');
    return (await evaluate(run.env, act, seeds, { pause: run.pause })).summary;
  };
  try {
    const trained = await trainExpert({ ...run, onStep: (done, note) => bar.update(done, note) });
    const result = { ppo: await measure(trained.ppo), clone: await measure(trained.clone) };
    return { trained, result };
  } finally {
    bar.stop();
  }
}

/** Beside the expert that is there, which is whole. Returns what there is, in words. */
function keepBest(
  best: Best | undefined,
  path: string,
  save: (file: string, snapshot: PolicySnapshot, meta: Readonly<Record<string, unknown>>) => void,
): string {
  if (!best) return 'stopped before there was a policy: nothing is written';
  const file = `${path.replace(/\.policy$/, '')}.stopped.policy`;
  save(file, best.snapshot, { stopped: best.what });
  return `stopped: the policy so far, ${best.what}, is in ${file}; ${path} is as it was`;
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

function describe(
  result: Readonly<Record<'ppo' | 'clone', EvaluationSummary>>,
  path: string,
): string {
  const row = (name: string, s: EvaluationSummary) => [
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

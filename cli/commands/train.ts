import { Command, Option } from 'commander';
import { TAKEOVER_RULES, type TakeoverRule } from '../../agent/teachers/override.ts';
import { type PreferenceTeacherName, preferenceTeachers } from '../../agent/teachers/preference.ts';
import { UsageError } from '../../experiments/errors.ts';
import { createOutput, short, table } from '../../experiments/output.ts';
import type { KeepOptions } from '../../experiments/train/kept-run.ts';
import { TEACHERS, type TeacherName } from '../../experiments/train/names.ts';
import { placesOf } from '../../experiments/train/practice.ts';
import type { TrainOptions, TrainResult } from '../../experiments/train/run.ts';
import type { CurvePoint } from '../../experiments/train/state.ts';
import { teachNames } from '../../experiments/train/teacher-settings.ts';
import type { Environment, EnvironmentOptions } from '../../sim/contract.ts';
import { integer, number, partSetting, seed, words } from '../arguments.ts';
import { onInputEnd, stopOnSignal } from '../stop-on-signal.ts';
import { asTheRun, isAsked } from './as-the-run.ts';
import { configOption } from './config-file.ts';
import { findRun, inFolder } from './runs.ts';
import {
  BACKENDS,
  environmentFactory,
  environmentOptions,
  jsonOption,
  withExamples,
} from './shared.ts';

interface TrainFlags {
  env: string;
  option: EnvironmentOptions;
  practice?: boolean;
  /** Those of a training that goes on. */
  places?: Pick<TrainOptions, 'environmentOptions' | 'evaluationOptions'>;
  preset: string;
  set: Record<string, unknown>;
  policy?: string;
  teacher: TeacherName[];
  takeoverRule?: TakeoverRule;
  operator: string;
  takeoverSeconds?: number;
  annotator: PreferenceTeacherName;
  teach: Record<string, Record<string, unknown>>;
  counterfactuals?: boolean;
  steps: number;
  labels: number;
  seed: number;
  evalEpisodes: number;
  backend?: (typeof BACKENDS)[number];
  deterministic: boolean;
  out?: string;
  data?: string;
  resume?: string | true;
  endWithInput: boolean;
  evalEvery?: number;
  log?: string;
  json: boolean;
}

export function trainCommand(): Command {
  const command = new Command('train').description(
    'train headless with synthetic teachers, and measure before and after',
  );
  configOption(environmentOptions(command))
    .option('--preset <id>', 'learner, reward model and questions by name', 'reins')
    .option(
      '--set <part.name=value>',
      'change the preset (learner, reward, queries, scheduler, activation), repeatable',
      partSetting,
      {},
    );
  command.option(
    '--policy <file>',
    'start from this policy: of reins train, an ONNX model or a zip of Stable-Baselines3, as reins import policy takes them',
  );
  teacherOptions(command)
    .option(
      '--practice',
      'short episodes that begin anywhere, where the environment has them; measured on whole ones (default with an override teacher)',
    )
    .option('--no-practice', 'whole episodes from the start')
    .option('--steps <n>', 'environment steps', integer(1, 1e9), 6000)
    .option('--labels <n>', 'answers of the preference and scalar teachers', integer(0, 1e6), 100)
    .option('--seed <n>', 'seed of everything', seed, 1)
    .option('--eval-episodes <n>', 'held-out episodes before and after', integer(1, 10_000), 20)
    .addOption(new Option('--backend <name>', 'what learners compute with').choices(BACKENDS))
    .option('--deterministic', 'same seed, same weights: on one thread, never native', false)
    .option(
      '--eval-every <n>',
      'also evaluate every so many steps, and keep the best policy so far',
      integer(1, 1e9),
    )
    .option('--log <folder>', 'TensorBoard event files')
    .option('--out <file>', 'the trained policy; default data/policies/ENV-PRESET-SEED.policy')
    .option('--data <folder>', 'keep the run there, as serve does')
    .option(
      '--resume [run]',
      'go on with the newest training of the folder, or this run; more --steps or --labels than it had make it longer',
    )
    .option('--end-with-input', 'save and end when standard input closes, as serve', false);
  jsonOption(command).action(async (flags: TrainFlags) => run(await asTheTraining(flags, command)));
  return withExamples(
    command,
    'reins train --env driving --preset reins --teacher override --steps 6000 --seed 1',
    'reins train --env driving --teacher override --operator expert --eval-episodes 50',
    'reins train --env driving --teacher preference --labels 100 --json',
    'reins train --env reacher --preset rlpd --teacher none --data data --eval-every 1000 --log data/tensorboard',
    'reins train --env driving --preset christiano --policy weights/driving.policy --set learner.hidden=128,128 --set learner.valueRounds=3',
    'reins train --data data --resume',
    'reins train --config experiment.json --seed 2 --set learner.batchSize=128',
    'reins train --env reacher --preset pebble --teacher preference,scalar --annotator mistake',
    'reins train --env reacher --preset rime --teacher preference --teach preference.mistake=0.3 --teach preference.delay=5',
  );
}

function teacherOptions(command: Command): Command {
  return command
    .option('--teacher <names>', `${TEACHERS.join(', ')}, by comma`, words(TEACHERS), ['override'])
    .addOption(
      new Option(
        '--takeover-rule <rule>',
        'when the override teacher takes over (default predicted-failure); short for --teach override.rule',
      ).choices(TAKEOVER_RULES),
    )
    .option(
      '--operator <who>',
      'who drives then: teacher (scripted), clone (of it, learned), planner, expert (learned) or a file of reins train',
      'teacher',
    )
    .option(
      '--takeover-seconds <n>',
      'shortest takeover (default 2); short for --teach override.minSeconds',
      number(0, 60),
    )
    .addOption(
      new Option('--annotator <kind>', 'character of the preference teacher')
        .choices(Object.keys(preferenceTeachers))
        .default('oracle'),
    )
    .option(
      '--teach <teacher.name=value>',
      `change a teacher, repeatable: ${teachNames()}`,
      partSetting,
      {},
    )
    .option(
      '--counterfactuals',
      'roll out what each takeover prevented (default where the preset learns from it: reins, ppl)',
    )
    .option('--no-counterfactuals', 'do not');
}

/** With --resume: the newest training or the one named, as it was begun where nothing else is asked for. */
async function asTheTraining(flags: TrainFlags, command: Command): Promise<TrainFlags> {
  if (flags.resume === undefined) return flags;
  const folder = flags.data ?? './data';
  let adopted: TrainFlags = flags;
  await inFolder(folder, async (storage) => {
    const { newestTraining, readSettings } = await import('../../experiments/train/kept-run.ts');
    const run =
      flags.resume === true
        ? await newestTraining(storage)
        : await findRun(storage, flags.resume as string);
    if (!run) throw new UsageError(`resume: ${folder} has no training to go on with`);
    const settings = ((await readSettings(storage, run)) ?? {}) as Partial<TrainFlags> &
      Pick<TrainOptions, 'evaluationOptions'>;
    const asked = Object.entries(settings).filter(([name]) => isAsked(command, name));
    adopted = {
      ...flags,
      ...settings,
      ...Object.fromEntries(asked.map(([name]) => [name, flags[name as keyof TrainFlags]])),
      ...asTheRun(run, command),
      data: folder,
      resume: run.id,
    };
    if (!isAsked(command, 'seed')) adopted.seed = run.seed;
    if (!isAsked(command, 'option') && !isAsked(command, 'practice'))
      adopted.places = {
        environmentOptions: adopted.option,
        evaluationOptions: settings.evaluationOptions,
      };
  });
  return adopted;
}

function keepOf(folder: string, resume: string | true | undefined): KeepOptions {
  return { folder, resume: resume === true ? undefined : resume };
}

function startOf(file: string | undefined): Pick<TrainOptions, 'policy'> {
  if (file === undefined) return {};
  const read = async (env: Environment) =>
    (await import('../any-policy.ts')).readAnyPolicy(file, env);
  return { policy: { file, read } };
}

async function run(flags: TrainFlags): Promise<void> {
  const output = createOutput(flags);
  const { Interrupted, train } = await import('../../experiments/train/run.ts');
  const { stop, code } = stopOnSignal();
  if (flags.endWithInput) onInputEnd(() => process.kill(process.pid, 'SIGTERM'));
  const factory = await environmentFactory(flags.env);
  const work = train({
    stop,
    factory,
    ...(flags.places ?? placesOf(factory, flags.option, flags.teacher, flags.practice)),
    preset: flags.preset,
    overrides: flags.set,
    ...startOf(flags.policy),
    teachers: flags.teacher,
    rule: flags.takeoverRule,
    operator: flags.operator,
    ...(flags.takeoverSeconds === undefined ? {} : { takeoverSeconds: flags.takeoverSeconds }),
    annotator: flags.annotator,
    teach: flags.teach,
    ...(flags.counterfactuals === undefined ? {} : { counterfactuals: flags.counterfactuals }),
    steps: flags.steps,
    labels: flags.labels,
    seed: flags.seed,
    evalEpisodes: flags.evalEpisodes,
    backend: flags.backend,
    deterministic: flags.deterministic,
    evalEvery: flags.evalEvery,
    log: flags.log,
    out: flags.out,
    ...(flags.data === undefined ? {} : { keep: keepOf(flags.data, flags.resume) }),
    output,
    clock: () => performance.now(),
  });
  const result = await work.catch((error: unknown) => {
    if (!(error instanceof Interrupted)) throw error;
    output.note(error.message);
    process.exitCode = code();
  });
  if (result) output.result(result, () => describe(result));
}

function describe(r: TrainResult): string {
  const row = (name: string, pick: (s: TrainResult['before']) => number | undefined) => [
    name,
    short(pick(r.before)),
    short(pick(r.after)),
  ];
  const lines = table([
    [`${r.env}, ${r.preset}, ${r.teacher}`, 'before', 'after'],
    row('success', (s) => s.success.mean),
    row('return', (s) => s.return.mean),
    row('cost', (s) => s.cost.mean),
    ...(r.before.routeCompletion ? [row('route completion', (s) => s.routeCompletion?.mean)] : []),
  ]);
  const { accuracy, ceiling, measuredCeiling, pearson, epic } = r.rewardModel;
  // There is a model, and yet no distance.
  const isConstant = epic === null && accuracy !== null;
  return [
    lines,
    `${r.environmentSteps} steps, ${r.expertSteps} by the expert, ${r.labels} labels, ${short(r.wallSeconds)} s`,
    `reward model: accuracy ${short(accuracy)} (ceiling ${short(ceiling)}, from repeated questions ${short(measuredCeiling)}), Pearson ${short(pearson)}, EPIC distance ${isConstant ? 'omitted: constant reward' : short(epic)}`,
    ...hackingLines(r.curve),
    ...(r.best ? [`best: after ${r.best.step} steps, ${r.best.snapshot}`] : []),
    ...(r.run === null ? [] : [`run: ${r.run}`]),
    `policy: ${r.snapshot}`,
  ].join('\n');
}

/** Nothing where the alarm never stood. */
export function hackingLines(curve: readonly Pick<CurvePoint, 'alarm'>[]): string[] {
  const share = curve.filter(({ alarm }) => alarm).length / curve.length;
  if (!(share > 0)) return [];
  const now = curve.at(-1)!.alarm ? ', and at its end' : '';
  return [
    `reward hacking: the agent earned more of what the reward model disagrees about in ${Math.ceil(100 * share)} % of the run${now}; ` +
      'more --labels help, and from some dozens on --set reward.pessimism=1 does',
  ];
}

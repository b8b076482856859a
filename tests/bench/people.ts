/**
 * What two people who answer like coins cost the policy, beside two good ones: `reacher` by comparisons, everybody answers as
 * often, and the trainer is what `reins serve` and `reins train` run.
 * `nice -n 19 node --import tsx tests/bench/people.ts --out DIR --seeds 3001,3002 [--crews "good alone,random alone"]
 * [--each 150] [--steps 50000]`. Rows are kept in DIR/rows.jsonl, and the same command goes on; then the table is printed.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createPolicy } from '../../agent/acting/policy.ts';
import type { Feedback, Query, Segment } from '../../agent/contract.ts';
import type { EpisodeStore } from '../../agent/episode/store.ts';
import { evaluate } from '../../agent/evaluation/evaluate.ts';
import { bootstrapInterval, iqm } from '../../agent/evaluation/statistics.ts';
import { createPreferenceTeacher, segmentReturn } from '../../agent/teachers/preference.ts';
import type { Trainer } from '../../agent/trainer/contract.ts';
import { createTrainer } from '../../agent/trainer/trainer.ts';
import { CHARACTER, type CharacterName } from '../../cli/workforce/characters.ts';
import { createLoop } from '../../experiments/train/loop.ts';
import { createTeachers } from '../../experiments/train/teachers.ts';
import { createRandom } from '../../sim/random.ts';
import { getEnvironment } from '../../sim/registry.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    seeds: { type: 'string' },
    crews: { type: 'string' },
    each: { type: 'string', default: '150' },
    steps: { type: 'string', default: '50000' },
  },
});
if (!values.out) throw new RangeError('--out: is missing, expected a folder');
if (!values.seeds) throw new RangeError('--seeds: is missing, expected numbers by comma');
const EACH = Number(values.each);
const STEPS = Number(values.steps);
const EVAL_EPISODES = 20;
/** Clips that the learned reward puts in order, drawn from all that was driven. */
const CLIPS = 60;

/** Settings of `reacher` in docs/benchmarks/preferences.md. */
const OVERRIDES: Record<string, Record<string, unknown>> = {
  reward: { squares: 'all', members: 10, pessimism: 1 },
  queries: { strategy: 'uniform', segmentSeconds: 0.5 },
  learner: { gamma: 0.95, lambda: 0.95, initialLogStd: -0.5 },
};

interface Crew {
  readonly people: readonly CharacterName[];
  /** All answers under one name: nobody is told from anybody. */
  readonly isOne?: true;
}
const CREWS: Readonly<Record<string, Crew>> = {
  'good alone': { people: ['good', 'good'] },
  'with random': { people: ['good', 'good', 'random', 'random'] },
  'with random, as one': { people: ['good', 'good', 'random', 'random'], isOne: true },
  'random alone': { people: ['random', 'random'] },
};

interface Row {
  readonly crew: string;
  readonly seed: number;
  readonly untrained: number;
  readonly return: number;
  /** Share of pairs of clips that the learned reward orders as the true one. */
  readonly rank: number;
  readonly people: readonly string[];
  readonly seconds: number;
}

/** They answer in turn; `nameOf` tells who answered a question. */
function createCrew({ people, isOne }: Crew, seed: number) {
  const each = people.map((character, i) => {
    const mistake = 1 - CHARACTER[character].accuracy;
    const name = `${character}-${i}`;
    return { name, teacher: createPreferenceTeacher({ mistake }, createRandom(seed, 100 + i)) };
  });
  const names = new Map<string, string>();
  let turn = 0;
  return {
    nameOf: (queryId: string | undefined) => (isOne ? 'everybody' : names.get(queryId ?? '')!),
    answer(query: Query, episodes: EpisodeStore) {
      const { name, teacher } = each[turn++ % each.length]!;
      names.set(query.id, name);
      return teacher.answer(query, episodes);
    },
  };
}

async function run(name: string, seed: number): Promise<Row> {
  const began = performance.now();
  const crew = CREWS[name]!;
  const factory = getEnvironment('reacher');
  const env = await factory.create({});
  const { id, observationSpace, actionSpace, controlDt } = env;
  const spec = { environmentId: id, observationSpace, actionSpace, controlDt };
  const runId = `people-${seed}`;
  const common = { preset: 'christiano', spec, seed, runId, overrides: OVERRIDES };
  const trainer = await createTrainer({ ...common, deterministic: true });
  const answering = createCrew(crew, seed);
  const named: Trainer = Object.create(trainer, {
    feedback: {
      value: (feedback: Feedback) =>
        trainer.feedback({ ...feedback, teacherId: answering.nameOf(feedback.queryId) }),
    },
  });
  const policy = createPolicy(trainer.snapshot(), createRandom(seed, 1));
  const teachers = await createTeachers(factory, {}, env, {
    ...{ names: [], seed, operator: 'teacher', annotator: 'oracle', teach: {}, policy },
    predict: (observation, out) => policy.act(observation, out, 'mean'),
  });
  const preference = {
    ...createPreferenceTeacher({}, createRandom(seed, 12)),
    reply: undefined,
    answer: answering.answer as never,
  };
  const score = async () => {
    const mean = createPolicy(trainer.snapshot(), createRandom(seed, 2));
    const seeds = Array.from({ length: EVAL_EPISODES }, (_, i) => factory.evalSeeds.start + i);
    const act = (ts: { observation: Float32Array }, out: Float32Array) =>
      mean.act(ts.observation, out, 'mean');
    return (await evaluate(env, act, seeds)).summary.return.mean;
  };
  const untrained = await score();
  const loop = createLoop({
    ...{ env, factory, policy, runId, seed, steps: STEPS, schedule: 'decreasing' as const },
    ...{ trainer: named, teachers: { ...teachers, preference: preference as never } },
    ...{ configHash: 'people', labels: EACH * crew.people.length, onStep: () => {} },
  });
  await loop.run();
  const people = trainer
    .people()
    .map(({ teacherId, answers, beta }) => `${teacherId} ${answers} β ${beta.value.toFixed(2)}`);
  const row: Row = {
    ...{ crew: name, seed, untrained, people, return: await score() },
    rank: rankAccuracy(trainer, loop.result.store, createRandom(seed, 50)),
    seconds: Math.round((performance.now() - began) / 1000),
  };
  trainer.dispose();
  teachers.close();
  env.close();
  return row;
}

function rankAccuracy(
  trainer: Trainer,
  store: EpisodeStore,
  random: ReturnType<typeof createRandom>,
) {
  const steps = 10;
  const long = store.ids().filter((id) => store.get(id)!.length >= steps);
  const clips = Array.from({ length: CLIPS }, (): Segment => {
    const episodeId = long[random.integer(long.length)]!;
    const from = random.integer(store.get(episodeId)!.length - steps + 1);
    return { episodeId, from, to: from + steps };
  });
  const truth = clips.map((clip) => segmentReturn(clip, store, 1));
  const learned = clips.map((clip) =>
    trainer.predictReward(clip)!.rewards.reduce((sum, reward) => sum + reward, 0),
  );
  let right = 0;
  let pairs = 0;
  for (let i = 0; i < CLIPS; i++)
    for (let j = 0; j < i; j++, pairs++)
      if (truth[i]! > truth[j]! === learned[i]! > learned[j]!) right++;
  return right / pairs;
}

mkdirSync(values.out, { recursive: true });
const file = join(values.out, 'rows.jsonl');
const rows: Row[] = existsSync(file)
  ? readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Row)
  : [];
const seeds = values.seeds.split(',').map(Number);
const names = values.crews?.split(',') ?? Object.keys(CREWS);
for (const seed of seeds)
  for (const name of names) {
    if (rows.some((row) => row.crew === name && row.seed === seed)) continue;
    const row = await run(name, seed);
    rows.push(row);
    appendFileSync(file, `${JSON.stringify(row)}\n`);
    console.error(JSON.stringify(row));
  }

/** Of the seeds that both have. */
function shareOfGood(name: string): string {
  const of = (crew: string, seed: number) =>
    rows.find((row) => row.crew === crew && row.seed === seed)!;
  const gain = (crew: string) =>
    seeds.map((seed) => of(crew, seed).return - of(crew, seed).untrained);
  const [mine, good] = [gain(name), gain('good alone')];
  const pairs = seeds.map((_, i) => i);
  const share = (which: readonly number[]) =>
    iqm(which.map((i) => mine[i]!)) / iqm(which.map((i) => good[i]!));
  const { low, high } = bootstrapInterval(pairs, createRandom(0), { statistic: share });
  const each = pairs.map((i) => mine[i]! / good[i]!);
  return `${share(pairs).toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}] | ${Math.min(...each).toFixed(2)}`;
}

console.log('| crew | return | share of good alone | worst seed | pairs ordered rightly |');
console.log('| --- | --- | --- | --- | --- |');
for (const name of names) {
  const own = rows.filter((row) => row.crew === name && seeds.includes(row.seed));
  const returns = own.map((row) => row.return);
  const { low, high } = bootstrapInterval(returns, createRandom(0));
  const ranks = own.map((row) => row.rank);
  const rank = `${iqm(ranks).toFixed(3)} (least ${Math.min(...ranks).toFixed(3)})`;
  console.log(
    `| ${name} | ${iqm(returns).toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}] | ${shareOfGood(name)} | ${rank} |`,
  );
}

/** What is told of people who answer the same questions, against what they are, at a real server over its own sockets. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mean } from '../../../agent/evaluation/statistics.ts';
import { CYCLIC_BY_CHANCE } from '../../../agent/quality/transitivity.ts';
import type { CharacterName } from '../../../cli/workforce/characters.ts';
import type { ConsensusMethod, ConsensusReport } from '../../../server/run/consensus.ts';
import { temporaryFolder, until } from '../../e2e/helpers.ts';
import { type ServeProcess, serve } from '../../server/serve-process.ts';
import { type Crew, type Member, member, openCrew } from './crew.ts';
import { type Cell, MATRIX, type Rule } from './matrix.ts';

const EACH = 160;
/** ms, on whatever machine. */
const PATIENCE = 1_800_000;
const NAMES: readonly CharacterName[] = [
  ...(['good', 'good', 'good', 'good', 'good', 'good', 'random', 'random', 'random'] as const),
  ...(['left-biased', 'left-biased', 'left-biased', 'left-biased', 'flipped', 'lazy'] as const),
];
const people = NAMES.map((character, i) => member(`${character}-${i}`, character, 100 * i + 1));
/** They go away for good, each with two questions. */
const leavers = [1, 2, 3].map((i) => member(`leaver-${i}`, 'drop-out', 7000 + i));

const those = (rule: Rule, cell: Cell) =>
  people.filter(({ character }) => MATRIX[character][rule] === cell);

describe('what is told of people', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let server: ServeProcess;
  let crew: Crew;
  let quality: Awaited<ReturnType<Crew['quality']>>;
  beforeAll(async () => {
    folder = temporaryFolder();
    const args = ['--env', 'reacher', '--log-level', 'error', '--triads', '0.4', '--overlap', '2'];
    server = await serve(folder.path, args);
    crew = openCrew(server.url!);
    await crew.shift(leavers, 1000);
    await crew.shift(people, EACH);
    quality = await crew.quality();
  }, PATIENCE);
  afterAll(async () => {
    await server.end('SIGKILL');
    folder.remove();
  });

  const told = <T>(members: readonly Member[], pick: (of: ReturnType<typeof quality.of>) => T) =>
    members.map(({ name }) => pick(quality.of(name)));

  it('[FORCE-5] a coin goes in circles as often as chance has it, and whoever sees the same does not', () => {
    const share = (cell: Cell) => {
      const triads = told(those('circles', cell), (person) => person.triads);
      const sum = (name: 'n' | 'cyclic') => triads.reduce((total, t) => total + t[name], 0);
      return { n: sum('n'), value: sum('cyclic') / sum('n') };
    };
    const coins = share('found');
    expect(coins.n).toBeGreaterThan(60);
    const deviation = Math.sqrt((CYCLIC_BY_CHANCE * (1 - CYCLIC_BY_CHANCE)) / coins.n);
    expect(Math.abs(coins.value - CYCLIC_BY_CHANCE)).toBeLessThan(4 * deviation);
    expect(share('passes').value).toBeLessThan(coins.value);
  });

  it('[FORCE-5] one accuracy for each, from the consensus, tells who is right more often than not', () => {
    const accuracy = (cell: Cell) => told(those('consensus', cell), (person) => person.accuracy!);
    expect(Math.min(...accuracy('passes'))).toBeGreaterThan(0.7);
    expect(Math.max(...accuracy('found'))).toBeLessThan(0.7);
  });

  it('[FORCE-5] [QUAL-20] consensus by accuracies is more often right than votes', async () => {
    const truth = new Map<string, 'a' | 'b'>();
    for (const { answers } of people)
      for (const { queryId, choice, isRight } of answers)
        truth.set(queryId, isRight === (choice === 'a') ? 'a' : 'b');
    const rightBy = async (method: ConsensusMethod) => {
      const path = `/api/consensus?method=${method}`;
      const { questions, otherwise } = (await crew.ask(path)) as ConsensusReport;
      const right = questions.filter(({ queryId, verdict }) => verdict === truth.get(queryId));
      return { share: right.length / questions.length, n: questions.length, otherwise };
    };
    const [votes, oneCoin, full] = [
      await rightBy('majority'),
      await rightBy('one-coin'),
      await rightBy('dawid-skene'),
    ];
    expect(oneCoin.share).toBeGreaterThan(votes.share);
    expect(full.share).toBeGreaterThan(votes.share);
  });

  it('[FORCE-5] the reward model finds a pull to the left, and whose answers do not follow what is shown', async () => {
    await until('all people in the model', async () => {
      quality = await crew.quality();
      return told(people, (person) => person.learned).every((one) => one && one.answers > 50);
    });
    const side = (cell: Cell) => mean(told(those('side', cell), (p) => p.learned!.side.value));
    expect(Math.abs(side('passes'))).toBeLessThan(0.4);
    expect(side('found')).toBeGreaterThan(0.15);
    const [lazy] = told(
      people.filter(({ character }) => character === 'lazy'),
      (person) => person.learned!.side.low,
    );
    expect(lazy).toBeGreaterThan(0.5);
    const rationality = (cell: Cell) =>
      Math.exp(mean(told(those('rationality', cell), (p) => Math.log(p.learned!.beta.value))));
    expect(rationality('found')).toBeLessThan(0.8);
    expect(rationality('passes')).toBeGreaterThan(1.2);
  });

  it('[FORCE-5] good people agree more than all together, and all stands as before once the others are let in again', async () => {
    const others = people.filter(({ character }) => character !== 'good');
    for (const { name } of others)
      await crew.tell(`/api/people/${name}/pause`, { reason: 'to see the others alone' });
    const alone = await crew.quality();
    expect(alone.alpha!).toBeGreaterThan(quality.alpha! + 0.1);
    // Two who are right in 92 % agree in 85 %, which is an α of 0.7.
    expect(alone.interval!.low).toBeLessThan(0.7);
    expect(alone.interval!.high).toBeGreaterThan(0.6);
    for (const { name } of others)
      await crew.tell(`/api/people/${name}/resume`, { reason: 'seen' });
    const { alpha, interval, answers, shared, disputed } = await crew.quality();
    expect({ alpha, interval, answers, shared }).toEqual({
      ...{ alpha: quality.alpha, interval: quality.interval },
      ...{ answers: quality.answers, shared: quality.shared },
    });
    expect(new Set(disputed)).toEqual(new Set(quality.disputed));
  });

  it('[FORCE-5] a third person is asked where two disagree, and there alone', async () => {
    const log = (await crew.ask('/api/feedback')) as { queryId: string; choice: string }[];
    const said = new Map<string, typeof log>();
    for (const answer of log)
      said.set(answer.queryId, [...(said.get(answer.queryId) ?? []), answer]);
    const shared = [...said.values()].filter((answers) => answers.length > 1);
    const isDispute = ([one, other]: typeof log) => one!.choice !== other!.choice;
    const [disputes, agreements] = [true, false].map((is) =>
      shared.filter((answers) => isDispute(answers) === is),
    );
    expect(agreements!.length).toBeGreaterThan(100);
    expect(new Set(agreements!.map(({ length }) => length))).toEqual(new Set([2]));
    const settled = disputes!.filter(({ length }) => length === 3).length;
    const { waiting } = (await crew.ask('/api/queue')) as { waiting: number };
    expect(Math.max(...disputes!.map(({ length }) => length))).toBe(3);
    expect(disputes!.length - settled).toBeLessThanOrEqual(waiting + 2 * people.length);
    expect(settled).toBeGreaterThan(0.8 * disputes!.length);
  });

  it('[FORCE-5] what people go away with is nobody’s once its lease has run out', async () => {
    for (const { left } of leavers) expect(left).toHaveLength(2);
    const held = leavers.flatMap(({ left }) => left);
    await until('the end of their leases', async () => {
      const ended = new Set((await crew.audit('query.expired')).map(({ objectId }) => objectId));
      return held.every((id) => ended.has(id));
    });
    expect(await crew.ask('/api/queue')).toMatchObject({ holds: true });
  });

  it('[FORCE-5] Cohen’s κ with good people tells who sees the same as they do', async () => {
    const few = (['good', 'good', 'good', 'random', 'flipped'] as const).map((name, i) =>
      member(`few-${i}-${name}`, name, 9000 + 100 * i),
    );
    await crew.shift(few, 140);
    const { kappas } = await crew.quality();
    const named = (is: (character: CharacterName) => boolean) =>
      new Set(few.filter(({ character }) => is(character)).map(({ name }) => name));
    const goods = named((character) => character === 'good');
    /** Mean over the pairs of such a person and a good one, each by the questions that it shares. */
    const kappa = (cell: Cell) => {
      const names = named((character) => MATRIX[character]['κ'] === cell);
      const pairs = kappas.cohen.filter(
        ({ people: [a, b] }) => (names.has(a) && goods.has(b)) || (names.has(b) && goods.has(a)),
      );
      const n = pairs.reduce((sum, pair) => sum + pair.questions, 0);
      expect(n).toBeGreaterThan(20);
      return pairs.reduce((sum, pair) => sum + pair.kappa * pair.questions, 0) / n;
    };
    // Two who are right in 92 % agree in 85 %, which is a κ of 0.7; a coin agrees by chance, at 0.
    expect(kappa('passes')).toBeGreaterThan(0.3);
    expect(kappa('found')).toBeLessThan(0.2);
  });
});

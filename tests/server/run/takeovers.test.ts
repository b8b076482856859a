import { expect, test } from 'vitest';
import { takenFrom } from '../../../agent/acting/counterfactual.ts';
import type { Episode, Feedback } from '../../../agent/contract.ts';
import type { EnvironmentFacts, RolloutCommand } from '../../../server/actors/messages.ts';
import type { ServerMessage } from '../../../server/protocol/index.ts';
import { createTakeoverTally } from '../../../server/run/takeover-totals.ts';
import { Takeovers } from '../../../server/run/takeovers.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../../agent/synthetic.ts';
import { until } from '../../e2e/helpers.ts';
import { snapshot } from '../actors/live-rig.ts';

/** Steps with these costs; `failed`: the last one ends the episode badly. */
function steps(id: string, costs: readonly number[], failed: boolean): Episode {
  const end = failed ? 'terminated' : 'aborted';
  const plain = syntheticEpisode(syntheticSpec(2, 1), costs.length, createRandom(1), { id, end });
  return { ...plain, costs: Float32Array.from(costs) };
}

class Disk {
  isFull = false;
  refused: 'steps' | 'all' = 'all';
  readonly errors: object[] = [];
  readonly lines: string[] = [];
  async takes(what: 'steps' | 'log'): Promise<void> {
    if (this.isFull && (what === 'steps' || this.refused === 'all'))
      throw new Error('disk is full');
  }
}

function make(happened: Episode, predictedSteps = 0, disk: Disk = new Disk()) {
  const order: string[] = [];
  const log: Feedback[] = [];
  const sent: Extract<ServerMessage, { type: 'override' }>[] = [];
  const rolled: Extract<RolloutCommand, { type: 'counterfactual' }>[] = [];
  const stored = new Map<string, Episode>();
  const tally = createTakeoverTally([]);
  const takeovers = new Takeovers({
    runId: 'run',
    predictedSteps,
    lives: {
      facts: { controlDt: 0.1 } as EnvironmentFacts,
      reached: async (_id, count) => void order.push(`until ${count}`),
    },
    rollouts: {
      ask: (command) => void (command.type === 'counterfactual' && rolled.push(command)),
    },
    learner: { recall: (branch) => void order.push(`recall ${branch.id}`) },
    episodes: {
      find: async () => happened,
      async keep(branch) {
        if (disk.isFull) return false;
        order.push(`keep ${branch.id}`);
        stored.set(branch.id, branch);
        return true;
      },
    },
    feedback: {
      async put(feedback) {
        await disk.takes('steps');
        order.push('feedback');
        log.push(feedback);
        return { duplicate: false };
      },
      async append(feedback) {
        await disk.takes('log');
        order.push('feedback');
        log.push(feedback);
        return { duplicate: false };
      },
    },
    viewers: {
      message(message) {
        if (message.type !== 'override') return;
        order.push('told');
        sent.push(message);
      },
    },
    tally,
    log: {
      error(error: unknown, line = '') {
        disk.errors.push(error as object);
        disk.lines.push(line);
      },
    },
  });
  const letGo = (from: number, to: number) =>
    takeovers.begin(
      {
        type: 'override',
        episodeId: happened.id,
        from,
        to,
        seed: 3,
        state: new Float64Array(1),
        snapshot,
        taken: takenFrom(happened, from, to),
        teacherId: 'ada',
        cause: 'released',
      },
      1,
    );
  return { takeovers, letGo, order, log, sent, rolled, stored, tally };
}

test('[CF-7] a takeover is judged over the steps of its branch, after the log has it', async () => {
  const happened = steps('e', [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50, 50], false);
  const { takeovers, letGo, order, log, sent, rolled, stored, tally } = make(happened);
  await letGo(2, 14);
  expect(sent).toMatchObject([{ teacherId: 'ada', counterfactual: null }]);
  expect(rolled).toMatchObject([{ steps: 12, of: { episodeId: 'e', step: 2 }, snapshot }]);
  await takeovers.settle(rolled[0]!.id, steps(rolled[0]!.id, [0, 0, 0, 12], true), 'outOfRoad');
  const branch = rolled[0]!.id;
  // The verdict is written last.
  expect(order).toEqual([
    'feedback',
    'told',
    `keep ${branch}`,
    `recall ${branch}`,
    'feedback',
    'until 6',
    `keep ${branch}`,
    'told',
  ]);
  const counterfactual = { episodeId: rolled[0]!.id, from: 0, to: 4 };
  expect(log).toMatchObject([
    { kind: 'override', from: 2, to: 14 },
    { kind: 'counterfactual', overrideId: 'e-o2', from: 2, to: 14, counterfactual },
  ]);
  expect(log[0]).not.toHaveProperty('counterfactual');
  expect(sent[1]!.counterfactual).toMatchObject({
    steps: 4,
    length: 4,
    cost: 12,
    humanCost: 1,
    endReason: 'outOfRoad',
    failed: true,
    humanFailed: false,
    prevented: { cost: 11, failure: true, unneeded: false },
  });
  expect(tally.totals).toEqual({
    judged: 1,
    unneeded: 0,
    failuresPrevented: 1,
    costPrevented: 11,
  });
  expect(createTakeoverTally([...stored.values()]).totals).toEqual(tally.totals);
  await takeovers.settle(rolled[0]!.id, happened, ''); // told twice, counted once
  expect(tally.totals.judged).toBe(1);
});

test('[CF-10] who learns from predictions gets those of every step, stored before the log names them', async () => {
  const happened = steps('e', Array(20).fill(0), false);
  const { takeovers, letGo, order, log, rolled, stored } = make(happened, 4);
  await letGo(2, 5);
  expect(rolled[0]!.predict).toEqual({ taken: takenFrom(happened, 2, 5), steps: 4 });
  const id = `${rolled[0]!.id}-paths`;
  const segments = [0, 4, 8].map((from) => ({ episodeId: id, from, to: from + 4 }));
  const predictions = { episode: steps(id, Array(12).fill(0), false), segments };
  await takeovers.settle(rolled[0]!.id, steps(rolled[0]!.id, [0, 0], false), '', predictions);
  const branch = rolled[0]!.id;
  const before = [`keep ${branch}`, `recall ${branch}`, `keep ${id}`, `recall ${id}`];
  expect(order.slice(2, 7)).toEqual([...before, 'feedback']);
  expect(log).toMatchObject([
    { kind: 'override' },
    { kind: 'counterfactual', predictions: segments },
  ]);
  expect(stored.has(id)).toBe(true);
});

test('[CF-7] totals add up needless takeovers, net cost and the false-takeover rate', async () => {
  const { takeovers, letGo, rolled, tally } = make(steps('e', Array(60).fill(0.5), false));
  expect(tally.metrics()).toEqual({ 'human/prevented-cost': 0, 'human/prevented-failures': 0 });
  for (const [i, costs] of [
    [0, 0],
    [0, 4],
    [0.5, 0.5],
    [0, 9],
  ].entries()) {
    await letGo(10 * i, 10 * i + 5);
    await takeovers.settle(rolled[i]!.id, steps(rolled[i]!.id, costs, i === 3), '');
  }
  expect(tally.metrics()).toEqual({
    'human/prevented-cost': -1 + 3 + 0 + 8,
    'human/prevented-failures': 1,
    'human/false-takeover-rate': 0.5,
  });
});

test('[CF-7] a takeover without a counterfactual is in the log, and not judged', async () => {
  const { takeovers, letGo, log, tally } = make(steps('e', [0, 0, 0], false));
  await letGo(0, 3);
  await takeovers.close();
  expect(log).toHaveLength(1);
  expect(log[0]).not.toHaveProperty('counterfactual');
  expect(tally.totals.judged).toBe(0);
});

test('[CF-7] episodes that nobody judged leave totals alone', () => {
  const tally = createTakeoverTally([steps('e', [1], true), steps('e-cf3', [1], true)]);
  expect(tally.totals).toEqual({ judged: 0, unneeded: 0, failuresPrevented: 0, costPrevented: 0 });
});

test('[STORE-13] nobody is told of a takeover before it is in the log; with room again it comes by itself', async () => {
  const disk = new Disk();
  disk.isFull = true;
  const { letGo, log, sent } = make(steps('e', [0, 0, 0], false), 0, disk);
  const told = letGo(0, 3);
  await until('the first try', () => disk.errors.length > 0);
  expect(sent).toEqual([]);
  disk.isFull = false;
  await told;
  expect(log).toMatchObject([{ kind: 'override', from: 0, to: 3 }]);
  expect(sent).toHaveLength(1);
});

test('[STORE-22] a branch that the disk refuses is tried again, and its takeover gets the counterfactual', async () => {
  const disk = new Disk();
  const { takeovers, letGo, log, rolled, sent } = make(steps('e', [0, 0, 0], false), 0, disk);
  await letGo(0, 3);
  disk.isFull = true;
  const settled = takeovers.settle(rolled[0]!.id, steps(rolled[0]!.id, [0, 0], false), '');
  await until('the first try', () => disk.errors.length > 0);
  expect(log).toMatchObject([{ kind: 'override' }]);
  disk.isFull = false;
  await settled;
  expect(log).toMatchObject([{ kind: 'override' }, { kind: 'counterfactual' }]);
  expect(sent.at(-1)!.counterfactual).not.toBeNull();
});

test('[STORE-22] a run that closes meanwhile says that the takeover stays without it', async () => {
  const disk = new Disk();
  const { takeovers, letGo, log, rolled } = make(steps('e', [0, 0, 0], false), 0, disk);
  await letGo(0, 3);
  disk.isFull = true;
  const settled = takeovers.settle(rolled[0]!.id, steps(rolled[0]!.id, [0, 0], false), '');
  await until('the first try', () => disk.errors.length > 0);
  await takeovers.close();
  await settled;
  expect(log).toHaveLength(1);
  expect(disk.lines.at(-1)).toBe('a takeover stays without its counterfactual');
});

test('[STORE-13] a run that closes meanwhile writes the takeover, be it without its steps, and does not wait', async () => {
  const disk = new Disk();
  disk.isFull = true;
  disk.refused = 'steps';
  const { takeovers, letGo, log } = make(steps('e', [0, 0, 0], false), 0, disk);
  const told = letGo(0, 3);
  await until('the first try', () => disk.errors.length > 0);
  await takeovers.close();
  await told;
  expect(log).toMatchObject([{ kind: 'override', from: 0, to: 3 }]);
});

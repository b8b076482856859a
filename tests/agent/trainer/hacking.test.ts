import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Metrics } from '../../../agent/contract.ts';
import { createHackingWatch } from '../../../agent/trainer/hacking.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const spec = syntheticSpec(2, 1);

/** A model whose reward is the first observation and whose disagreement the second, times its `scale`. */
function judge(version = 1) {
  const column =
    (at: number) => (o: Float32Array, _a: Float32Array, n: number, out: Float32Array) => {
      for (let i = 0; i < n; i++) out[i] = model.scale[at]! * o[2 * i + at]!;
    };
  const model = {
    version,
    scale: [1, 1],
    predict: column(0),
    disagreement: column(1),
    answers: { 'reward/labels/preference': 10 } as Metrics,
    report: () => model.answers,
  };
  return model;
}

function episode(id: string, reward: number, disagreement: number, length = 20) {
  const made = syntheticEpisode(spec, length, createRandom(1), { id });
  for (let t = 0; t <= length; t++) made.observations.set([reward, disagreement], 2 * t);
  return made;
}

/** Eight episodes as `before`, then eight as `after`: [learned reward, disagreement]. */
function watch(
  before: readonly [number, number],
  after: readonly [number, number],
  model = judge(),
) {
  const hacking = createHackingWatch(model);
  for (let i = 0; i < 16; i++) {
    const [reward, disagreement] = i < 8 ? before : after;
    hacking.add(episode(`e${i}`, reward, disagreement + i * 1e-4));
  }
  return hacking;
}

test('[TRN-7] the alarm needs both: learned reward and disagreement rise', () => {
  expect(watch([0, 0.1], [1, 0.5]).alarm).toBe(true);
  expect(watch([0, 0.1], [1, 0.1]).alarm).toBe(false); // honest improvement
  expect(watch([0, 0.1], [0, 0.5]).alarm).toBe(false);
  expect(watch([1, 0.1], [0, 0.5]).alarm).toBe(false);
  expect(watch([0, 0.5], [1, 0.1]).alarm).toBe(false);
});

test('[TRN-7] without ten judged answers there is no evidence and no alarm, however many takeovers there were', () => {
  const model = judge();
  const hacking = watch([0, 0.1], [1, 0.5], model);
  model.answers = { 'reward/labels/override': 500, 'reward/labels/preference': 9 };
  expect(hacking.alarm).toBe(false);
  expect(hacking.suspects().size).toBe(0);
  model.answers = {
    'reward/labels/preference': 4,
    'reward/labels/ranking': 3,
    'reward/labels/rating': 3,
  };
  expect(hacking.alarm).toBe(true);
});

test('[TRN-7] suspects are new episodes, the most disputed first to be asked about; none without alarm', () => {
  const suspects = [...watch([0, 0.1], [1, 0.5]).suspects()];
  expect(suspects.sort()).toEqual(['e12', 'e13', 'e14', 'e15']);
  expect(watch([0, 0.1], [0, 0.1]).suspects().size).toBe(0);
});

test('[TRN-7] a new reward model judges old and new episodes again', () => {
  const model = judge();
  const hacking = watch([0, 0.1], [1, 0.5], model);
  model.scale = [1, 0]; // its members agree now
  hacking.judgeAgain();
  expect(hacking.alarm).toBe(false);
  model.scale = [0.5, 2];
  hacking.judgeAgain();
  expect(hacking.alarm).toBe(true);
});

test('[TRN-7] what was lived before there was a reward model is judged by the first one', () => {
  const model = judge(0);
  const hacking = watch([0, 0.1], [1, 0.5], model);
  expect(hacking.alarm).toBe(false);
  model.version = 1;
  hacking.judgeAgain();
  expect(hacking.alarm).toBe(true);
});

test('[TRN-7] the watch goes on from a checkpoint, and the next reward model judges what it kept', () => {
  const model = judge();
  const hacking = watch([0, 0.1], [1, 0.5]);
  const restored = createHackingWatch(model);
  const { meta, arrays } = hacking.save();
  restored.load({ meta: JSON.parse(JSON.stringify(meta)), arrays });
  expect(restored.alarm).toBe(true);
  expect(restored.suspects()).toEqual(hacking.suspects());
  model.scale = [1, 0];
  restored.judgeAgain();
  expect(restored.alarm).toBe(false);
});

test('[TRN-7] a run whose checkpoint has no history yet goes on, and is watched anew', () => {
  const hacking = createHackingWatch(judge());
  hacking.load({ meta: { log: [] }, arrays: {} });
  expect(hacking.alarm).toBe(false);
  for (let i = 0; i < 16; i++) hacking.add(episode(`n${i}`, i, i));
  expect(hacking.alarm).toBe(true);
});

test('[TRN-7] one window says nothing, and an episode that is told twice counts once', () => {
  const hacking = createHackingWatch(judge());
  for (let i = 0; i < 15; i++) hacking.add(episode(`n${i}`, i, i));
  expect(hacking.alarm).toBe(false);
  hacking.add(episode('n14', 14, 14));
  expect(hacking.alarm).toBe(false);
  hacking.add(episode('n15', 15, 15));
  expect(hacking.alarm).toBe(true);
});

test('[TRN-7] a drift too slow to be seen from one episode to the next alarms all the same, and goes on doing so', () => {
  const hacking = createHackingWatch(judge());
  const alarms: boolean[] = [];
  const random = createRandom(3);
  for (let i = 0; i < 1000; i++) {
    const drift = Math.max(0, Math.min(1, (i - 200) / 400));
    const noise = () => 0.2 * random.normal();
    hacking.add(episode(`e${i}`, drift + noise(), 1 + drift + noise()));
    alarms.push(hacking.alarm);
  }
  expect(alarms.slice(100, 200).filter(Boolean).length).toBeLessThan(10);
  expect(alarms.slice(550).filter(Boolean).length).toBeGreaterThan(440);
  const { meta } = hacking.save();
  expect((meta.history as unknown[]).length).toBeLessThan(32); // however long the run
});

test('[TRN-7] honest improvement never alarms, however long it goes on', () => {
  const hacking = createHackingWatch(judge());
  for (let i = 0; i < 500; i++) {
    hacking.add(episode(`e${i}`, i / 100, 1 / (1 + i / 100)));
    expect(hacking.alarm).toBe(false);
  }
});

test('[TRN-7] behaviour that stays within its own spread never alarms', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.integer({ min: 1, max: 300 }),
      (level, length) => {
        const hacking = createHackingWatch(judge());
        for (let i = 0; i < 16; i++) hacking.add(episode(`e${i}`, level, 0.3, length));
        expect(hacking.alarm).toBe(false);
      },
    ),
  );
});

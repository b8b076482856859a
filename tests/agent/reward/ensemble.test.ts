import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backend, loadBackend } from '../../../agent/backend/backend.ts';
import type { Feedback, FeedbackBody, Query } from '../../../agent/contract.ts';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import { createRewardEnsemble, type RewardEnsemble } from '../../../agent/reward/ensemble.ts';
import { createPreferenceTeacher } from '../../../agent/teachers/preference.ts';
import { createRandom } from '../../../sim/random.ts';
import { pointSpec, recordPointEpisodes } from '../point-world.ts';

const base = { runId: 'r', shownAt: 0, answeredAt: 0, receivedAt: 0, responseMs: 0 };
const store = createEpisodeStore({ maxSteps: 10_000 });
let backend: Backend;
const spec = pointSpec();

beforeAll(async () => {
  backend = await loadBackend({ deterministic: true });
  for (const episode of recordPointEpisodes(30, 5)) store.add(episode);
});

type Preference = Extract<FeedbackBody, { kind: 'preference' }>;

function query(id: number, random = createRandom(id, 99)): Query {
  const ids = store.ids();
  const segment = () => {
    const episodeId = ids[random.integer(ids.length)]!;
    const from = random.integer(store.get(episodeId)!.length - 10);
    return { episodeId, from, to: from + 10 };
  };
  return {
    id: `q${id}`,
    runId: 'r',
    kind: 'compare',
    segments: [segment(), segment()],
    strategy: 'uniform',
    score: 0,
    policyVersion: 0,
    createdAt: 0,
    expiresAt: 1,
  };
}

function watch(model: RewardEnsemble): void {
  for (const id of store.ids()) model.observe(store.get(id)!, 0, store.get(id)!.length);
}

/** `labels` answers of a teacher who is wrong in a share `mistake` of them. */
function ask(
  model: RewardEnsemble,
  teacherId: string,
  labels: number,
  mistake = 0,
  change = (body: Preference) => body,
): void {
  const teacher = createPreferenceTeacher({ mistake }, createRandom(4));
  for (let i = 0; i < labels; i++) {
    const body = change(teacher.answer(query(i), store) as Preference);
    model.feedback({ ...base, ...body, id: `${teacherId}${i}`, teacherId } as Feedback, store);
  }
}

function teach(model: RewardEnsemble, labels: number, mistake = 0): void {
  watch(model);
  ask(model, 't', labels, mistake);
}

function predictions(model: RewardEnsemble): Float32Array {
  const e = store.get(store.ids()[0]!)!;
  const out = new Float32Array(e.length);
  model.predict(e.observations, e.actions, e.length, out);
  return out;
}

/** A learned noise parameter, by name. */
function noiseOf(model: RewardEnsemble, name: string): number {
  const { scalars } = (
    model.save().meta as { noise: { scalars: { name: string; value: number }[] } }
  ).noise;
  return scalars.find((s) => s.name === name)!.value;
}

function runSessions(model: RewardEnsemble, sessions: number): void {
  const target = model.version + sessions;
  for (let i = 0; i < 2000 && model.version < target; i++) if (!model.update()) return;
}

const models: RewardEnsemble[] = [];
const make = (config = {}, seed = 1) => {
  const model = createRewardEnsemble(spec, config, backend, createRandom(seed));
  models.push(model);
  return model;
};
afterAll(() => {
  for (const model of models) model.dispose();
});

describe('reward ensemble', () => {
  it('[RWD-10] 100 perfect comparisons: held-out accuracy above 0.9 and a reward that follows the true one', () => {
    const model = make();
    teach(model, 100);
    runSessions(model, 1);
    const report = model.report();
    expect(report['reward/heldOut']).toBeGreaterThan(90);
    expect(report['reward/accuracy']).toBeGreaterThan(0.9);
    expect(report['reward/pearson']).toBeGreaterThan(0.8);
  });

  it('[AUTO-6] the report counts every held-out comparison with a choice, and judges the newest', () => {
    const model = make();
    teach(model, 530);
    runSessions(model, 1);
    const report = model.report();
    expect(report['reward/heldOut']).toBeLessThanOrEqual(512);
    expect(report['reward/decided']).toBe(model.heldOut().length);
    expect(model.heldOut().length).toBeGreaterThan(512);
  });

  it('[RWD-16] learns whom to trust: rationality and lapse are each teacher’s own', () => {
    const model = make();
    watch(model);
    ask(model, 'sure', 80);
    ask(model, 'coin', 80, 0.5);
    runSessions(model, 1);
    // Each retraction opens another session of fitting.
    for (let i = 0; i < 6; i++) {
      model.feedback(
        { ...base, kind: 'retraction', feedbackId: `coin${i}`, id: `r${i}`, teacherId: 'coin' },
        store,
      );
      runSessions(model, 1);
    }
    expect(noiseOf(model, 'beta/sure')).toBeGreaterThan(noiseOf(model, 'beta/coin') + 0.5);
    expect(noiseOf(model, 'lapse/coin')).toBeGreaterThan(noiseOf(model, 'lapse/sure'));
    // Half of the answers are coin tosses; the reward is learned all the same.
    expect(model.report()['reward/pearson']).toBeGreaterThan(0.7);
  });

  it('[RWD-35] what an excluded teacher said is not fitted, is kept, and is fitted again', () => {
    const model = make();
    watch(model);
    ask(model, 'sure', 40);
    ask(model, 'wrong', 120, 0, ({ a, b, ...rest }) => ({ ...rest, a: b, b: a }));
    runSessions(model, 2);
    const before = model.report()['reward/pearson']!;
    expect(before).toBeLessThan(0.5);
    model.exclude(['wrong']);
    expect([model.labels, model.pending]).toEqual([40, true]);
    for (let i = 0; i < 4; i++) {
      runSessions(model, 1);
      model.exclude([]);
      model.exclude(['wrong']);
    }
    expect(model.report()['reward/pearson']).toBeGreaterThan(0.7);
    // What is saved meanwhile has all of it.
    const copy = make();
    copy.load(model.save());
    expect(copy.labels).toBe(160);
    model.exclude([]);
    expect([model.labels, model.pending]).toEqual([160, true]);
    // The same again opens no session.
    runSessions(model, 1);
    model.exclude([]);
    expect(model.pending).toBe(false);
  });

  it('[RWD-17] skipped and incomparable pairs are not fitted, equal ones are; a retraction takes back', () => {
    const model = make();
    watch(model);
    const say = (choice: 'skip' | 'incomparable' | 'equal', id: string) => {
      const [a, b] = query(1).segments;
      const body = { kind: 'preference' as const, a: a!, b: b!, choice };
      model.feedback({ ...base, ...body, id, teacherId: 't' }, store);
    };
    say('skip', 's');
    say('incomparable', 'i');
    expect([model.labels, model.pending]).toEqual([0, false]);
    say('equal', 'e');
    expect([model.labels, model.pending]).toEqual([1, true]);
    model.feedback(
      { ...base, kind: 'retraction', feedbackId: 'e', id: 'r', teacherId: 't' },
      store,
    );
    expect([model.labels, model.pending]).toEqual([0, false]);
  });

  it('[RWD-18] a version answers alike, to the last bit, until the next is published', () => {
    const model = make();
    teach(model, 40);
    runSessions(model, 1);
    const [version, before] = [model.version, predictions(model)];
    ask(model, 'u', 40);
    model.update();
    expect(model.version).toBe(version);
    expect(predictions(model)).toEqual(before);
    runSessions(model, 1);
    expect(predictions(model)).not.toEqual(before);
  });

  it('[RWD-19] published rewards have the deviation asked for over recent behaviour', () => {
    const model = make({ outputStd: 3 });
    teach(model, 40);
    runSessions(model, 1);
    const all: number[] = [];
    for (const id of store.ids()) {
      const e = store.get(id)!;
      const out = new Float32Array(e.length);
      model.predict(e.observations, e.actions, e.length, out);
      all.push(...out);
    }
    const mean = all.reduce((a, b) => a + b, 0) / all.length;
    const deviation = Math.sqrt(all.reduce((a, r) => a + (r - mean) ** 2, 0) / all.length);
    expect(Math.abs(mean)).toBeLessThan(0.5);
    // Members are normalised one by one: where they disagree, their mean varies less.
    expect(deviation).toBeGreaterThan(2);
    expect(deviation).toBeLessThan(3.3);
  });

  it('[RWD-22] the report has the bins of a reliability diagram, made of held-out answers only', () => {
    const model = make();
    teach(model, 60, 0.2);
    expect(Object.keys(model.report()).filter((n) => n.includes('reliability'))).toEqual([]);
    runSessions(model, 1);
    const report = model.report();
    const bins = model.reliability();
    expect(bins.length).toBeGreaterThan(1);
    for (const [i, bin] of bins.entries())
      for (const name of ['confidence', 'accuracy', 'count'] as const)
        expect(report[`reward/reliability/${i}/${name}`]).toBe(bin[name]);
    expect(report[`reward/reliability/${bins.length}/count`]).toBeUndefined();
    const sum = (f: (bin: (typeof bins)[number]) => number) => bins.reduce((n, b) => n + f(b), 0);
    expect(sum((b) => b.count)).toBe(report['reward/heldOut']);
    expect(sum((b) => b.count * b.accuracy) / sum((b) => b.count)).toBeCloseTo(
      report['reward/accuracy']!,
    );
  });

  it('[RWD-29] weight decay rises while labels are learned by heart, falls while nothing is, within bounds', () => {
    const decayOf = (model: RewardEnsemble) => model.report()['reward/weightDecay']!;
    /** Decays after each of `sessions`, every one opened by a retraction. */
    const follow = (model: RewardEnsemble, sessions: number): number[] => {
      watch(model);
      ask(model, 'coin', 40, 0.5);
      return Array.from({ length: sessions }, (_, i) => {
        const feedbackId = `coin${i}`;
        if (i > 0)
          model.feedback(
            { ...base, kind: 'retraction', feedbackId, id: `r${i}`, teacherId: 'coin' },
            store,
          );
        runSessions(model, 1);
        return decayOf(model);
      });
    };
    const adaptWeightDecay = true;
    // Nothing can be known about coin tosses but the tosses.
    const byHeart = follow(make({ adaptWeightDecay, weightDecay: 0.01 }), 6);
    expect(byHeart.at(-1)!).toBeGreaterThan(0.01);
    for (const [i, decay] of byHeart.entries())
      expect(decay).toBeLessThanOrEqual(0.01 * 1.5 ** (i + 1) * (1 + 1e-9));
    // A model that is shrunk to nothing is as good on held-out answers as on its own.
    const shrunk = follow(make({ adaptWeightDecay, weightDecay: 900 }), 6);
    expect(shrunk[0]!).toBeCloseTo(600, 6);
    expect(shrunk.at(-1)!).toBeLessThan(shrunk[0]!);
    expect(shrunk.at(-1)!).toBeGreaterThanOrEqual(9);
    expect(decayOf(make({ weightDecay: 7 }))).toBe(7);
  });

  it('[RWD-31] says so when weight decay leaves nothing of what was learned', () => {
    const flat = (weightDecay: number) => {
      const model = make({ weightDecay });
      teach(model, 40);
      runSessions(model, 1);
      return model.report()['reward/flat'];
    };
    expect(flat(900)).toBe(1);
    expect(flat(0.3)).toBe(0);
  });

  it('[RWD-21] behaviour unlike anything labelled is said to be far from it', () => {
    const distance = (shift: number) => {
      const model = make();
      teach(model, 40);
      for (const id of store.ids().slice(0, 10)) {
        const e = store.get(id)!;
        const observations = e.observations.map((x) => x + shift);
        model.observe({ ...e, id: `${id}-moved`, observations }, 0, e.length);
      }
      runSessions(model, 1);
      return model.report()['reward/distance']!;
    };
    expect(distance(6)).toBeGreaterThan(1.5 * distance(0));
  });
});

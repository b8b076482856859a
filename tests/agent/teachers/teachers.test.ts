import { describe, expect, it } from 'vitest';
import type { Query } from '../../../agent/contract.ts';
import { createEpisodeStore } from '../../../agent/episode/store.ts';
import { createOverrideTeacher, type TakeoverRule } from '../../../agent/teachers/override.ts';
import {
  createPreferenceTeacher,
  type PreferenceTeacherConfig,
  segmentReturn,
} from '../../../agent/teachers/preference.ts';
import { createScalarTeacher } from '../../../agent/teachers/scalar.ts';
import { createRandom } from '../../../sim/random.ts';
import { createPointExpert, createPointWorld, recordPointEpisodes } from '../point-world.ts';

const store = createEpisodeStore({ maxSteps: 10_000 });
for (const episode of recordPointEpisodes(30, 5)) store.add(episode);

function query(i: number, swap = false): Query {
  const random = createRandom(i, 7);
  const ids = store.ids();
  const segment = () => {
    const episodeId = ids[random.integer(ids.length)]!;
    const from = random.integer(store.get(episodeId)!.length - 10);
    return { episodeId, from, to: from + 10 };
  };
  const first = segment();
  let second = segment();
  while (second.episodeId === first.episodeId) second = segment();
  const pair = [first, second];
  if (swap) pair.reverse();
  return {
    id: `q${i}`,
    runId: 'r',
    kind: 'compare',
    segments: pair,
    strategy: 'uniform',
    score: 0,
    policyVersion: 0,
    createdAt: 0,
    expiresAt: 1,
  };
}

function ask(config: Partial<PreferenceTeacherConfig>, n = 2000, seed = 1) {
  const teacher = createPreferenceTeacher(config, createRandom(seed));
  for (const id of store.ids()) teacher.watch(store.get(id)!);
  const answers = Array.from({ length: n }, (_, i) => {
    const q = query(i);
    const difference =
      segmentReturn(q.segments[0]!, store, 1) - segmentReturn(q.segments[1]!, store, 1);
    return { difference, ...teacher.answer(q, store) };
  });
  return { teacher, answers };
}

const wrong = (answers: ReturnType<typeof ask>['answers']) =>
  answers.filter((a) => (a.choice === 'a') !== a.difference > 0).length / answers.length;

describe('preference teacher', () => {
  it('[TCH-1] the oracle is always right and a mistaken one as often wrong as it says', () => {
    expect(wrong(ask({}).answers)).toBe(0);
    expect(wrong(ask({ mistake: 0.1 }).answers)).toBeCloseTo(0.1, 1);
  });

  it('[TCH-2] rationality β is recovered from its answers by maximum likelihood', () => {
    for (const beta of [0.3, 1]) {
      const { answers } = ask({ beta }, 3000);
      const nll = (b: number) =>
        answers.reduce(
          (sum, a) => sum + Math.log1p(Math.exp(-b * a.difference * (a.choice === 'a' ? 1 : -1))),
          0,
        );
      const grid = Array.from({ length: 60 }, (_, i) => 0.05 * (i + 1));
      const best = grid.reduce((x, y) => (nll(y) < nll(x) ? y : x));
      expect(Math.abs(best - beta)).toBeLessThanOrEqual(0.2 * beta + 0.05);
    }
  });

  it('[TCH-3] skips and ties follow their thresholds with negative rewards too', () => {
    // B-Pref's skip teacher never skips here: all returns are negative.
    const skips = ask({ skip: 0.5 }).answers.filter((a) => a.choice === 'skip').length;
    expect(skips).toBeGreaterThan(20);
    expect(skips).toBeLessThan(1900);
    const ties = ask({ equal: 0.1 }).answers.filter((a) => a.choice === 'equal');
    const few = ask({ equal: 0.02 }).answers.filter((a) => a.choice === 'equal');
    expect(ties.length).toBeGreaterThan(few.length);
    const widest = Math.max(...ties.map((a) => Math.abs(a.difference)));
    expect(widest).toBeLessThan(
      Math.max(...ask({}).answers.map((a) => Math.abs(a.difference))) / 4,
    );
  });

  it('[TCH-4] side bias, fatigue and drift show in the answers', () => {
    const biased = ask({ beta: 1, sideBias: 1 }).answers;
    const lefts = biased.filter((a) => a.choice === 'a').length / biased.length;
    const fair = ask({ beta: 1 }).answers.filter((a) => a.choice === 'a').length / biased.length;
    expect(lefts).toBeGreaterThan(fair + 0.02);
    const tired = ask({ fatigue: 0.02 }).answers;
    expect(wrong(tired.slice(0, 300))).toBeLessThan(wrong(tired.slice(-300)) - 0.1);
    const drifting = ask({ beta: 2, drift: 300 }).answers;
    expect(wrong(drifting.slice(0, 200))).toBeLessThan(wrong(drifting.slice(-200)) - 0.1);
  });

  it('[TCH-8] side bias, drift and fatigue are recovered from the answers by maximum likelihood', () => {
    type Answer = ReturnType<typeof ask>['answers'][number];
    const best = (answers: readonly Answer[], grid: readonly number[], p: Likes) => {
      const nll = (x: number) =>
        answers.reduce((sum, a, i) => {
          const likes = Math.min(1 - 1e-9, Math.max(1e-9, p(x, a.difference, i)));
          return sum - Math.log(a.choice === 'a' ? likes : 1 - likes);
        }, 0);
      return grid.reduce((x, y) => (nll(y) < nll(x) ? y : x));
    };
    type Likes = (x: number, difference: number, i: number) => number;
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const steps = (n: number, by: number) => Array.from({ length: n }, (_, i) => i * by);
    const biased = ask({ beta: 0.5, sideBias: 1 }, 3000).answers;
    const bias = best(biased, steps(41, 0.05), (x, d) => sigmoid(0.5 * d + x));
    expect(Math.abs(bias - 1)).toBeLessThanOrEqual(0.25);
    const drifting = ask({ beta: 2, drift: 500 }, 2000).answers;
    const drift = best(drifting, steps(40, 25).slice(1), (x, d, i) =>
      sigmoid(2 * Math.exp(-i / x) * d),
    );
    expect(Math.abs(drift - 500)).toBeLessThanOrEqual(125);
    const tired = ask({ fatigue: 0.01 }, 3000).answers;
    const fatigue = best(tired, steps(60, 0.0005).slice(1), (x, d, i) => {
      const slip = Math.min(0.5, (x * i) / 100);
      return d > 0 ? 1 - slip : slip;
    });
    expect(Math.abs(fatigue - 0.01)).toBeLessThanOrEqual(0.002);
  });

  it('[TCH-9] feature-dependent noise: slips where the feature is above its mean, none elsewhere', () => {
    const { answers } = ask({ featureNoise: 0.3 });
    const feature = (a: (typeof answers)[number]) =>
      [a.a, a.b].reduce((sum, { episodeId, from, to }) => {
        const { observations, observationSize: d } = store.get(episodeId)!;
        for (let t = from; t < to; t++) sum += observations[t * d]! / (2 * (to - from));
        return sum;
      }, 0);
    let sum = 0;
    const above = answers.filter((a, i) => {
      const value = feature(a);
      const is = i > 0 && value > sum / i;
      sum += value;
      return is;
    });
    expect(wrong(above)).toBeCloseTo(0.3, 1);
    expect(wrong(answers.filter((a) => !above.includes(a)))).toBe(0);
  });

  it('[TCH-5] its ceiling is the accuracy that a perfect model can reach', () => {
    const { teacher } = ask({ mistake: 0.2 });
    expect(teacher.ceiling).toBeCloseTo(0.8, 6);
    expect(() => createPreferenceTeacher({ mistake: 2 }, createRandom(1))).toThrow(
      'teacher.mistake: is 2, allowed 0 to 1',
    );
  });
});

describe('override teacher', () => {
  function drive(rule: TakeoverRule, policy: readonly number[], episodes = 5) {
    const env = createPointWorld();
    const copyEnv = createPointWorld();
    const teacher = createOverrideTeacher(
      env,
      createPointExpert(env),
      { rule, copy: { env: copyEnv, expert: createPointExpert(copyEnv) } },
      createRandom(2),
    );
    const wanted = Float32Array.from(policy);
    const out = new Float32Array(2);
    let steps = 0;
    let cost = 0;
    for (let e = 0; e < episodes; e++) {
      let ts = env.reset(e);
      teacher.reset(e);
      while (ts.kind !== 'last') {
        ts = env.step(teacher.intervene(wanted, out) ? out : wanted);
        cost += ts.info.cost;
        steps++;
      }
    }
    return { ...teacher.stats, total: steps, cost };
  }

  it.each(['density', 'predicted-failure'] as const)(
    '[TCH-10] rule %s keeps a policy that runs away from harm',
    (rule) => {
      const result = drive(rule, [1, 1]);
      expect(result.cost).toBe(0);
      expect(result.takeovers).toBeGreaterThan(0);
      expect(result.steps).toBeLessThanOrEqual(result.total);
    },
  );

  it('[TCH-11] late and noisy: no takeover is needless while there is need all the time', () => {
    const result = drive('late-noisy', [0.3, 0], 40);
    expect(result.takeovers).toBeGreaterThanOrEqual(20);
    expect(result.unneeded).toBe(0);
  });

  it('[TCH-12] looking ahead leaves the environment as it was, with or without a copy', () => {
    const env = createPointWorld();
    const teacher = createOverrideTeacher(env, createPointExpert(env), {}, createRandom(2));
    env.reset(1);
    const before = env.saveState();
    teacher.intervene(Float32Array.of(1, 1), new Float32Array(2));
    expect([...env.saveState()]).toEqual([...before]);
  });
});

describe('scalar teacher', () => {
  it('[TCH-20] presses rarely, late, and the sign follows what was seen a moment before', () => {
    const teacher = createScalarTeacher({ delaySteps: 5 }, createRandom(1));
    const signs = { right: 0, all: 0 };
    for (const id of store.ids()) {
      const episode = store.get(id)!;
      const mean = episode.envRewards.reduce((a, b) => a + b, 0) / episode.length;
      for (let t = 0; t < episode.length; t++) {
        const pressed = teacher.observe(episode, t);
        if (!pressed) continue;
        expect(pressed.step).toBe(t);
        signs.all++;
        if (pressed.value > 0 === episode.envRewards[t - 6]! > mean) signs.right++;
      }
    }
    expect(signs.all).toBeGreaterThan(30);
    expect(signs.right / signs.all).toBeGreaterThan(0.5);
  });
});

import { expect, it } from 'vitest';
import {
  createOverrideTeacher,
  type OverrideTeacherOptions,
} from '../../../agent/teachers/override.ts';
import type { Expert } from '../../../sim/contract.ts';
import { createRandom } from '../../../sim/random.ts';
import { createPointExpert, createPointWorld } from '../point-world.ts';

function teacherIn(options: OverrideTeacherOptions, seed = 2) {
  const env = createPointWorld();
  const copy = createPointWorld();
  const teacher = createOverrideTeacher(
    env,
    createPointExpert(env),
    { ...options, copy: { env: copy, expert: createPointExpert(copy) } },
    createRandom(seed),
  );
  return { env, teacher };
}

/** Random actions at the start of many episodes, and whether the teacher takes over there. */
function firstDecisions(options: OverrideTeacherOptions, n: number) {
  const { env, teacher } = teacherIn(options);
  const random = createRandom(4);
  return Array.from({ length: n }, (_, seed) => {
    env.reset(seed);
    teacher.reset(seed);
    const action = Float32Array.of(random.uniform(-1, 1), random.uniform(-1, 1));
    const best = new Float32Array(2);
    createPointExpert(env).act(best);
    return { seed, action, best, taken: teacher.intervene(action, new Float32Array(2)) };
  });
}

it('[TCH-13] density: its threshold, 0.05 unless set, is recovered from what it takes over', () => {
  for (const [options, threshold] of [
    [{}, 0.05],
    [{ densityThreshold: 0.4 }, 0.4],
  ] as const) {
    const decisions = firstDecisions({ rule: 'density', ...options }, 3000).map((d) => ({
      ...d,
      // Under a Gaussian of deviation 0.3 around the expert's action, relative to its peak.
      density: Math.exp(
        -((d.action[0]! - d.best[0]!) ** 2 + (d.action[1]! - d.best[1]!) ** 2) / (2 * 0.3 ** 2),
      ),
    }));
    const densities = (taken: boolean) =>
      decisions.filter((d) => d.taken === taken).map((d) => d.density);
    const highestTaken = Math.max(...densities(true));
    const lowestLeft = Math.min(...densities(false));
    expect(highestTaken).toBeLessThan(threshold);
    expect(lowestLeft).toBeGreaterThanOrEqual(threshold);
    expect(lowestLeft - highestTaken).toBeLessThan(0.1 * threshold);
  }
});

it('[TCH-14] predicted failure: takes over exactly where holding the action so long ends in harm', () => {
  const recoverySeconds = 0.5;
  const options = { shortfall: Number.POSITIVE_INFINITY, recoverySeconds };
  for (const holdSeconds of [0.7, 1]) {
    const decisions = firstDecisions({ ...options, holdSeconds }, 1500);
    const env = createPointWorld();
    const rescuer: Expert = createPointExpert(env);
    const out = new Float32Array(2);
    const fails = (d: (typeof decisions)[number], hold: number) => {
      let ts = env.reset(d.seed);
      for (let t = 0; t < Math.round((hold + recoverySeconds) / env.controlDt); t++) {
        if (t >= Math.round(hold / env.controlDt)) rescuer.act(out);
        ts = env.step(t < Math.round(hold / env.controlDt) ? d.action : out);
        if (ts.info.cost > 0) return true;
      }
      return false;
    };
    const wrong = (hold: number) => decisions.filter((d) => fails(d, hold) !== d.taken).length;
    const grid = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2];
    expect(decisions.filter((d) => d.taken).length).toBeGreaterThan(5);
    expect(decisions.filter((d) => !d.taken).length).toBeGreaterThan(5);
    expect(grid.reduce((x, y) => (wrong(y) < wrong(x) ? y : x))).toBe(holdSeconds);
    expect(wrong(holdSeconds)).toBe(0);
  }
});

it('[TCH-11] late and noisy: so many seconds after the need, 0.3 unless set', () => {
  /** The first step at which a runaway is taken over, per episode. */
  const firsts = (options: OverrideTeacherOptions) => {
    const { env, teacher } = teacherIn({ wrongShare: 0, ...options });
    const runaway = new Float32Array(2);
    const out = new Float32Array(2);
    return Array.from({ length: 40 }, (_, seed) => {
      let ts = env.reset(seed);
      teacher.reset(seed);
      const angle = Math.atan2(ts.observation[1]!, ts.observation[0]!);
      for (let t = 0; ts.kind !== 'last'; t++) {
        runaway.set([0.5 * Math.cos(angle), 0.5 * Math.sin(angle)]);
        if (teacher.intervene(runaway, out)) return t;
        ts = env.step(runaway);
      }
      return -1;
    });
  };
  const shortfall = Number.POSITIVE_INFINITY;
  const prompt = firsts({ rule: 'predicted-failure', shortfall, holdSeconds: 1.2 });
  expect(prompt.filter((t) => t > 0).length).toBeGreaterThan(20);
  for (const [options, delay] of [
    [{}, 3],
    [{ delaySeconds: 0 }, 0],
    [{ delaySeconds: 0.5 }, 5],
  ] as const) {
    const late = firsts({ rule: 'late-noisy', shortfall, holdSeconds: 1.2, ...options });
    expect(late).toEqual(prompt.map((t) => t + delay));
  }
});

it.each([
  [undefined, 0.05],
  [0.2, 0.2],
  [0.4, 0.4],
])(
  '[TCH-11] late and noisy: with wrongShare %s a share of %s of takeovers is needless',
  (wrongShare, share) => {
    const { env, teacher } = teacherIn(
      {
        rule: 'late-noisy',
        ...(wrongShare === undefined ? {} : { wrongShare }),
        minSeconds: 0.2,
        shortfall: Number.POSITIVE_INFINITY,
      },
      7,
    );
    const random = createRandom(5);
    const wanted = new Float32Array(2);
    const out = new Float32Array(2);
    const expert = createPointExpert(env);
    for (let e = 0; teacher.stats.takeovers < 3000; e++) {
      let ts = env.reset(e);
      teacher.reset(e);
      let lost = 0;
      while (ts.kind !== 'last') {
        // Drives well, and now and then runs away for two seconds.
        if (lost === 0 && random.next() < 0.02) lost = 20;
        if (lost > 0) {
          const r = Math.hypot(ts.observation[0]!, ts.observation[1]!) + 1e-6;
          wanted.set([ts.observation[0]! / r, ts.observation[1]! / r]);
          lost--;
        } else expert.act(wanted);
        ts = env.step(teacher.intervene(wanted, out) ? out : wanted);
      }
    }
    const { takeovers, unneeded } = teacher.stats;
    // Three standard deviations of a share of so many.
    expect(Math.abs(unneeded / takeovers - share)).toBeLessThan(
      3 * Math.sqrt((share * (1 - share)) / takeovers),
    );
  },
);

it.each([
  [undefined, 0],
  [0.15, 0.15],
  [0.3, 0.3],
])(
  '[TCH-26] with badShare %s a share of %s of takeovers holds one random action',
  (badShare, share) => {
    const options = badShare === undefined ? {} : { badShare };
    const { env, teacher } = teacherIn({ shortfall: Number.POSITIVE_INFINITY, ...options }, 7);
    const out = new Float32Array(2);
    const best = new Float32Array(2);
    const expert = createPointExpert(env);
    const held: boolean[] = [];
    const actions: number[] = [];
    for (let e = 0; held.length < 1000; e++) {
      let ts = env.reset(e);
      teacher.reset(e);
      const begun = teacher.stats.takeovers;
      const first: number[] = [];
      let isBad = false;
      while (ts.kind !== 'last') {
        const r = Math.hypot(ts.observation[0]!, ts.observation[1]!) + 1e-6;
        const runaway = Float32Array.of(ts.observation[0]! / r, ts.observation[1]! / r);
        expert.act(best);
        const taken = teacher.intervene(runaway, out);
        if (taken && teacher.stats.takeovers === begun + 1) {
          if (first.length === 0) {
            first.push(...out);
            isBad = out.some((a, i) => a !== best[i]);
            if (isBad) actions.push(...out);
            held.push(isBad);
          } else expect([...out]).toEqual(isBad ? first : [...best]);
        }
        ts = env.step(taken ? out : runaway);
      }
    }
    const bad = held.filter(Boolean).length / held.length;
    expect(Math.abs(bad - share)).toBeLessThanOrEqual(
      4 * Math.sqrt((share * (1 - share)) / held.length),
    );
    if (share === 0) return;
    const mean = actions.reduce((a, b) => a + b, 0) / actions.length;
    const spread = Math.sqrt(actions.reduce((a, b) => a + (b - mean) ** 2, 0) / actions.length);
    expect(Math.abs(mean)).toBeLessThan(0.15);
    expect(spread).toBeCloseTo(1 / Math.sqrt(3), 1); // uniform over [−1, 1]
  },
);

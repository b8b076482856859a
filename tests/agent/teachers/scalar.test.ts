import { expect, it } from 'vitest';
import { createScalarTeacher, type ScalarTeacherConfig } from '../../../agent/teachers/scalar.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const LENGTH = 20_000;
/** Until the teacher's idea of the usual reward has settled. */
const SETTLED = 2000;

/** Presses about an episode of independent rewards (mean 3, deviation 2 unless given). */
function watch(
  config: Partial<ScalarTeacherConfig>,
  rewardAt: (t: number, noise: number) => number = (_, noise) => 3 + 2 * noise,
) {
  const random = createRandom(8);
  let t = 0;
  const behave = () => rewardAt(t++, random.normal());
  const episode = syntheticEpisode(syntheticSpec(1, 1), LENGTH, random, { behave });
  const teacher = createScalarTeacher(config, createRandom(3));
  const presses: { step: number; value: number }[] = [];
  for (let step = 0; step < LENGTH; step++) {
    const pressed = teacher.observe(episode, step);
    if (pressed && step >= SETTLED) presses.push(pressed);
  }
  /** Mean reward of the `window` steps up to `delay` before the press. */
  const judged = (step: number, delay: number, window = 4) => {
    let sum = 0;
    for (let i = step - delay - window + 1; i <= step - delay; i++) sum += episode.envRewards[i]!;
    return sum / window;
  };
  return { presses, judged };
}

it.each(['sparse', 'continuous', 'policy-dependent'] as const)(
  '[TCH-21] %s: the delay is recovered from the presses',
  (mode) => {
    for (const delaySteps of [0, 5, 8]) {
      const { presses, judged } = watch({ mode, delaySteps });
      const agreement = (delay: number) =>
        presses.reduce((sum, p) => sum + p.value * (judged(p.step, delay) - 3), 0);
      const grid = Array.from({ length: 15 }, (_, i) => i);
      expect(grid.reduce((x, y) => (agreement(y) > agreement(x) ? y : x))).toBe(delaySteps);
    }
  },
);

it('[TCH-22] sparse: ±1 beyond its threshold and never below; the threshold is recovered', () => {
  for (const threshold of [0.5, 1]) {
    const { presses, judged } = watch({ mode: 'sparse', threshold, everySteps: 1 });
    expect(new Set(presses.map((p) => p.value))).toEqual(new Set([1, -1]));
    const sizes = presses.map((p) => Math.abs(judged(p.step, 5) - 3) / 2).sort((a, b) => a - b);
    expect(sizes.length).toBeGreaterThan(100);
    expect(Math.abs(sizes[0]! - threshold)).toBeLessThan(0.08); // its mean and deviation are estimates
    for (const { step, value } of presses) expect(Math.sign(judged(step, 5) - 3)).toBe(value);
  }
});

it('[TCH-22] sparse: the rate of mistakes is recovered, and keys keep their distance', () => {
  const { presses, judged } = watch({ mistake: 0.2, everySteps: 7 });
  const wrong = presses.filter((p) => Math.sign(judged(p.step, 5) - 3) !== p.value).length;
  const n = presses.length;
  expect(Math.abs(wrong / n - 0.2)).toBeLessThan(3 * Math.sqrt((0.2 * 0.8) / n));
  const gaps = presses.slice(1).map((p, i) => p.step - presses[i]!.step);
  expect(Math.min(...gaps)).toBe(7);
});

it('[TCH-23] continuous: values are the z-score of what was judged, squashed, every so many steps', () => {
  const { presses, judged } = watch({ mode: 'continuous', everySteps: 6 });
  for (const { step, value } of presses) {
    const z = (judged(step, 5) - 3) / 2;
    expect(Math.abs(Math.atanh(value) - z)).toBeLessThan(0.1 + 0.1 * Math.abs(z));
  }
  expect(new Set(presses.slice(1).map((p, i) => p.step - presses[i]!.step))).toEqual(new Set([6]));
});

it('[TCH-24] policy-dependent: praise fades as fast as its reference adapts, others’ does not', () => {
  const change = 10_000;
  // The agent improves by three deviations, once and for good.
  const improving = (t: number, noise: number) => (t < change ? 0 : 3) + noise;
  const praise = (config: Partial<ScalarTeacherConfig>) => {
    const { presses } = watch(
      { everySteps: 1, delaySteps: 0, windowSteps: 1, ...config },
      improving,
    );
    return (from: number, to: number) => {
      const values = presses.filter((p) => p.step >= change + from && p.step < change + to);
      return values.reduce((sum, p) => sum + p.value, 0) / values.length;
    };
  };
  const steady = praise({ mode: 'continuous' });
  expect(steady(0, 200)).toBeGreaterThan(0.7);
  expect(steady(1000, 2000)).toBeGreaterThan(0.7);
  // Expected praise under an adaptation a: shift 3 e^(−an) over a deviation with the same memory.
  const expected = (a: number, from: number, to: number) => {
    let shift = 3;
    let variance = 1;
    let sum = 0;
    const random = createRandom(12);
    for (let n = 0; n < to; n++) {
      variance += a * ((1 - a) * (shift * shift + 1) - variance);
      shift *= 1 - a;
      let value = 0;
      for (let i = 0; i < 20; i++)
        value += Math.tanh((shift + random.normal()) / Math.sqrt(variance)) / 20;
      if (n >= from) sum += value / (to - from);
    }
    return sum;
  };
  const grid = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05];
  for (const adaptation of [0.002, 0.005, 0.02]) {
    const seen = praise({ mode: 'policy-dependent', adaptation });
    const spans = [0, 25, 50, 100, 200, 400, 800];
    const misfit = (a: number) =>
      spans
        .slice(1)
        .reduce((sum, to, i) => sum + (seen(spans[i]!, to) - expected(a, spans[i]!, to)) ** 2, 0);
    expect(grid.reduce((x, y) => (misfit(y) < misfit(x) ? y : x))).toBe(adaptation);
    expect(Math.abs(seen(5 / adaptation, 5 / adaptation + 2000))).toBeLessThan(0.1);
  }
});

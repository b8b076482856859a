/**
 * Synthetic teachers that press a reward key while they watch, as people do: late, about what they
 * saw a moment ago, but stamped with the step on screen.
 */
import type { Random } from '../../sim/random.ts';
import { checkRange } from './check.ts';
import type { ScalarTeacher } from './contract.ts';

const MODES = ['sparse', 'continuous', 'policy-dependent'] as const;

export interface ScalarTeacherConfig {
  /**
   * sparse: ±1 when the recent reward is unusually good or bad; continuous: the recent reward's
   * z-score, squashed, every `everySteps`; policy-dependent: as continuous, against what the agent
   * has done lately, so that praise fades as it improves (COACH's view, MacGlashan et al. 2017).
   */
  readonly mode: (typeof MODES)[number];
  /** Steps between what is judged and the key. */
  readonly delaySteps: number;
  /** Steps judged together. */
  readonly windowSteps: number;
  /** Fewest steps between two keys. */
  readonly everySteps: number;
  /** sparse: standard deviations that call for a key. */
  readonly threshold: number;
  /** Probability of the opposite sign. */
  readonly mistake: number;
  /** policy-dependent: share by which the reference moves per step. */
  readonly adaptation: number;
}

export const scalarTeacherDefaults: ScalarTeacherConfig = {
  mode: 'sparse',
  delaySteps: 5,
  windowSteps: 4,
  everySteps: 5,
  threshold: 0.5,
  mistake: 0,
  adaptation: 0.005,
};

/** @throws RangeError naming field, value and allowed range. */
export function createScalarTeacher(
  options: Partial<ScalarTeacherConfig>,
  random: Random,
): ScalarTeacher {
  const config = { ...scalarTeacherDefaults, ...options };
  if (!MODES.includes(config.mode))
    throw new RangeError(`teacher.mode: is ${config.mode}, allowed ${MODES.join(', ')}`);
  checkRange('teacher.delaySteps', config.delaySteps, 0, 1000);
  checkRange('teacher.windowSteps', config.windowSteps, 1, 1000);
  checkRange('teacher.everySteps', config.everySteps, 1, 100_000);
  checkRange('teacher.mistake', config.mistake, 0, 1);
  checkRange('teacher.adaptation', config.adaptation, 0, 1);
  let count = 0;
  let mean = 0;
  let m2 = 0;
  let since = Number.POSITIVE_INFINITY;

  function learn(reward: number): void {
    count++;
    const rate =
      config.mode === 'policy-dependent' ? Math.max(1 / count, config.adaptation) : 1 / count;
    const before = reward - mean;
    mean += rate * before;
    m2 += rate * (before * (reward - mean) - m2); // variance, with the same memory
  }

  return {
    kind: 'scalar',
    observe(episode, step) {
      learn(episode.envRewards[step]!);
      since++;
      const last = step - config.delaySteps;
      const first = last - config.windowSteps + 1;
      if (first < 0 || since < config.everySteps || count < 2 * config.windowSteps)
        return undefined;
      let sum = 0;
      for (let t = first; t <= last; t++) sum += episode.envRewards[t]!;
      const z = (sum / config.windowSteps - mean) / (Math.sqrt(m2) + 1e-8);
      let value: number;
      if (config.mode === 'sparse') {
        if (Math.abs(z) < config.threshold) return undefined;
        value = Math.sign(z);
      } else value = Math.tanh(z);
      since = 0;
      if (config.mistake > 0 && random.next() < config.mistake) value = -value;
      return { step, value };
    },
  };
}

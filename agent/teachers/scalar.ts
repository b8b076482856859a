/**
 * Synthetic teachers that press a reward key while they watch, as people do: late, about what they
 * saw a moment ago, but stamped with the step on screen.
 */
import {
  type Config,
  choice,
  config,
  field,
  number,
  parseConfig,
  whole,
} from '../../sim/config.ts';
import { memories, memoryOf, streamOf } from '../../sim/memory.ts';
import type { Random } from '../../sim/random.ts';
import type { ScalarTeacher } from './contract.ts';

export const scalarTeacherSchema = config({
  /**
   * sparse: ±1 when the recent reward is unusually good or bad; continuous: the recent reward's
   * z-score, squashed, every `everySteps`; policy-dependent: as continuous, against what the agent
   * has done lately, so that praise fades as it improves (COACH's view, MacGlashan et al. 2017).
   */
  mode: field(
    choice(['sparse', 'continuous', 'policy-dependent']),
    'sparse',
    'sparse: ±1 when it is unusual; continuous: a grade; policy-dependent: against lately (COACH).',
  ),
  delaySteps: field(whole(0, 1000), 5, 'Steps between what is judged and the key.'),
  windowSteps: field(whole(1, 1000), 4, 'Steps judged together.'),
  everySteps: field(whole(1, 100_000), 5, 'Fewest steps between two keys.'),
  threshold: field(number(0, 1000), 0.5, 'sparse: standard deviations that call for a key.'),
  mistake: field(number(0, 1), 0, 'Probability of the opposite sign.'),
  adaptation: field(
    number(0, 1),
    0.005,
    'policy-dependent: share by which the reference moves per step.',
  ),
});
export type ScalarTeacherConfig = Config<typeof scalarTeacherSchema>;

/** @throws RangeError naming field, value and allowed range. */
export function createScalarTeacher(
  options: Partial<ScalarTeacherConfig>,
  random: Random,
): ScalarTeacher {
  const config = parseConfig('teacher', scalarTeacherSchema, options);
  /** Rewards seen, their mean and variance; steps since the last key. */
  const past = { count: 0, mean: 0, m2: 0, since: Number.POSITIVE_INFINITY };

  function learn(reward: number): void {
    past.count++;
    const rate =
      config.mode === 'policy-dependent'
        ? Math.max(1 / past.count, config.adaptation)
        : 1 / past.count;
    const before = reward - past.mean;
    past.mean += rate * before;
    past.m2 += rate * (before * (reward - past.mean) - past.m2); // variance, with the same memory
  }

  return {
    kind: 'scalar',
    memory: memories({ past: memoryOf(past), random: streamOf(random) }),
    observe(episode, step) {
      learn(episode.envRewards[step]!);
      past.since++;
      const last = step - config.delaySteps;
      const first = last - config.windowSteps + 1;
      if (first < 0 || past.since < config.everySteps || past.count < 2 * config.windowSteps)
        return undefined;
      let sum = 0;
      for (let t = first; t <= last; t++) sum += episode.envRewards[t]!;
      const z = (sum / config.windowSteps - past.mean) / (Math.sqrt(past.m2) + 1e-8);
      let value: number;
      if (config.mode === 'sparse') {
        if (Math.abs(z) < config.threshold) return undefined;
        value = Math.sign(z);
      } else value = Math.tanh(z);
      past.since = 0;
      if (config.mistake > 0 && random.next() < config.mistake) value = -value;
      return { step, value };
    },
  };
}

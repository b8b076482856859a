/** Overrides of a preset: `{learner, reward, queries, scheduler}`, each a part of its configuration. */

import { checkFields } from '../check-fields.ts';
import { bcDefaults } from '../learners/bc.ts';
import { coachDefaults } from '../learners/coach.ts';
import { daggerDefaults } from '../learners/dagger.ts';
import { pplDefaults } from '../learners/ppl.ts';
import { ppoDefaults } from '../learners/ppo.ts';
import { sacDefaults } from '../learners/sac.ts';
import { tamerDefaults } from '../learners/tamer.ts';
import { td3Defaults } from '../learners/td3.ts';
import { type LearnerChoice, type Preset, schedulerDefaults } from '../presets/preset.ts';
import { queryDefaults } from '../queries/config.ts';
import { rewardDefaults } from '../reward/config.ts';

const learnerDefaults = {
  sac: sacDefaults,
  td3: td3Defaults,
  ppo: ppoDefaults,
  bc: bcDefaults,
  dagger: daggerDefaults,
  ppl: pplDefaults,
  tamer: tamerDefaults,
  coach: coachDefaults,
} as const satisfies Record<LearnerChoice['kind'], object>;

/** Fields that have no default but may be given. */
const OPTIONAL: Readonly<Record<string, readonly string[]>> = { reward: ['surf', 'rime', 'reed'] };

/**
 * The preset with `overrides` in it. Values come from a command line or an API: keys are checked
 * against the defaults here, ranges by whoever uses them.
 * @throws RangeError naming the unknown or mistyped field and what is allowed.
 */
export function applyOverrides(preset: Preset, overrides: Record<string, unknown>): Preset {
  const sections = {
    learner: learnerDefaults[preset.learner.kind],
    reward: rewardDefaults,
    queries: queryDefaults,
    scheduler: schedulerDefaults,
  };
  const part = (name: keyof typeof sections): Record<string, unknown> => {
    const given = overrides[name];
    if (given === undefined) return {};
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      throw new RangeError(`overrides.${name}: is ${JSON.stringify(given)}, expected an object`);
    const optional = OPTIONAL[name];
    checkFields(`overrides.${name}`, given as Record<string, unknown>, sections[name], optional);
    return given as Record<string, unknown>;
  };
  for (const name of Object.keys(overrides)) {
    if (!(name in sections))
      throw new RangeError(
        `overrides.${name}: unknown, allowed ${Object.keys(sections).join(', ')}`,
      );
  }
  if (overrides.reward !== undefined && !preset.reward)
    throw new RangeError(`overrides.reward: preset ${preset.id} has no reward model`);
  return {
    ...preset,
    learner: {
      ...preset.learner,
      config: { ...preset.learner.config, ...part('learner') },
    } as LearnerChoice,
    ...(preset.reward ? { reward: { ...preset.reward, ...part('reward') } } : {}),
    queries: { ...preset.queries, ...part('queries') },
    scheduler: { ...preset.scheduler, ...part('scheduler') },
  };
}

/** Overrides of a preset: `{learner, reward, queries, scheduler}`, each a part of its configuration. */

import { type ConfigSchema, parseConfig } from '../../sim/config.ts';
import { checkFields } from '../check-fields.ts';
import { bcDefaults } from '../learners/bc.ts';
import { coachDefaults } from '../learners/coach.ts';
import { daggerDefaults } from '../learners/dagger.ts';
import { pplDefaults } from '../learners/ppl.ts';
import { ppoDefaults } from '../learners/ppo.ts';
import { sacDefaults } from '../learners/sac.ts';
import { tamerDefaults } from '../learners/tamer.ts';
import { td3Defaults } from '../learners/td3.ts';
import { type LearnerChoice, type Preset, schedulerSchema } from '../presets/preset.ts';
import { querySchema } from '../queries/config.ts';
import { rewardSchema } from '../reward/config.ts';

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

const schemas = {
  reward: rewardSchema,
  queries: querySchema,
  scheduler: schedulerSchema,
} as const satisfies Record<string, ConfigSchema>;

const SECTIONS: readonly string[] = ['learner', ...Object.keys(schemas)];

/**
 * The preset with `overrides` in it. Values come from a command line, a file or an API.
 * @throws RangeError naming the field, its value and what is allowed.
 */
export function applyOverrides(preset: Preset, overrides: Record<string, unknown>): Preset {
  for (const name of Object.keys(overrides))
    if (!SECTIONS.includes(name))
      throw new RangeError(`overrides.${name}: unknown, allowed ${SECTIONS.join(', ')}`);
  if (overrides.reward !== undefined && !preset.reward)
    throw new RangeError(`overrides.reward: preset ${preset.id} has no reward model`);
  const part = (name: keyof typeof schemas): Record<string, unknown> => {
    const merged = { ...preset[name], ...givenFor(overrides, name) };
    parseConfig(name, schemas[name], merged);
    return merged;
  };
  const learner = givenFor(overrides, 'learner');
  checkFields('overrides.learner', learner, learnerDefaults[preset.learner.kind]);
  return {
    ...preset,
    learner: {
      ...preset.learner,
      config: { ...preset.learner.config, ...learner },
    } as LearnerChoice,
    ...(preset.reward ? { reward: part('reward') } : {}),
    queries: part('queries'),
    scheduler: part('scheduler'),
  };
}

function givenFor(overrides: Record<string, unknown>, name: string): Record<string, unknown> {
  const given = overrides[name];
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new RangeError(`overrides.${name}: is ${JSON.stringify(given)}, expected an object`);
  return given as Record<string, unknown>;
}

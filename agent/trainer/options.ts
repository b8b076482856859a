/** Overrides of a preset: `{learner, reward, queries, scheduler, activation}`, each a part of its configuration. */

import { type ConfigSchema, parseConfig } from '../../sim/config.ts';
import { activationSchema, leavesOf } from '../activation/config.ts';
import type { ActivationRules } from '../activation/contract.ts';
import { bcSchema } from '../learners/bc.ts';
import { coachSchema } from '../learners/coach.ts';
import { daggerSchema } from '../learners/dagger.ts';
import { pplSchema } from '../learners/ppl.ts';
import { ppoSchema } from '../learners/ppo.ts';
import { reinsSchema } from '../learners/reins.ts';
import { sacSchema } from '../learners/sac.ts';
import { tamerSchema } from '../learners/tamer.ts';
import { td3Schema } from '../learners/td3.ts';
import { type LearnerChoice, type Preset, schedulerSchema } from '../presets/preset.ts';
import { querySchema } from '../queries/config.ts';
import { rewardSchema } from '../reward/config.ts';

export const learnerSchemas = {
  sac: sacSchema,
  reins: reinsSchema,
  td3: td3Schema,
  ppo: ppoSchema,
  bc: bcSchema,
  dagger: daggerSchema,
  ppl: pplSchema,
  tamer: tamerSchema,
  coach: coachSchema,
} as const satisfies Record<LearnerChoice['kind'], ConfigSchema>;

const schemas = {
  reward: rewardSchema,
  queries: querySchema,
  scheduler: schedulerSchema,
  activation: activationSchema,
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
  const changed = (name: string, base: object, schema: ConfigSchema): Record<string, unknown> => {
    const merged = { ...base, ...givenFor(overrides, name) };
    parseConfig(name, schema, merged);
    return merged;
  };
  const part = (name: keyof typeof schemas) => changed(name, preset[name] ?? {}, schemas[name]);
  const { kind, config } = preset.learner;
  const rules = part('activation');
  if (!preset.reward) expectNoReward(preset.id, parseConfig('activation', activationSchema, rules));
  return {
    ...preset,
    learner: { kind, config: changed('learner', config, learnerSchemas[kind]) } as LearnerChoice,
    ...(preset.reward ? { reward: part('reward') } : {}),
    queries: part('queries'),
    scheduler: part('scheduler'),
    activation: rules,
  };
}

/** @throws RangeError where a rule reads what the preset does not learn */
function expectNoReward(preset: string, rules: ActivationRules): void {
  for (const leaf of ['disagreement', 'rewardJump'] as const)
    if (leavesOf(rules).has(leaf))
      throw new RangeError(
        `activation: has ${leaf}, which is of a reward model; preset ${preset} has none`,
      );
}

function givenFor(overrides: Record<string, unknown>, name: string): Record<string, unknown> {
  const given = overrides[name];
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new RangeError(`overrides.${name}: is ${JSON.stringify(given)}, expected an object`);
  return given as Record<string, unknown>;
}

/** The schemas of what a preset is made of, with the preset's own values as defaults. */
import { type ConfigSchema, withDefaults } from '../../sim/config.ts';
import { activationSchema } from '../activation/config.ts';
import { querySchema } from '../queries/config.ts';
import { rewardSchema } from '../reward/config.ts';
import { learnerSchemas } from '../trainer/options.ts';
import { type Preset, schedulerSchema } from './preset.ts';

/** A part of a preset: what it is by itself, and as the preset has it. */
export interface PartSchema {
  readonly name: 'learner' | 'reward' | 'queries' | 'scheduler' | 'activation';
  readonly doc: string;
  /** With the defaults of the part. */
  readonly plain: ConfigSchema;
  /** With the preset's values as defaults. */
  readonly preset: ConfigSchema;
}

/** Those that `preset` has: without a reward model there is nothing to be said about one. */
export function partSchemas(preset: Preset): PartSchema[] {
  const part = (
    name: PartSchema['name'],
    doc: string,
    plain: ConfigSchema,
    values: object = {},
  ): PartSchema => ({ name, doc, plain, preset: withDefaults(plain, { ...values }) });
  const { kind, config } = preset.learner;
  return [
    part('learner', `The learner, ${kind}.`, learnerSchemas[kind], config),
    ...(preset.reward ? [part('reward', 'The reward model.', rewardSchema, preset.reward)] : []),
    part('queries', 'What teachers are asked.', querySchema, preset.queries),
    part('scheduler', 'How the trainer spends its time.', schedulerSchema, preset.scheduler),
    part('activation', 'When people are asked.', activationSchema, preset.activation),
  ];
}

/** The schema of everything that can be set about a preset in an environment. */
import { getPreset } from '../agent/presets/presets.ts';
import { partSchemas } from '../agent/presets/schemas.ts';
import { type ConfigSchema, config, field, group } from '../sim/config.ts';
import { getEnvironment } from '../sim/registry.ts';

/**
 * `{options, learner, reward, queries, scheduler, activation}`: the environment's options, and the parts of the
 * preset with its values as defaults. `jsonSchemaOf` makes of it what forms are made of.
 * @throws RangeError that lists the known ids.
 */
export function configSchema(presetId: string, environmentId: string): ConfigSchema {
  const { options } = getEnvironment(environmentId);
  return config({
    options: field(group(options), {}, 'Options of the environment.'),
    ...partFields(presetId),
  });
}

/** The fields `learner`, `reward`, `queries`, `scheduler` and `activation` of a preset. */
export function partFields(presetId: string) {
  const parts = partSchemas(getPreset(presetId));
  return Object.fromEntries(
    parts.map(({ name, doc, preset }) => [name, field(group(preset), {}, doc)]),
  );
}

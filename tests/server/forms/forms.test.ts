import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { listPresets } from '../../../agent/presets/presets.ts';
import { forms as described } from '../../../server/connection/shapes/runs.ts';
import { createForms } from '../../../server/forms/forms.ts';
import { listEnvironments } from '../../../sim/registry.ts';

test('[UI-53] [API-1] forms have every environment and preset, made once, in a thread that ends', async () => {
  const forms = createForms();
  const made = await forms();
  expect(await forms()).toBe(made);
  const isAsDescribed = new Ajv2020({ strict: false }).compile(described);
  expect(isAsDescribed(made), JSON.stringify(isAsDescribed.errors)).toBe(true);
  expect(made.environments.map(({ id }) => id)).toEqual(listEnvironments().map(({ id }) => id));
  expect(made.presets.map(({ id }) => id)).toEqual(listPresets().map(({ id }) => id));
  const pebble = made.presets.find(({ id }) => id === 'pebble')!;
  expect(pebble.parts.map(({ name }) => name)).toEqual([
    'learner',
    'reward',
    'queries',
    'scheduler',
    'activation',
  ]);
  const queries = pebble.parts[2]!.schema['properties'] as Record<string, object>;
  expect(queries['kind']).toMatchObject({ default: 'compare', enum: ['compare', 'rank', 'rate'] });
});

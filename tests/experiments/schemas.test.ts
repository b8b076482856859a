/** What holds for each field of each configuration there is. */
import { describe, expect, test } from 'vitest';
import { activationSchema } from '../../agent/activation/config.ts';
import { schedulerSchema } from '../../agent/presets/preset.ts';
import { querySchema } from '../../agent/queries/config.ts';
import { rewardSchema } from '../../agent/reward/config.ts';
import { learnerSchemas } from '../../agent/trainer/options.ts';
import { teachSchema } from '../../experiments/train/teacher-settings.ts';
import {
  ConfigError,
  type ConfigSchema,
  type FieldRow,
  fieldRows,
  jsonSchemaOf,
  parseConfig,
} from '../../sim/config.ts';
import { listEnvironments } from '../../sim/registry.ts';

const schemas: readonly (readonly [name: string, schema: ConfigSchema])[] = [
  ...Object.entries(learnerSchemas).map(([kind, schema]) => [`learner ${kind}`, schema] as const),
  ['reward', rewardSchema],
  ['queries', querySchema],
  ['scheduler', schedulerSchema],
  ['activation', activationSchema],
  ['teach', teachSchema],
  ...listEnvironments().map(({ id, options }) => [`options ${id}`, options] as const),
];

/** Values that `row` cannot have, by what is wrong with them. */
function badValues({ type, allowed }: FieldRow): [what: string, value: unknown][] {
  switch (type) {
    case 'number':
    case 'whole number': {
      const [, low, high] = /^(?:whole numbers )?(\S+) to ([^\s,]+)/.exec(allowed)!.map(Number);
      return [
        ['type', true],
        ['type', {}],
        ['not a number', Number.NaN],
        ['below', low! - 1],
        ...(high === Number.POSITIVE_INFINITY
          ? []
          : ([
              ['above', high! + 1],
              ['above', Number.POSITIVE_INFINITY],
            ] as [string, unknown][])),
        ...(type === 'whole number' ? ([['part', low! + 0.5]] as [string, unknown][]) : []),
      ];
    }
    case 'flag':
      return [
        ['type', 1],
        ['type', 'yes'],
      ];
    case 'choice':
      return [
        ['type', 3],
        ['word', 'no such word'],
      ];
    case 'text':
      return [
        ['type', 3],
        ['empty', ''],
      ];
    case 'list':
      return [
        ['type', 3],
        ['entry', [{}]],
        ['length', Array.from({ length: 1000 }, () => 1)],
      ];
    case 'rule':
      return [
        ['type', 3],
        ['type', []],
        ['two', { risk: 0.5, novelty: 99 }],
      ];
    case 'group':
      return [
        ['type', 3],
        ['type', []],
      ];
  }
}

/** `value` under the keys of `name`, beside what must be given. */
function given(rows: readonly FieldRow[], name: string, value: unknown): Record<string, unknown> {
  const must = rows.filter((row) => row.required && row.name !== name);
  const nested = name.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return { ...Object.fromEntries(must.map((row) => [row.name, 'x'])), ...(nested as object) };
}

function errorOf(schema: ConfigSchema, value: unknown): ConfigError | undefined {
  try {
    parseConfig('', schema, value);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

describe.each(schemas)('%s', (_name, schema) => {
  const rows = fieldRows(schema);
  const groups = ['', ...rows.filter((row) => row.type === 'group').map((row) => row.name)];

  test('[CLI-24] each field refuses a wrong type, range or word, with name, value and what is allowed', () => {
    for (const row of rows) {
      for (const [what, value] of badValues(row)) {
        const error = errorOf(schema, given(rows, row.name, value));
        expect(error?.path, `${row.name}: ${what}`).toEqual(row.name.split('.'));
        const shown = typeof value === 'number' ? String(value) : JSON.stringify(value);
        expect(error?.message).toContain(`${row.name}: is ${shown}, allowed ${row.allowed}`);
        expect(error?.message.split('\n')).toHaveLength(1);
      }
    }
  });

  test('[CLI-24] unknown names are refused everywhere, with those that are known', () => {
    for (const group of groups) {
      const name = group === '' ? 'zzzzzz' : `${group}.zzzzzz`;
      const error = errorOf(schema, given(rows, name, 1));
      expect(error?.path).toEqual(name.split('.'));
      expect(error?.message).toContain(`${name}: unknown, `);
      const known = rows.map((row) => row.name).filter((other) => isIn(other, group));
      for (const other of known) expect(error?.message).toContain(other.split('.').at(-1));
    }
  });

  test('[CLI-24] each field has one line of documentation and a JSON Schema', () => {
    const { properties } = jsonSchemaOf(schema) as { properties: Record<string, object> };
    for (const row of rows) {
      expect(row.doc, row.name).toMatch(/^\S[^\n]{4,}[.…]$/);
      if (!row.name.includes('.'))
        expect(properties[row.name], row.name).toMatchObject({ description: row.doc });
    }
  });
});

/** `name` is a field right in `group`. */
function isIn(name: string, group: string): boolean {
  const at = name.lastIndexOf('.');
  return group === (at < 0 ? '' : name.slice(0, at));
}

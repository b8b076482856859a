import { describe, expect, test } from 'vitest';
import { rewardSchema } from '../../agent/reward/config.ts';
import {
  type ConfigError,
  choice,
  config,
  defaultsOf,
  field,
  fieldRows,
  flag,
  group,
  jsonSchemaOf,
  list,
  number,
  optional,
  parseConfig,
  readTexts,
  required,
  text,
  whole,
  withDefaults,
} from '../../sim/config.ts';

const inner = config({
  weight: field(number(0, 10), 1, 'Weight in the loss.'),
  batch: field(whole(1, 4096), 64, 'Rows per step.'),
});
const schema = config({
  hidden: field(list(whole(1, 4096), 0, 8), [64, 64], 'Units per layer.'),
  output: field(choice(['tanh', 'linear']), 'tanh', 'Last activation.'),
  beta: field(number(0, Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY, 'Rationality.'),
  mirror: field(flag, false, 'Show half in the mirror.'),
  weights: field(group(inner), {}, 'Weights.'),
  reed: optional(group(inner), 'Off when absent.'),
  mapSeed: optional(whole(0, 9), 'Of every episode.'),
  file: optional(text('the path of a file'), 'A model.'),
});

const error = (given: unknown) => {
  try {
    parseConfig('demo', schema, given);
  } catch (e) {
    expect(e).toBeInstanceOf(RangeError);
    return (e as RangeError).message;
  }
  return 'accepted';
};

describe('a configuration', () => {
  test('[CLI-24] absent fields have their defaults, optional ones stay absent', () => {
    expect(defaultsOf(schema)).toEqual({
      hidden: [64, 64],
      output: 'tanh',
      beta: Number.POSITIVE_INFINITY,
      mirror: false,
      weights: { weight: 1, batch: 64 },
    });
    expect(parseConfig('demo', schema, { reed: { batch: 8 } }).reed).toEqual({
      weight: 1,
      batch: 8,
    });
  });

  test.each([
    [{ hidden: [0] }, 'demo.hidden: is [0], allowed a list of up to 8: whole numbers 1 to 4096'],
    [{ hidden: 3 }, 'demo.hidden: is 3, allowed a list of up to 8: whole numbers 1 to 4096'],
    [{ output: 'tahn' }, 'demo.output: is "tahn", allowed tanh, linear; did you mean tanh?'],
    [{ output: 1 }, 'demo.output: is 1, allowed tanh, linear'],
    [{ beta: -1 }, 'demo.beta: is -1, allowed 0 to Infinity'],
    [{ beta: Number.NaN }, 'demo.beta: is NaN, allowed 0 to Infinity'],
    [{ mirror: 'yes' }, 'demo.mirror: is "yes", allowed true or false'],
    [{ mapSeed: 1.5 }, 'demo.mapSeed: is 1.5, allowed whole numbers 0 to 9'],
    [{ weights: { weight: 11 } }, 'demo.weights.weight: is 11, allowed 0 to 10'],
    [{ weights: 3 }, 'demo.weights: is 3, allowed an object of weight, batch'],
    [{ reed: { bach: 1 } }, 'demo.reed.bach: unknown, allowed weight, batch; did you mean batch?'],
    [{ constructor: 1 }, 'demo.constructor: unknown, allowed hidden, output, beta, mirror, '],
    [null, 'demo: is null, allowed an object of hidden'],
  ])('[CLI-24] %j is refused with field, value and what is allowed', (given, message) => {
    expect(error(given)).toContain(message);
  });

  test('[CLI-24] Infinity may come as a number or, from JSON, as text', () => {
    for (const beta of [Number.POSITIVE_INFINITY, 'Infinity'])
      expect(parseConfig('demo', schema, { beta }).beta).toBe(Number.POSITIVE_INFINITY);
    expect(error({ mapSeed: 'Infinity' })).toContain('mapSeed');
  });

  test('[CLI-24] rows have every field with range, default and line, in groups too', () => {
    const rows = new Map(fieldRows(schema).map((row) => [row.name, row]));
    expect(rows.get('beta')).toEqual({
      name: 'beta',
      type: 'number',
      allowed: '0 to Infinity',
      fallback: 'Infinity',
      required: false,
      doc: 'Rationality.',
    });
    expect(rows.get('weights.batch')).toMatchObject({ type: 'whole number', fallback: 64 });
    expect(rows.get('mapSeed')).toMatchObject({ fallback: undefined, required: false });
    expect([...rows.keys()]).toContain('reed.weight');
    const must = config({ model: required(text('the path of a file'), 'It.') });
    expect(fieldRows(must)[0]).toMatchObject({ required: true, fallback: undefined });
    expect(() => parseConfig('demo', must, {})).toThrow(
      'demo.model: is undefined, allowed the path of a file',
    );
  });

  test('[CLI-24] other defaults change groups in part and keep ranges and checks across fields', () => {
    const changed = withDefaults(schema, { beta: 2, weights: { batch: 8 }, reed: {}, mapSeed: 3 });
    expect(defaultsOf(changed)).toMatchObject({
      beta: 2,
      mirror: false,
      weights: { weight: 1, batch: 8 },
      reed: { weight: 1, batch: 64 },
      mapSeed: 3,
    });
    expect(parseConfig('demo', changed, { weights: { weight: 2 } }).weights).toEqual({
      weight: 2,
      batch: 8,
    });
    expect(() => parseConfig('demo', changed, { mapSeed: 10 })).toThrow('demo.mapSeed: is 10');
    const credit = withDefaults(rewardSchema, { creditTo: 3 });
    expect(parseConfig('reward', credit, { creditFrom: 2 })).toMatchObject({ creditTo: 3 });
    expect(() => parseConfig('reward', credit, { creditFrom: 4 })).toThrow(
      'reward.creditTo: is 3, allowed 4 (creditFrom) to 10',
    );
  });

  test('[CLI-24] errors know the keys that lead to the field', () => {
    for (const [given, path] of [
      [{ weights: { weight: 11 } }, ['weights', 'weight']],
      [{ reed: { bach: 1 } }, ['reed', 'bach']],
      [{ hidden: [0] }, ['hidden']],
      [null, []],
    ] as const) {
      const failure = (() => {
        try {
          parseConfig('', schema, given);
        } catch (error) {
          return error as ConfigError;
        }
        throw new Error('accepted');
      })();
      expect(failure.path).toEqual(path);
      expect(failure.message.startsWith(path.length > 0 ? `${path.join('.')}: ` : 'is null')).toBe(
        true,
      );
    }
  });

  test('[CLI-24] the JSON Schema says types, ranges, defaults and docs', () => {
    const { properties, additionalProperties, required } = jsonSchemaOf(schema) as {
      properties: Record<string, Record<string, unknown>>;
      additionalProperties: boolean;
      required?: string[];
    };
    expect(additionalProperties).toBe(false);
    expect(required ?? []).toEqual([]);
    expect(properties['output']).toMatchObject({ enum: ['tanh', 'linear'], default: 'tanh' });
    expect(properties['beta']).toEqual({
      anyOf: [{ type: 'number', minimum: 0 }, { const: 'Infinity' }],
      default: 'Infinity',
      description: 'Rationality.',
    });
    expect(properties['mapSeed']).toMatchObject({
      minimum: 0,
      maximum: 9,
      description: 'Of every episode.',
    });
  });

  test('[CLI-24] texts of a command line become what the fields expect', () => {
    expect(
      readTexts(schema, { mapSeed: '3', mirror: 'true', file: '7', other: '1', beta: 'x' }),
    ).toEqual({
      mapSeed: 3,
      mirror: true,
      file: '7',
      other: '1',
      beta: 'x',
    });
  });
});

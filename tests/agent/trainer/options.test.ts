import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Preset } from '../../../agent/presets/preset.ts';
import { schedulerSchema } from '../../../agent/presets/preset.ts';
import { getPreset } from '../../../agent/presets/presets.ts';
import { querySchema } from '../../../agent/queries/config.ts';
import { rewardSchema } from '../../../agent/reward/config.ts';
import { applyOverrides, learnerSchemas } from '../../../agent/trainer/options.ts';
import { defaultsOf, fieldRows, parseConfig } from '../../../sim/config.ts';
import { root } from '../../setup/sources.ts';

/** Every preset with its defaults filled in, and every learner's defaults, as commit 8b405bc had them. */
const { '(defaults)': defaults, ...presets } = JSON.parse(
  readFileSync(join(root, 'tests/fixtures/presets-of-8b405bc.json'), 'utf8'),
) as Record<string, Record<string, unknown>>;

/** As JSON has it; Infinity is a text there. */
const asJson = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, v) => (v === Number.POSITIVE_INFINITY ? 'Infinity' : v)));

function resolved({ learner, reward, queries, scheduler }: Preset) {
  return {
    learner: parseConfig('learner', learnerSchemas[learner.kind], learner.config),
    ...(reward ? { reward: parseConfig('reward', rewardSchema, reward) } : {}),
    queries: parseConfig('queries', querySchema, queries ?? {}),
    scheduler: parseConfig('scheduler', schedulerSchema, scheduler ?? {}),
  };
}

describe('what presets are made of', () => {
  it.each(Object.keys(presets))('[TRN-12] %s is configured as in 8b405bc', (id) => {
    expect(asJson(resolved(applyOverrides(getPreset(id), {})))).toEqual(presets[id]);
  });

  it.each(Object.entries(learnerSchemas))(
    '[TRN-12] defaults of %s are those of 8b405bc',
    (kind, schema) => {
      expect(asJson(defaultsOf(schema))).toEqual(defaults![kind]);
    },
  );

  it.each(Object.entries(learnerSchemas))(
    '[LEARN-24] each field of %s has one line of documentation',
    (_, schema) => {
      for (const { name, doc } of fieldRows(schema)) {
        expect(doc, name).toMatch(/^\S.{4,}[.…]$/);
        expect(doc, name).not.toContain('\n');
      }
    },
  );
});

describe('changes to a preset’s learner', () => {
  const change = (id: string, learner: object) => () => applyOverrides(getPreset(id), { learner });

  it.each(['reins', 'pvp', 'christiano'])(
    '[TRN-6] %s: a word that is not allowed is refused',
    (id) => {
      expect(change(id, { rewardSource: 'modl' })).toThrow(
        'learner.rewardSource: is "modl", allowed environment, model, none; did you mean model?',
      );
    },
  );

  it.each([
    ['reins', { hiden: [8] }, 'learner.hiden: unknown, allowed hidden, '],
    ['reins', { hidden: [0] }, 'learner.hidden: is [0], allowed a list of up to 8: '],
    ['reins', { batchSize: 1.5 }, 'learner.batchSize: is 1.5, allowed whole numbers 1 to 65536'],
    [
      'reins',
      { targetEntropy: 'lots' },
      'learner.targetEntropy: is "lots", allowed -10000 to 10000, or auto',
    ],
    ['reins', { mirror: 'yes' }, 'learner.mirror: is "yes", allowed true or false'],
    [
      'pvp',
      { askShare: 0.1, layerNorm: true },
      'learner.askShare: is 0.1, allowed 0 with layerNorm',
    ],
    [
      'christiano',
      { rolloutSteps: 100 },
      'learner.minibatch: is 256, allowed 1 to 100 (rolloutSteps)',
    ],
    ['christiano', { targetKl: -1 }, 'learner.targetKl: is -1, allowed 0 to Infinity'],
    ['tamer', { minDelay: 2 }, 'learner.maxDelay: is 1, allowed 2 (minDelay) to 60'],
    ['thrifty', { members: 0 }, 'learner.members: is 0, allowed whole numbers 1 to 64'],
    ['ppl', { horizon: 0 }, 'learner.horizon: is 0, allowed whole numbers 1 to 1000'],
    ['coach', { trace: 2 }, 'learner.trace: is 2, allowed 0 to 1'],
  ])('[TRN-6] %s: %o is refused by name, value and what is allowed', (id, learner, message) => {
    expect(change(id, learner)).toThrow(message);
  });

  it('[TRN-6] what is allowed is kept beside the rest of the preset', () => {
    const { learner } = change('reins', { targetEntropy: -3, bcWeight: 2 })();
    expect(learner.config).toMatchObject({ targetEntropy: -3, bcWeight: 2, actors: 4 });
    expect(change('reins', { targetEntropy: 'auto' })().learner.config).toMatchObject({
      targetEntropy: 'auto',
    });
    expect(change('christiano', { targetKl: 'Infinity' })).not.toThrow();
  });
});

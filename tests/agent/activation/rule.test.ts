/** Rules of activation: what a tree of leaves says, and what is wrong with one that is not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activationSchema } from '../../../agent/activation/config.ts';
import type { LeafName, Rule } from '../../../agent/activation/contract.ts';
import { createActivation } from '../../../agent/activation/rule.ts';
import { parseConfig } from '../../../sim/config.ts';

const NOTHING = Number.NaN;
const isMet = (rule: Rule, values: Partial<Record<LeafName, number>>) =>
  createActivation(rule).isMet((leaf) => values[leaf] ?? NOTHING);

describe('[CTRL-32] a rule', () => {
  it.each<[rule: Rule, values: Partial<Record<LeafName, number>>, result: boolean]>([
    [{ gate: true }, { gate: 1 }, true],
    [{ gate: true }, { gate: 0 }, false],
    [{ risk: 0.5 }, { risk: 0.5 }, true],
    [{ risk: 0.5 }, { risk: 0.49 }, false],
    [{ margin: 1 }, { margin: 1 }, true],
    [{ margin: 1 }, { margin: 1.1 }, false],
    [{ sampleSteps: 2 }, { sampleSteps: 1.5 }, true],
    [{ sampleSteps: 2 }, { sampleSteps: 2.5 }, false],
    [{ not: { risk: 0.5 } }, { risk: 0.2 }, true],
    [{ and: [{ risk: 0.5 }, { novelty: 99 }] }, { risk: 0.6, novelty: 99.5 }, true],
    [{ and: [{ risk: 0.5 }, { novelty: 99 }] }, { risk: 0.6, novelty: 90 }, false],
    [{ or: [{ risk: 0.5 }, { novelty: 99 }] }, { risk: 0.1, novelty: 99.5 }, true],
    [{ or: [{ risk: 0.5 }, { rewardJump: 3 }] }, { risk: 0.1, rewardJump: 1 }, false],
    // What is not known is neither: it decides only where the rest does not.
    [{ risk: 0.5 }, {}, false],
    [{ not: { risk: 0.5 } }, {}, false],
    [{ or: [{ risk: 0.5 }, { novelty: 99 }] }, { novelty: 99.5 }, true],
    [{ and: [{ risk: 0.5 }, { novelty: 99 }] }, { novelty: 99.5 }, false],
    [{ not: { and: [{ risk: 0.5 }, { novelty: 99 }] } }, { novelty: 10 }, true],
    [{ not: { or: [{ risk: 0.5 }, { novelty: 99 }] } }, { novelty: 10 }, false],
  ])('%j of %j: %j', (rule, values, result) => expect(isMet(rule, values)).toBe(result));

  it('says of every leaf what it was and whether it is met, those that do not decide too', () => {
    const activation = createActivation({
      or: [{ gate: true }, { and: [{ margin: 1 }, { not: { novelty: 50 } }] }],
    });
    const values: Partial<Record<LeafName, number>> = { gate: 1, margin: 1.5 };
    expect(activation.isMet((leaf) => values[leaf] ?? NOTHING)).toBe(true);
    expect(activation.conditions()).toEqual([
      { leaf: 'gate', value: 1, threshold: 1, isMet: true },
      { leaf: 'margin', value: 1.5, threshold: 1, isMet: false },
      { leaf: 'novelty', value: null, threshold: 50, isMet: null },
    ]);
  });

  it('where all is known it is what and, or and not are', () => {
    const leaf = fc.constantFrom<Rule>({ risk: 0.5 }, { novelty: 50 }, { margin: 1 });
    const tree = fc.letrec<{ rule: Rule }>((tie) => ({
      rule: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.record({ not: tie('rule') }),
        fc.record({ and: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
        fc.record({ or: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
      ),
    })).rule;
    const values = fc.record({
      ...{ risk: fc.double({ min: 0, max: 1, noNaN: true }) },
      novelty: fc.integer({ min: 0, max: 100 }),
      margin: fc.double({ min: 0, max: 2, noNaN: true }),
    });
    const plain = (rule: Rule, v: { risk: number; novelty: number; margin: number }): boolean => {
      if ('not' in rule) return !plain(rule.not, v);
      if ('and' in rule) return rule.and.every((part) => plain(part, v));
      if ('or' in rule) return rule.or.some((part) => plain(part, v));
      if ('risk' in rule) return v.risk >= rule.risk!;
      if ('novelty' in rule) return v.novelty >= rule.novelty!;
      return v.margin <= 1;
    };
    fc.assert(fc.property(tree, values, (rule, v) => isMet(rule, v) === plain(rule, v)));
  });
});

describe('[CTRL-33] a rule that is none', () => {
  const deep = (levels: number): unknown =>
    levels === 0 ? { gate: true } : { not: deep(levels - 1) };
  it.each<[given: unknown, message: string]>([
    [{ risk: 1.5 }, 'activation.wait.risk: is 1.5, allowed 0 to 1'],
    [{ risk: '0.5' }, 'activation.wait.risk: is "0.5", allowed 0 to 1'],
    [{ margin: 3 }, 'activation.wait.margin: is 3, allowed 0 to 2'],
    [{ sampleSteps: 0 }, 'activation.wait.sampleSteps: is 0, allowed 0.01 to 100'],
    [{ gate: false }, 'activation.wait.gate: is false, allowed true'],
    [
      { or: [{ gate: true }, { and: [{ risk: -1 }] }] },
      'activation.wait.or.1.and.0.risk: is -1, allowed 0 to 1',
    ],
    [{ and: [] }, 'activation.wait.and: is [], allowed a list of 1 to 16 rules'],
    [{ rsk: 0.5 }, 'activation.wait.rsk: unknown, allowed and, or, not, gate, risk'],
    [{ rsk: 0.5 }, 'did you mean risk?'],
    [
      { risk: 0.5, novelty: 99 },
      'activation.wait: is {"risk":0.5,"novelty":99}, allowed {"and": [rules]}',
    ],
    [{ not: 7 }, 'activation.wait.not: is 7, allowed {"and": [rules]}'],
    [{}, 'activation.wait: is {}, allowed {"and": [rules]}'],
    [deep(9), 'is nested too deeply, allowed 8 levels'],
  ])('%j is refused', (wait, message) => {
    expect(() => parseConfig('activation', activationSchema, { wait })).toThrow(message);
  });

  it('as deep as is allowed it is taken', () => {
    expect(parseConfig('activation', activationSchema, { wait: deep(8) }).wait).toEqual(deep(8));
  });
});

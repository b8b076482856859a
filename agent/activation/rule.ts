/**
 * When people are asked: a tree of and, or and not over what is known of the step that the agent is about to make. A leaf
 * whose value is not known is neither true nor false (Kleene's logic), and a tree that is neither asks nobody.
 */

import type { Condition, LeafName, Rule } from './contract.ts';

/** What is known now; NaN: nothing. */
export type Senses = (leaf: LeafName) => number;

/** True where the value is at most the threshold; the others where it is at least that. */
const BELOW: ReadonlySet<LeafName> = new Set(['margin', 'sampleSteps', 'sampleEpisodes']);
/** Kleene's truth values: and is the least, or the greatest, not what is missing to 1. */
const UNKNOWN = 0.5;

export interface Activation {
  /** Leaves that the rule has. */
  readonly leaves: ReadonlySet<LeafName>;
  /** Judges every leaf, whether or not it decides. Allocates nothing. */
  isMet(senses: Senses): boolean;
  /** The leaves in their order, as they were last judged. */
  conditions(): Condition[];
}

interface Judged {
  readonly leaf: LeafName;
  readonly threshold: number;
  value: number;
  truth: number;
}

export function createActivation(rule: Rule): Activation {
  const judged: Judged[] = [];
  const truth = build(rule, judged);
  return {
    leaves: new Set(judged.map(({ leaf }) => leaf)),
    isMet(senses) {
      for (const each of judged) {
        each.value = senses(each.leaf);
        each.truth = truthOf(each);
      }
      return truth() > UNKNOWN;
    },
    conditions: () =>
      judged.map(({ leaf, threshold, value, truth }) => ({
        ...{ leaf, threshold },
        value: Number.isNaN(value) ? null : value,
        isMet: truth === UNKNOWN ? null : truth === 1,
      })),
  };
}

function truthOf({ leaf, value, threshold }: Judged): number {
  if (Number.isNaN(value)) return UNKNOWN;
  return (BELOW.has(leaf) ? value <= threshold : value >= threshold) ? 1 : 0;
}

function build(rule: Rule, judged: Judged[]): () => number {
  if ('not' in rule) {
    const of = build(rule.not, judged);
    return () => 1 - of();
  }
  if ('and' in rule || 'or' in rule) {
    const isAnd = 'and' in rule;
    const parts = (isAnd ? rule.and : rule.or).map((part) => build(part, judged));
    return () => {
      let result = isAnd ? 1 : 0;
      for (const part of parts)
        result = isAnd ? Math.min(result, part()) : Math.max(result, part());
      return result;
    };
  }
  const [leaf, given] = Object.entries(rule)[0] as [LeafName, number | true];
  const each: Judged = {
    ...{ leaf, threshold: given === true ? 1 : given },
    ...{ value: Number.NaN, truth: UNKNOWN },
  };
  judged.push(each);
  return () => each.truth;
}

/** Replies about models that were proposed and promoted. */
import type {
  JudgedShare,
  ModelReply,
  PromotionCondition,
  PromotionGate,
} from '../../protocol/index.ts';
import {
  byName,
  integer,
  list,
  number,
  object,
  oneOf,
  orNull,
  type Schema,
  text,
  time,
  yesNo,
} from './parts.ts';

const share = { right: integer, share: number, low: number, high: number };
const judged = object<JudgedShare>(share);
type Against = NonNullable<PromotionGate['against']>;
const against = object<Against>({
  ...{ ...share, model: text },
  difference: object<Against['difference']>({ value: number, low: number, high: number }),
});
const condition = object<PromotionCondition>({
  ...{ name: oneOf(['labels', 'coin', 'promoted']), isMet: yesNo },
  missing: { ...orNull(integer), description: 'labels; null: more would not help' },
});
const gate = object<PromotionGate>({
  ...{ passes: yesNo, conditions: list(condition), labels: integer, people: integer },
  ...{ accuracy: orNull(judged), against: orNull(against), margin: number },
});
export const model = object<ModelReply>(
  {
    ...{ id: text, hash: text, policyVersion: integer, rewardVersion: integer, gate },
    ...{ state: oneOf(['waiting', 'promoted', 'former', 'rolled-back']), figures: byName(number) },
    ...{ proposedBy: text, proposedAt: time, approvedBy: orNull(text), approvedAt: orNull(time) },
    ...{ rolledBackBy: orNull(text), rolledBackAt: orNull(time) },
  },
  { description: '`gate`: what it was judged by; `against`: the promoted one on the same labels' },
);
export const models = list(model, 'Newest first');
/** By the decision: approved, withdrawn, rolled back. */
export const decided: Schema = {
  description: 'The model; or that it was withdrawn; or which one is promoted now',
  anyOf: [
    model,
    object<{ isWithdrawn: boolean }>({ isWithdrawn: yesNo }),
    object<{ promoted: string | null }>({ promoted: orNull(text) }),
  ],
};

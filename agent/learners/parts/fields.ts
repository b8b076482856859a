/**
 * Fields that several learners have: range, default and documentation stated once. A learner spreads a
 * group of them into its own configuration and adds what only it has.
 */
import {
  type Config,
  choice,
  config,
  field,
  flag,
  list,
  number,
  whole,
} from '../../../sim/config.ts';
import { REST_FROM, REWARD_SOURCES } from '../../replay/replay.ts';

export const share = number(0, 1);
export const weight = number(0, 1e6);
export const stepSize = number(0, 10);
/** Of noise, in [−1, 1] units of an action. */
export const deviation = number(0, 100);
/** First log standard deviation of a Gaussian, actions scaled to [−1, 1]. */
export const logDeviation = number(-20, 5);
export const seconds = number(0, 60);
export const units = list(whole(1, 4096), 0, 8);
export const rows = whole(1, 65_536);
export const kept = whole(1, 1e8);
export const needed = whole(0, 1e9);

export const rewardSource = field(
  choice(REWARD_SOURCES),
  'environment',
  'Where rewards come from; model: 0 until there is one; none: 0.',
);

const experienceFields = {
  hidden: field(units, [256, 256], 'Hidden units per layer of every network.'),
  batchSize: field(rows, 256, 'Transitions per gradient step.'),
  capacity: field(kept, 100_000, 'Transitions kept.'),
  normaliseObservations: field(flag, false, 'By their running mean and variance.'),
  saveReplay: field(flag, true, 'Checkpoints contain the replay buffer.'),
};

/** What SAC and TD3 share. Discounts and weights are means over the batch. */
export const offPolicyFields = {
  ...experienceFields,
  learningStarts: field(needed, 256, 'Transitions needed before the first update.'),
  gamma: field(share, 0.99, 'Discount per step.'),
  tau: field(share, 0.005, 'Share of the networks that moves into their targets at a time.'),
  layerNorm: field(flag, false, 'Layer normalisation in the critics (RLPD).'),
  rewardSource,
  humanShare: field(share, 0, 'Least share of every batch taken from people’s steps.'),
  restFrom: field(choice(REST_FROM), 'all', 'Where the rest of a batch comes from.'),
  bcWeight: field(weight, 0, 'Weight of ‖π(s) − a_human‖² on people’s steps.'),
  preferenceWeight: field(
    weight,
    0,
    'Weight of −log σ(β log π(a_human) − β log π(a_policy)) on people’s steps (PPL, DPO’s form).',
  ),
  preferenceBeta: field(weight, 1, 'β of preferenceWeight.'),
  proxyWeight: field(
    weight,
    0,
    'Weight of PVP’s proxy values on people’s steps: Q(s, a_human) → +B, Q(s, a_policy) → −B.',
  ),
  proxyValue: field(number(-1e6, 1e6), 1, 'B of proxyWeight.'),
  conservativeWeight: field(
    weight,
    0,
    'Weight of −(Q(s, a_human) − Q(s, a_policy)) on people’s steps (HACO’s α, as in CQL).',
  ),
  stopTdAtTakeover: field(
    flag,
    false,
    'No temporal-difference loss on the first step of a takeover (PVP).',
  ),
};

const offPolicySchema = config(offPolicyFields);
export type OffPolicyConfig = Config<typeof offPolicySchema>;

/** What learners share that only imitate. */
export const imitationFields = {
  ...experienceFields,
  learningStarts: field(needed, 32, 'People’s steps needed before the first update.'),
  learningRate: field(stepSize, 5e-4, 'Step size of Adam.'),
};

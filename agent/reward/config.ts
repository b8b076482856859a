/** Hyper-parameters of the reward ensemble; every preset is a change to these defaults. */
import {
  type Config,
  choice,
  config,
  defaultsOf,
  field,
  flag,
  group,
  list,
  number,
  optional,
  parseConfig,
  whole,
} from '../../sim/config.ts';
import { riskSchema } from '../risk/config.ts';
import { rimeSchema } from './rime.ts';

export type FittedKind =
  | 'preference'
  | 'ranking'
  | 'rating'
  | 'reward'
  | 'critique'
  | 'override'
  | 'counterfactual'
  | 'sign'
  | 'correction'
  | 'demonstration';

/**
 * Comparisons of clips of one length never tell where reward is zero; where episodes can terminate, it
 * decides whether going on is worth it. Over the reference rows:
 * - `mean`: their average, so that half of what the agent does lately is worse than nothing;
 * - `low`: their 5th percentile, so that going on is worth it, and idling worth nothing;
 * - `learned`: where the model has it, once clips of different lengths were compared (`queries.endings`);
 *   a crash that ends a clip early then also speaks for idling (docs/benchmarks/preferences.md).
 */
export const ZEROS = ['mean', 'low', 'learned'] as const;
export type Zero = (typeof ZEROS)[number];

/** SURF (Park et al. 2022). */
const surfSchema = config({
  threshold: field(number(0.5, 1), 0.99, 'Confidence that makes a label.'),
  ratio: field(whole(0, 100), 4, 'Unlabelled pairs per labelled one.'),
  weight: field(number(0, 1000), 1, 'Weight in the loss.'),
  crop: field(whole(0, 1000), 5, 'Most steps cut off either end at random.'),
});

/** REED (Metcalf et al. 2024): see dynamics.ts. */
const reedSchema = config({
  batch: field(whole(1, 4096), 64, 'Steps without labels per gradient step and member.'),
  weight: field(number(0, 1000), 1, 'Weight of the prediction beside that of the labels.'),
});
export type ReedConfig = Config<typeof reedSchema>;

const weight = number(0, 1e6);
const weightsSchema = config({
  preference: field(weight, 1, 'Of comparisons.'),
  ranking: field(weight, 1, 'Of rankings.'),
  rating: field(weight, 1, 'Of ratings.'),
  reward: field(weight, 0.5, 'Of live rewards.'),
  critique: field(weight, 0.5, 'Of critiques.'),
  override: field(weight, 1, 'Of takeovers, step by step: the person’s action over the policy’s.'),
  counterfactual: field(weight, 0.5, 'Of takeovers over what would have happened.'),
  sign: field(weight, 0.1, 'Of steps before a takeover being bad and undisturbed ones good.'),
  correction: field(weight, 1, 'Of corrections.'),
  demonstration: field(weight, 0.5, 'Of demonstrations.'),
} satisfies Record<FittedKind, unknown>);

const count = whole(1, 10_000);
const shape = config({
  members: field(
    whole(1, 32),
    3,
    'Networks; each is judged on its own fold of the labels, which it never learns from.',
  ),
  hidden: field(list(whole(1, 4096), 0, 8), [64, 64], 'Hidden units per layer.'),
  output: field(
    choice(['tanh', 'linear']),
    'tanh',
    'tanh is bounded; linear goes on rising beyond what was labelled, where better behaviour lies.',
  ),
  learningRate: field(number(0, 10), 1e-3, 'Step size of Adam.'),
  noiseLearningRate: field(number(0, 10), 1e-2, 'Step size of the noise of each kind of label.'),
  weightDecay: field(number(0, 1e6), 0.3, 'Decoupled weight decay, to begin with.'),
  adaptWeightDecay: field(flag, false, 'Adapt it to the gap between held-out and training loss.'),
  batch: field(whole(1, 4096), 16, 'Labels of every kind in a batch.'),
  averageSteps: field(
    number(0, 1e6),
    0,
    'Published weights average this many gradient steps (Polyak & Juditsky 1992); 0: the last one.',
  ),
  stepsPerUpdate: field(count, 4, 'Gradient steps per call of `update`.'),
  minSessionSteps: field(
    whole(0, 1e6),
    20,
    'Fewest gradient steps from feedback to a new version.',
  ),
  maxSessionSteps: field(whole(1, 1e6), 100, 'Most gradient steps from feedback to a new version.'),
  stopAccuracy: field(
    number(0.5, Number.POSITIVE_INFINITY),
    0.97,
    'A session ends early when members order this share of their comparisons rightly (PEBBLE).',
  ),
  weights: field(group(weightsSchema), {}, 'Weight of each kind in the loss; 0 leaves it out.'),
  creditFrom: field(
    number(0, 10),
    0.2,
    'A live reward is about what was shown from this long before, s, …',
  ),
  creditTo: field(number(0, 10), 1, '… back to this long before the key, s; at least creditFrom.'),
  creditDensity: field(
    choice(['uniform', 'gamma']),
    'uniform',
    'gamma: gamma(2, 0.28 s) after creditFrom (TAMER, Knox & Stone 2009).',
  ),
  beforeTakeoverSeconds: field(
    number(0, 60),
    1,
    'Steps this long before a takeover are weakly bad, s.',
  ),
  pieceSteps: field(
    count,
    25,
    'Longest piece of a takeover, demonstration or correction that is compared at once, steps.',
  ),
  referenceRows: field(
    whole(16, 1e6),
    4096,
    'Rows of recent behaviour for normalisation, distances and pseudo-labels.',
  ),
  squares: field(
    choice(['none', 'actions', 'all']),
    'none',
    'Give the squares of actions, or of all inputs, too: efforts and distances need fewer labels.',
  ),
  mirror: field(flag, false, 'Show half of everything in the mirror, where the task has one.'),
  outputStd: field(
    number(1e-6, 1e6),
    1,
    'Standard deviation of published rewards over the reference rows.',
  ),
  zero: field(choice(ZEROS), 'mean', 'Where published rewards are zero.'),
  outputMean: field(
    number(-1e6, 1e6),
    0,
    'Added to published rewards, in those standard deviations.',
  ),
  pessimism: field(
    number(0, 100),
    0,
    'Deviations over members taken off published rewards (Coste et al. 2024); 0: off.',
  ),
  surf: optional(
    group(surfSchema),
    'SURF (Park et al. 2022): pseudo-labels and crops; absent: off.',
  ),
  reed: optional(
    group(reedSchema),
    'Members also predict what comes next, from behaviour without labels; absent: off.',
  ),
  rime: optional(
    group(rimeSchema),
    'RIME: distrust comparisons that the ensemble predicts badly; absent: off.',
  ),
  risk: optional(
    group(riskSchema),
    'The risk head: the probability that something happens soon, from takeovers and what followed; absent: off.',
  ),
});

export const rewardSchema = shape.superRefine(({ creditFrom, creditTo }, context) => {
  if (creditTo >= creditFrom) return;
  const message = `is ${creditTo}, allowed ${creditFrom} (creditFrom) to 10`;
  context.addIssue({ code: 'custom', path: ['creditTo'], message });
});

export type RewardConfig = Config<typeof rewardSchema>;
export const rewardDefaults: RewardConfig = defaultsOf(rewardSchema);

/**
 * `options` over the defaults; switches that are objects (surf, rime, reed) may be given in part.
 * @throws RangeError naming field, value and allowed range.
 */
export function completeRewardConfig(options: Partial<RewardConfig>): RewardConfig {
  return parseConfig('reward', rewardSchema, options);
}

/** Hyper-parameters of the reward ensemble; every preset is a change to these defaults. */

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
 *   a crash that ends a clip early then also speaks for idling (docs/benchmarks.md, Preferences).
 */
export const ZEROS = ['mean', 'low', 'learned'] as const;
export type Zero = (typeof ZEROS)[number];

/** REED (Metcalf et al. 2024): see dynamics.ts. */
export interface ReedConfig {
  /** Steps without labels per gradient step and member. */
  readonly batch: number;
  /** Of the prediction's loss beside that of the labels. */
  readonly weight: number;
}

export interface RewardConfig {
  /** Networks. Each is kept from one of as many folds of the labels, on which it is judged. */
  readonly members: number;
  readonly hidden: readonly number[];
  /** tanh is bounded; linear goes on rising beyond what was labelled, where better behaviour lies. */
  readonly output: 'tanh' | 'linear';
  readonly learningRate: number;
  readonly noiseLearningRate: number;
  /** First decoupled weight decay; can be adapted to the gap between held-out and training loss. */
  readonly weightDecay: number;
  readonly adaptWeightDecay: boolean;
  /** Labels of every kind in a batch. */
  readonly batch: number;
  /** Gradient steps per call of `update`. */
  readonly stepsPerUpdate: number;
  /** Gradient steps after new feedback, at least and at most, until a new version is published. */
  readonly minSessionSteps: number;
  readonly maxSessionSteps: number;
  /** A session ends early when the members order this share of their own comparisons rightly (PEBBLE: 0.97). */
  readonly stopAccuracy: number;
  /** Weight of each kind in the loss; 0 leaves a kind out. */
  readonly weights: Readonly<Record<FittedKind, number>>;
  /** Live rewards are about what was shown this long before the key, s. */
  readonly creditFrom: number;
  readonly creditTo: number;
  /** uniform, or gamma(2, 0.28 s) after the first `creditFrom` (TAMER, Knox & Stone 2009). */
  readonly creditDensity: 'uniform' | 'gamma';
  /** Steps of this long before a takeover count as weakly bad, s. */
  readonly beforeTakeoverSeconds: number;
  /** Longest piece of a takeover, demonstration or correction that is compared at once, steps. */
  readonly pieceSteps: number;
  /** Rows (n) of recent behaviour kept for normalisation, distances and pseudo-labels. */
  readonly referenceRows: number;
  /** Published rewards have this standard deviation over the reference rows. */
  readonly outputStd: number;
  /** Where published rewards are zero. */
  readonly zero: Zero;
  /** Added to published rewards, in those standard deviations. */
  readonly outputMean: number;
  /**
   * Standard deviations over members taken off published rewards: behaviour about which they disagree
   * is not worth seeking (Coste et al. 2024; 0: off).
   */
  readonly pessimism: number;
  /** SURF (Park et al. 2022): pseudo-labels and crops; absent: off. */
  readonly surf?: {
    /** Confidence that makes a label. */
    readonly threshold: number;
    /** Unlabelled pairs per labelled one. */
    readonly ratio: number;
    readonly weight: number;
    /** Steps cut off either end at random, at most. */
    readonly crop: number;
  };
  /**
   * Give the squares of actions, or of all inputs, beside them: efforts and distances are then learned
   * from few labels where the task is made of them, and speeds from more (docs/benchmarks.md).
   */
  readonly squares: 'none' | 'actions' | 'all';
  /** Members also predict what comes next, from behaviour without labels; absent: off. */
  readonly reed?: ReedConfig;
  /** Show half of everything in the mirror, where the task has one. */
  readonly mirror: boolean;
  /** RIME (Cheng et al. 2024): distrust comparisons with a large loss; absent: off. */
  readonly rime?: {
    /** Weight of the uncertainty term, first and last, and gradient steps between them. */
    readonly betaMax: number;
    readonly betaMin: number;
    readonly decaySteps: number;
    /** Gradient steps before anything is distrusted: an untrained model is confidently wrong. */
    readonly warmUpSteps: number;
    /** Flip answers whose loss is above −log of this. */
    readonly flipBelow: number;
  };
}

export const rewardDefaults: RewardConfig = {
  members: 3,
  hidden: [64, 64],
  output: 'tanh',
  learningRate: 1e-3,
  noiseLearningRate: 1e-2,
  weightDecay: 0.3,
  adaptWeightDecay: false,
  batch: 16,
  stepsPerUpdate: 4,
  minSessionSteps: 20,
  maxSessionSteps: 100,
  stopAccuracy: 0.97,
  weights: {
    preference: 1,
    ranking: 1,
    rating: 1,
    reward: 0.5,
    critique: 0.5,
    override: 1,
    counterfactual: 0.5,
    sign: 0.1,
    correction: 1,
    demonstration: 0.5,
  },
  creditFrom: 0.2,
  creditTo: 1,
  creditDensity: 'uniform',
  beforeTakeoverSeconds: 1,
  pieceSteps: 25,
  referenceRows: 4096,
  squares: 'none',
  mirror: false,
  outputStd: 1,
  zero: 'mean',
  outputMean: 0,
  pessimism: 0,
};

/** @throws RangeError naming field, value and allowed range. */
export function checkRewardConfig(config: RewardConfig): void {
  const check = (name: keyof RewardConfig, low: number, high: number) => {
    const value = config[name];
    if (typeof value !== 'number' || !(value >= low && value <= high))
      throw new RangeError(`reward.${name}: is ${String(value)}, allowed ${low} to ${high}`);
  };
  check('members', 1, 32);
  check('batch', 1, 4096);
  check('stepsPerUpdate', 1, 10_000);
  check('creditFrom', 0, 10);
  check('creditTo', config.creditFrom, 10);
  check('stopAccuracy', 0.5, Number.POSITIVE_INFINITY);
  check('referenceRows', 16, 1e6);
  check('outputStd', 1e-6, 1e6);
  check('pessimism', 0, 100);
  const { reed } = config;
  if (reed && !(Number.isInteger(reed.batch) && reed.batch >= 1 && reed.batch <= 4096))
    throw new RangeError(`reward.reed.batch: is ${reed.batch}, allowed integers from 1 to 4096`);
  if (reed && !(reed.weight >= 0 && reed.weight <= 1000))
    throw new RangeError(`reward.reed.weight: is ${reed.weight}, allowed 0 to 1000`);
  if (config.output !== 'tanh' && config.output !== 'linear')
    throw new RangeError(`reward.output: is ${String(config.output)}, allowed tanh, linear`);
  if (config.squares !== 'none' && config.squares !== 'actions' && config.squares !== 'all')
    throw new RangeError(
      `reward.squares: is ${String(config.squares)}, allowed none, actions, all`,
    );
  if (!ZEROS.includes(config.zero))
    throw new RangeError(`reward.zero: is ${String(config.zero)}, allowed ${ZEROS.join(', ')}`);
}

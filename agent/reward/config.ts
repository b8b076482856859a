/** Hyper-parameters of the reward ensemble; every preset is a change to these defaults. */
import { checkFields } from '../check-fields.ts';
import { type RimeConfig, rimeDefaults } from './rime.ts';

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

/** SURF (Park et al. 2022). */
export interface SurfConfig {
  /** Confidence that makes a label. */
  readonly threshold: number;
  /** Unlabelled pairs per labelled one. */
  readonly ratio: number;
  readonly weight: number;
  /** Steps cut off either end at random, at most. */
  readonly crop: number;
}

export const surfDefaults: SurfConfig = { threshold: 0.99, ratio: 4, weight: 1, crop: 5 };
export const reedDefaults: ReedConfig = { batch: 64, weight: 1 };

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
  /**
   * Published weights are the average of about so many gradient steps (Polyak & Juditsky 1992; 0: the
   * last step's): with wrong answers in every batch the last step is mostly noise.
   */
  readonly averageSteps: number;
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
  readonly surf?: SurfConfig;
  /**
   * Give the squares of actions, or of all inputs, beside them: efforts and distances are then learned
   * from few labels where the task is made of them, and speeds from more (docs/benchmarks.md).
   */
  readonly squares: 'none' | 'actions' | 'all';
  /** Members also predict what comes next, from behaviour without labels; absent: off. */
  readonly reed?: ReedConfig;
  /** Show half of everything in the mirror, where the task has one. */
  readonly mirror: boolean;
  /** RIME: distrust comparisons that the ensemble predicts badly; absent: off. */
  readonly rime?: RimeConfig;
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
  averageSteps: 0,
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

/** `options` over the defaults; switches that are objects (surf, rime, reed) may be given in part. */
export function completeRewardConfig(options: Partial<RewardConfig>): RewardConfig {
  const { surf, rime, reed } = options;
  return {
    ...rewardDefaults,
    ...options,
    weights: { ...rewardDefaults.weights, ...options.weights },
    ...(surf ? { surf: merged('surf', surfDefaults, surf) } : {}),
    ...(rime ? { rime: merged('rime', rimeDefaults, rime) } : {}),
    ...(reed ? { reed: merged('reed', reedDefaults, reed) } : {}),
  };
}

function merged<T extends object>(name: string, defaults: T, given: unknown): T {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new RangeError(`reward.${name}: is ${JSON.stringify(given)}, expected an object`);
  checkFields(`reward.${name}`, given as Record<string, unknown>, defaults);
  return { ...defaults, ...given };
}

/** Numbers of the switches, [least, most]; whole numbers where `whole`. */
const SWITCH_RANGES = {
  surf: { threshold: [0.5, 1], ratio: [0, 100], weight: [0, 1000], crop: [0, 1000] },
  rime: {
    alpha: [0, 10],
    betaMax: [0, 100],
    betaMin: [0, 100],
    decayUpdates: [1, 1e9],
    warmUpUpdates: [0, 1e9],
    flipBelow: [0, 1],
  },
  reed: { batch: [1, 4096], weight: [0, 1000] },
} as const;
const WHOLE: readonly string[] = ['ratio', 'crop', 'decayUpdates', 'warmUpUpdates', 'batch'];

/** @throws RangeError naming field, value and allowed range. */
export function checkRewardConfig(config: RewardConfig): void {
  checkNumbers('reward', config, {
    members: [1, 32],
    learningRate: [0, 10],
    weightDecay: [0, 1e6],
    batch: [1, 4096],
    averageSteps: [0, 1e6],
    stepsPerUpdate: [1, 10_000],
    creditFrom: [0, 10],
    creditTo: [config.creditFrom, 10],
    stopAccuracy: [0.5, Number.POSITIVE_INFINITY],
    referenceRows: [16, 1e6],
    outputStd: [1e-6, 1e6],
    pessimism: [0, 100],
  });
  for (const name of ['surf', 'rime', 'reed'] as const)
    if (config[name]) checkNumbers(`reward.${name}`, config[name], SWITCH_RANGES[name]);
  checkNumbers(
    'reward.weights',
    config.weights,
    Object.fromEntries(Object.keys(config.weights).map((kind) => [kind, [0, 1e6]])),
  );
  checkFields('reward.weights', config.weights, rewardDefaults.weights);
  checkChoice('output', config.output, ['tanh', 'linear']);
  checkChoice('squares', config.squares, ['none', 'actions', 'all']);
  checkChoice('creditDensity', config.creditDensity, ['uniform', 'gamma']);
  checkChoice('zero', config.zero, ZEROS);
}

type Ranges = Readonly<Record<string, readonly number[]>>;

function checkNumbers(section: string, values: object, ranges: Ranges): void {
  for (const [name, [least, most]] of Object.entries(ranges)) {
    const value = (values as Record<string, unknown>)[name];
    const whole = WHOLE.includes(name);
    const inRange = typeof value === 'number' && value >= least! && value <= most!;
    if (inRange && (!whole || Number.isInteger(value))) continue;
    const kind = whole ? 'integers from ' : '';
    throw new RangeError(
      `${section}.${name}: is ${String(value)}, allowed ${kind}${least} to ${most}`,
    );
  }
}

function checkChoice(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value))
    throw new RangeError(`reward.${name}: is ${String(value)}, allowed ${allowed.join(', ')}`);
}

/** What to ask next: hyper-parameters of query selection. */

/**
 * - `uniform`: pairs at random;
 * - `disagreement`: largest deviation of P(a ≻ b) over members (Christiano et al. 2017);
 * - `entropy`: largest mean entropy of P(a ≻ b) over members (B-Pref);
 * - `k-centre`: greedy coverage, far from what was asked before (B-Pref's kcenter);
 * - `information`: mutual information (BALD, Houlsby et al. 2011; Bıyık et al. 2020), then k-centre
 *   within the best half for diversity;
 * - `near-on-policy`: uniform over the newest behaviour (QPA, Hu et al. 2024);
 * - `easy-first`: pairs the model thinks are easy to tell apart;
 * - `per-second`: information per expected second of a person's time, skips included.
 */
export const QUERY_STRATEGIES = [
  'uniform',
  'disagreement',
  'entropy',
  'k-centre',
  'information',
  'near-on-policy',
  'easy-first',
  'per-second',
] as const;
export type QueryStrategy = (typeof QUERY_STRATEGIES)[number];

/** Share of the budget that should be asked after a share of the run. */
export const LABEL_SCHEDULES = ['constant', 'decreasing', 'increasing'] as const;
export type LabelSchedule = (typeof LABEL_SCHEDULES)[number];

/** compare: two segments; rank: up to four, best to worst; rate: one, on a scale. */
export const QUESTION_KINDS = ['compare', 'rank', 'rate'] as const;

export interface QueryConfig {
  readonly kind: (typeof QUESTION_KINDS)[number];
  readonly strategy: QueryStrategy;
  /**
   * How answers are spread: in `train` over its steps, in `serve` over `budgetSteps` where `budget` says how
   * many there are to be.
   */
  readonly schedule: LabelSchedule;
  /** `serve`: answers asked of people in all; Infinity: as many as they give, whenever they like. */
  readonly budget: number;
  /** `serve`: environment steps until the whole budget has been asked. */
  readonly budgetSteps: number;
  /** Length of a segment, s. */
  readonly segmentSeconds: number;
  /**
   * Segments may also end where an episode terminated, and are shorter then: comparing them tells what
   * going on is worth, which segments of one length never do.
   */
  readonly endings: boolean;
  /**
   * Share of comparisons that ask an earlier one again, sides at random, to learn how well whoever answers
   * agrees with themselves: the ceiling of accuracy, [0, 0.5]. `serve` asks a twentieth again by default.
   */
  readonly repeatShare: number;
  /** Pairs considered per question asked. */
  readonly candidates: number;
  /** Newest episodes that segments are taken from; near-on-policy takes a tenth of them. */
  readonly recentEpisodes: number;
  /** A question is withdrawn after this long, s … */
  readonly expirySeconds: number;
  /** … and when this many more episodes have ended since it was asked. */
  readonly expiryEpisodes: number;
}

export const queryDefaults: QueryConfig = {
  kind: 'compare',
  strategy: 'information',
  schedule: 'constant',
  budget: Number.POSITIVE_INFINITY,
  budgetSteps: 100_000,
  segmentSeconds: 2,
  endings: false,
  repeatShare: 0,
  candidates: 10,
  recentEpisodes: 100,
  expirySeconds: 600,
  expiryEpisodes: 100,
};

/** @throws RangeError naming field, value and allowed range. */
export function checkQueryConfig(config: QueryConfig): void {
  if (!QUERY_STRATEGIES.includes(config.strategy))
    throw new RangeError(
      `queries.strategy: is ${config.strategy}, allowed ${QUERY_STRATEGIES.join(', ')}`,
    );
  if (!QUESTION_KINDS.includes(config.kind))
    throw new RangeError(`queries.kind: is ${config.kind}, allowed ${QUESTION_KINDS.join(', ')}`);
  if (!LABEL_SCHEDULES.includes(config.schedule))
    throw new RangeError(
      `queries.schedule: is ${config.schedule}, allowed ${LABEL_SCHEDULES.join(', ')}`,
    );
  const positive = [
    'budget',
    'budgetSteps',
    'segmentSeconds',
    'candidates',
    'recentEpisodes',
    'expirySeconds',
    'expiryEpisodes',
  ] as const;
  for (const name of positive) {
    if (!(config[name] > 0))
      throw new RangeError(`queries.${name}: is ${config[name]}, needs more than 0`);
  }
  if (!(config.repeatShare >= 0 && config.repeatShare <= 0.5))
    throw new RangeError(`queries.repeatShare: is ${config.repeatShare}, allowed 0 to 0.5`);
}

/**
 * Labels that should have been asked after `progress` of the run, in [0, budget]. B-Pref's fractions
 * per session, (T−t)/T and T/(T−t+1), integrated and scaled to the budget.
 */
export function labelsDue(schedule: LabelSchedule, progress: number, budget: number): number {
  const t = Math.min(1, Math.max(0, progress));
  switch (schedule) {
    case 'constant':
      return Math.round(budget * t);
    case 'decreasing':
      return Math.round(budget * (2 * t - t * t));
    case 'increasing':
      return Math.round(budget * Math.min(1, Math.log(1 - t * 0.99) / Math.log(0.01)));
  }
}

import { type Config, config, defaultsOf, field, number, whole } from '../../sim/config.ts';

/**
 * RIME (Cheng et al. 2024, arXiv 2402.17257, §4.1): which comparisons to believe, from how badly the ensemble
 * predicts them. Theorem 1: where answers the model believes cost at most ρ, a wrong answer costs at
 * least −ln ρ + αρ. What costs less is trusted, what costs far more was meant the other way round, and
 * what lies between is left out for now.
 */
export const rimeSchema = config({
  alpha: field(number(0, 10), 0.5, 'α of the bound.'),
  betaMax: field(
    number(0, 100),
    3,
    'Weight of the spread of costs at first, while the model learns, …',
  ),
  betaMin: field(number(0, 100), 1, '… and at last.'),
  decayUpdates: field(whole(1, 1e9), 60, 'Updates between the two.'),
  warmUpUpdates: field(
    whole(0, 1e9),
    50,
    'Updates before anything is distrusted: an untrained model is confidently wrong.',
  ),
  flipBelow: field(number(0, 1), 0.001, 'An answer less likely than this is turned round.'),
});
export type RimeConfig = Config<typeof rimeSchema>;
export const rimeDefaults: RimeConfig = defaultsOf(rimeSchema);

export type Verdict = 'trust' | 'flip' | 'ignore';

export interface SavedDistrust {
  readonly updates: number;
  readonly count: number;
  readonly most: number;
  readonly mean: number;
  readonly variance: number;
}

export interface Distrust {
  /** Costs below this are believed, nats. */
  threshold(): number;
  /**
   * Verdicts on answers of these costs (cross-entropy under the ensemble's mean, nats), one per update
   * of the reward model; the statistics of trusted costs move on.
   */
  judge(costs: readonly number[]): Verdict[];
  save(): SavedDistrust;
  load(saved: SavedDistrust): void;
}

/** Rate at which the largest and mean trusted cost follow the latest. */
const RATE = 0.1;
/** Most that the spread adds to the threshold, nats. */
const MOST_TOLERANCE = 3;

export function createDistrust(config: RimeConfig): Distrust {
  // As in the authors' code: nothing trusted yet, so that the first threshold believes everything.
  let state: SavedDistrust = { updates: 0, count: 0, most: 0, mean: 0, variance: 1 };

  function threshold(): number {
    const { updates, most, variance } = state;
    const part = Math.min(1, updates / config.decayUpdates);
    const beta = config.betaMax + part * (config.betaMin - config.betaMax);
    const bound = -Math.log(most + 1e-8) + config.alpha * most;
    return bound + Math.min(MOST_TOLERANCE, beta * variance);
  }

  function learn(trusted: readonly number[]): void {
    const updates = state.updates + 1;
    const n = trusted.length;
    if (n === 0) {
      state = { ...state, updates };
      return;
    }
    const mean = trusted.reduce((a, b) => a + b, 0) / n;
    const variance = trusted.reduce((a, c) => a + (c - mean) ** 2, 0) / n;
    const count = state.count + n;
    const delta = mean - state.mean;
    const between = (delta ** 2 * state.count * n) / count;
    state = {
      updates,
      count,
      most: state.most + RATE * (Math.max(...trusted) - state.most),
      mean: state.mean + RATE * delta,
      variance: (state.variance * state.count + variance * n + between) / count,
    };
  }

  return {
    threshold,
    judge(costs) {
      const believed = threshold();
      const turned = -Math.log(config.flipBelow);
      const warm = state.updates >= config.warmUpUpdates;
      learn(costs.filter((cost) => cost < believed));
      return costs.map((cost) => {
        if (!warm) return 'trust';
        if (cost > turned) return 'flip';
        return cost < believed ? 'trust' : 'ignore';
      });
    },
    save: () => state,
    load(saved) {
      state = saved;
    },
  };
}

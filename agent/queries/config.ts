/** What to ask next: hyper-parameters of query selection. */
import {
  type Config,
  choice,
  config,
  defaultsOf,
  field,
  flag,
  number,
  whole,
} from '../../sim/config.ts';

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

/**
 * Which episodes clips are taken from: `driven`: a person drove for a while; `alone`: nobody did; `solved`: it did;
 * `failed`: it ended, and the task was never solved.
 */
export const CLIP_SOURCES = ['all', 'driven', 'alone', 'solved', 'failed'] as const;
export type ClipSource = (typeof CLIP_SOURCES)[number];

/** Share of the budget that should be asked after a share of the run. */
export const LABEL_SCHEDULES = ['constant', 'decreasing', 'increasing'] as const;
export type LabelSchedule = (typeof LABEL_SCHEDULES)[number];

/** compare: two segments; rank: up to four, best to worst; rate: one, on a scale. */
export const QUESTION_KINDS = ['compare', 'rank', 'rate'] as const;

const endless = number(1e-9, Number.POSITIVE_INFINITY);

export const querySchema = config({
  kind: field(
    choice(QUESTION_KINDS),
    'compare',
    'compare two segments, rank up to four, or rate one.',
  ),
  strategy: field(choice(QUERY_STRATEGIES), 'information', 'Which segments are asked about.'),
  schedule: field(
    choice(LABEL_SCHEDULES),
    'constant',
    'How answers are spread: over the steps of `train`, over budgetSteps in `serve`.',
  ),
  budget: field(
    endless,
    Number.POSITIVE_INFINITY,
    '`serve`: answers asked of people in all; Infinity: as many as they give, at any time.',
  ),
  budgetSteps: field(
    endless,
    100_000,
    '`serve`: environment steps until the whole budget has been asked.',
  ),
  segmentSeconds: field(number(1e-3, 3600), 2, 'Length of a segment, s.'),
  endings: field(
    flag,
    false,
    'Segments may also end where an episode terminated: they tell what going on is worth.',
  ),
  repeatShare: field(
    number(0, 0.5),
    0,
    'Share of comparisons asked again, sides at random, for the ceiling of accuracy; `serve`: 0.05.',
  ),
  minDifference: field(
    number(0, 10),
    0,
    'Pairs whose mean observations differ by less, in standard deviations of the candidates, are asked only where there are no others; `serve`: 0.1.',
  ),
  candidates: field(whole(1, 1e6), 10, 'Pairs considered per query asked.'),
  recentEpisodes: field(
    endless,
    100,
    'Newest episodes that segments are taken from; near-on-policy takes a tenth of them.',
  ),
  expirySeconds: field(endless, 600, 'A query is withdrawn after this long, s, …'),
  expiryEpisodes: field(
    endless,
    100,
    '… and when this many more episodes have ended since it was asked.',
  ),
});

export type QueryConfig = Config<typeof querySchema>;
export const queryDefaults: QueryConfig = defaultsOf(querySchema);

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

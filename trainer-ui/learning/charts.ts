/** The charts of the learning view: which metrics, and what to say while there are none. */
import type { MetricName } from '../../server/protocol/index.ts';

export interface Series {
  readonly metric: MetricName;
  readonly label: string;
  readonly colour: string;
  readonly dash?: readonly number[];
}

export interface ChartDescription {
  readonly title: string;
  /** How to read it, on hovering the title. */
  readonly hint?: string;
  readonly series: readonly Series[];
  readonly range?: readonly [number, number];
  readonly empty: string;
}

const series = (metric: MetricName, label: string, colour: string, dash?: number[]): Series => ({
  metric,
  label,
  colour,
  ...(dash ? { dash } : {}),
});
const UNIT = [0, 1] as const;
const WAIT_EPISODE = 'after the first whole episode';
export const WAIT_HELD_OUT = 'no held-out answers yet: answer about 10 comparisons';
const WAIT_ANSWER = 'after the first answers';

export const RUN_CHARTS: readonly ChartDescription[] = [
  {
    title: 'Success',
    series: [series('episode/success', 'success', '#51cf66')],
    range: UNIT,
    empty: WAIT_EPISODE,
  },
  {
    title: 'Return of an episode',
    series: [
      series('episode/return', 'environment', '#4dabf7'),
      series('episode/learned-return', 'learned', '#f783ac', [6, 4]),
    ],
    empty: WAIT_EPISODE,
  },
  {
    title: 'Cost of an episode',
    series: [series('episode/cost', 'cost', '#ff922b')],
    empty: WAIT_EPISODE,
  },
  {
    title: 'Steps of an episode',
    series: [series('episode/length', 'steps', '#63e6be')],
    empty: WAIT_EPISODE,
  },
  {
    title: 'Takeovers per 100 steps',
    series: [series('human/overrides-per-100', 'takeovers', '#ff922b')],
    empty: WAIT_EPISODE,
  },
  {
    title: 'Answers a minute',
    series: [series('human/answers-per-minute', 'answers', '#da77f2')],
    empty: WAIT_ANSWER,
  },
  {
    title: 'Losses',
    series: [
      series('loss/critic', 'critic', '#4dabf7'),
      series('loss/actor', 'actor', '#51cf66'),
      series('reward/loss', 'reward model', '#f783ac'),
    ],
    empty: 'once the learner has enough experience',
  },
  {
    title: 'Steps and updates a second',
    series: [
      series('speed/steps-per-second', 'steps', '#4dabf7'),
      series('speed/updates-per-second', 'updates', '#51cf66'),
    ],
    empty: 'in a second',
  },
];

export const REWARD_CHARTS: readonly ChartDescription[] = [
  {
    title: 'Answers that it learns from',
    hint: 'Comparisons, rankings, ratings, rewards, takeovers and demonstrations.',
    series: [series('reward/labels', 'answers', '#da77f2')],
    empty: WAIT_ANSWER,
  },
  {
    title: 'Accuracy and its ceiling',
    hint: 'Share of comparisons it predicts. The ceiling is what the repeats of your own answers allow; it is 1 until 10 pairs were asked twice.',
    series: [
      series('reward/accuracy', 'accuracy', '#f783ac'),
      series('reward/ceiling', 'ceiling', '#8b95a3', [4, 4]),
    ],
    range: UNIT,
    empty: WAIT_HELD_OUT,
  },
  {
    title: 'Calibration error (ECE)',
    hint: 'How far its confidence is from how often it is right: 0 is honest.',
    series: [series('reward/ece', 'calibration error', '#ffd43b')],
    range: UNIT,
    empty: WAIT_HELD_OUT,
  },
  {
    title: 'Log-likelihood of an answer',
    hint: 'Higher is better; −0.69 is tossing a coin.',
    series: [series('reward/logLikelihood', 'log-likelihood', '#b197fc')],
    empty: WAIT_HELD_OUT,
  },
  {
    title: 'Disagreement of its members',
    hint: 'Standard deviation of the members’ rewards over recent behaviour.',
    series: [series('reward/disagreement', 'disagreement', '#63e6be')],
    empty: WAIT_ANSWER,
  },
  {
    title: 'Distance from the answers',
    hint: '1: recent behaviour is as near to what was labelled as labels are to each other. Much more: it is guessing there.',
    series: [series('reward/distance', 'distance', '#ffa94d')],
    empty: WAIT_ANSWER,
  },
  {
    title: 'Distance from the true reward',
    hint: 'Pearson distance (as in EPIC) from the environment’s own reward over recent behaviour: 0 is the same, 1 its opposite. Omitted where either is a constant reward.',
    series: [series('reward/epicDistance', 'Pearson distance', '#4dabf7')],
    range: UNIT,
    empty: WAIT_ANSWER,
  },
];

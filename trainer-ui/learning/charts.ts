/** The charts of the learning view: which metrics, and what to say while there are none. */
import type { MetricName, MetricsPoint } from '../../server/protocol/index.ts';

export type Hue =
  | 'blue'
  | 'green'
  | 'orange'
  | 'teal'
  | 'grape'
  | 'pink'
  | 'yellow'
  | 'violet'
  | 'gray';

export interface Series {
  /** A name of agent/metrics.ts; in charts of several runs `RUN:NAME`. */
  readonly metric: string;
  readonly label: string;
  /** A hue of the theme: its shade goes with the scheme. */
  readonly colour: Hue;
  readonly dash?: readonly number[];
}

export interface ChartDescription {
  readonly title: string;
  /** How to read it, and what to do when it is bad. */
  readonly hint: string;
  /** Metrics that begin so are its parts, told in words as they are now. */
  readonly parts?: string;
  readonly series: readonly Series[];
  readonly range?: readonly [number, number];
  readonly empty: string;
}

const series = (metric: MetricName, label: string, colour: Hue, dash?: number[]): Series => ({
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
    hint: 'Share of the latest episodes that reached the goal, by the agent alone. Where it does not rise: answer more, or step in where it fails.',
    series: [series('episode/success', 'success', 'green')],
    range: UNIT,
    empty: WAIT_EPISODE,
  },
  {
    title: 'Return of an episode',
    hint: 'What the environment and the reward model give. Learned that rises while the environment’s falls is a wrong reward: compare newer clips.',
    series: [
      series('episode/return', 'environment', 'blue'),
      series('episode/learned-return', 'learned', 'pink', [6, 4]),
    ],
    empty: WAIT_EPISODE,
  },
  {
    title: 'Cost of an episode',
    hint: 'Damage done. Where it stays high: take over before it happens, or mark those stretches bad.',
    series: [series('episode/cost', 'cost', 'orange')],
    empty: WAIT_EPISODE,
  },
  {
    title: 'Steps of an episode',
    hint: 'Short ones may be failures, or goals reached early: look at how they ended, below.',
    series: [series('episode/length', 'steps', 'teal')],
    empty: WAIT_EPISODE,
  },
  {
    title: 'Steps between takeovers',
    hint: 'How far the agent comes by itself, over the last ten takeovers and now. It should rise; where it does not, look below at where people step in, and let it try again what they did.',
    series: [series('human/steps-between-takeovers', 'steps', 'orange')],
    empty: 'after the first takeover',
  },
  {
    title: 'Answers a minute',
    hint: 'Of all people together. Where it falls, a rest may be due: hurried answers teach little.',
    series: [series('human/answers-per-minute', 'answers', 'grape')],
    empty: WAIT_ANSWER,
  },
  {
    title: 'Losses',
    hint: 'How far the networks are from what they learn. They may rise and fall; one that only rises asks for another seed or a smaller step.',
    series: [
      series('loss/critic', 'critic', 'blue'),
      series('loss/actor', 'actor', 'green'),
      series('reward/loss', 'reward model', 'pink'),
    ],
    empty: 'once the learner has enough experience',
  },
  {
    title: 'Drift of behaviour',
    hint: 'How far the newest 8 episodes are from the 32 before, as a part of what is chance: above 1 it moved. While the policy learns it moves by that, and 0 is rest; a finished policy raises an alarm.',
    series: [
      series('drift/observation', 'observed', 'blue'),
      series('drift/action', 'done', 'green'),
      series('drift/reward', 'reward', 'pink', [6, 4]),
    ],
    empty: 'after 40 episodes',
  },
  {
    title: 'Steps and updates a second',
    hint: 'How fast it goes. Updates near 0: the learner waits, for steps or for answers.',
    series: [
      series('speed/steps-per-second', 'steps', 'blue'),
      series('speed/updates-per-second', 'updates', 'green'),
    ],
    empty: 'in a second',
  },
];

export const REWARD_CHARTS: readonly ChartDescription[] = [
  {
    title: 'Answers that it learns from',
    hint: 'Where it stays at 0: answer under Compare, reward, or take over.',
    parts: 'reward/labels/',
    series: [series('reward/labels', 'answers', 'grape')],
    empty: WAIT_ANSWER,
  },
  {
    title: 'Accuracy and its ceiling',
    hint: 'Share of comparisons it predicts. The ceiling is what repeats of your own answers allow; 1 until 10 pairs were asked twice. Far below it: answer more.',
    series: [
      series('reward/accuracy', 'accuracy', 'pink'),
      series('reward/ceiling', 'ceiling', 'gray', [4, 4]),
    ],
    range: UNIT,
    empty: WAIT_HELD_OUT,
  },
  {
    title: 'Calibration error (ECE)',
    hint: 'How far its confidence is from how often it is right: 0 is honest. Above 0.2, do not trust what it is sure of.',
    series: [series('reward/ece', 'calibration error', 'yellow')],
    range: UNIT,
    empty: WAIT_HELD_OUT,
  },
  {
    title: 'Log-likelihood of an answer',
    hint: 'Higher is better; −0.69 is tossing a coin: until it is above that, the agent learns nothing from comparisons.',
    series: [series('reward/logLikelihood', 'log-likelihood', 'violet')],
    empty: WAIT_HELD_OUT,
  },
  {
    title: 'Disagreement of its members',
    hint: 'Standard deviation of the members’ rewards over recent behaviour. Where it rises, the agent does something new: answer about that.',
    series: [series('reward/disagreement', 'disagreement', 'teal')],
    empty: WAIT_ANSWER,
  },
  {
    title: 'Distance from the answers',
    hint: '1: recent behaviour is as near to what was labelled as labels are to each other. Much more: it is guessing there; answer about new clips.',
    series: [series('reward/distance', 'distance', 'orange')],
    empty: WAIT_ANSWER,
  },
  {
    title: 'Distance from the true reward',
    hint: 'Pearson distance (as in EPIC) from the environment’s own reward over recent behaviour: 0 is the same, 1 its opposite. Near 1: it learns the wrong thing.',
    series: [series('reward/epicDistance', 'Pearson distance', 'blue')],
    range: UNIT,
    empty: WAIT_ANSWER,
  },
];

/** "preference 12, override 3" */
export function partsOf(prefix: string, { values }: Pick<MetricsPoint, 'values'>): string {
  return Object.entries(values)
    .filter(([name, value]) => name.startsWith(prefix) && value > 0)
    .map(([name, value]) => `${name.slice(prefix.length)} ${value}`)
    .join(', ');
}

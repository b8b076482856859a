/**
 * Every metric of a run: what learners and reward models report, what the server measures, what the page draws.
 * Names are stored with runs and sent to pages, so a name never changes: that is why two styles of spelling
 * (`reward/trainAccuracy`, `human/clipped-actions`) stand side by side. New names use camel case.
 * docs/SPEC.md's table is made of this list by `npm run docs`.
 */

export interface MetricDescription {
  /** '1' for shares, probabilities and other plain numbers. */
  readonly unit: string;
  readonly meaning: string;
  /** Title of the chart on the page; absent: not drawn. */
  readonly drawn?: string;
}

/** Names in braces stand for any text: `reward/labels/{kind}` is one metric per kind of feedback. */
export const METRICS = {
  'batch/human': { unit: '1', meaning: 'share of a batch that people acted' },
  'data/credited': { unit: 'steps', meaning: 'steps credited with live rewards' },
  'data/pairs': { unit: 'pairs', meaning: 'pairs of actions from takeovers that PPL learns from' },
  'drift/action': {
    unit: '1',
    meaning: 'as `drift/observation`, of the policy’s actions',
    drawn: 'Drift of behaviour',
  },
  'drift/observation': {
    unit: '1',
    meaning:
      'PSI over its limit of the component of observations that has moved farthest between the newest 8 episodes and the 32 before; above 1: moved',
    drawn: 'Drift of behaviour',
  },
  'drift/reward': {
    unit: '1',
    meaning: 'as `drift/observation`, of the predicted reward, in the eyes of the newest model',
    drawn: 'Drift of behaviour',
  },
  'drift/since': { unit: 'ms', meaning: 'when the oldest of these 8 episodes began, since epoch' },
  'drift/{part}/alarm': {
    unit: '0 or 1',
    meaning: '1: it has moved, and is not back yet; 0 while the policy learns',
  },
  'drift/{part}/component': { unit: '1', meaning: 'number of that component, from 0' },
  'drift/{part}/limit': { unit: '1', meaning: 'what its PSI stays below while nothing moves' },
  'drift/{part}/psi': { unit: '1', meaning: 'its population stability index' },
  'episode/cost': {
    unit: 'cost',
    meaning: 'mean cost of the last 20 episodes',
    drawn: 'Cost of an episode',
  },
  'episode/learned-return': {
    unit: 'reward',
    meaning: 'mean learned return of the last 20 episodes, of those that have one',
    drawn: 'Return of an episode',
  },
  'episode/length': {
    unit: 'steps',
    meaning: 'mean length of the last 20 episodes',
    drawn: 'Steps of an episode',
  },
  'episode/return': {
    unit: 'reward',
    meaning: 'mean return of the last 20 episodes, by the environment’s reward',
    drawn: 'Return of an episode',
  },
  'episode/success': {
    unit: '1',
    meaning: 'share of the last 20 episodes that succeeded',
    drawn: 'Success',
  },
  'eval/collisionFreeSuccess': {
    unit: '1',
    meaning: 'share of held-out episodes that succeeded without a collision (`train`)',
  },
  'eval/cost': { unit: 'cost', meaning: 'mean cost of held-out episodes (`train`)' },
  'eval/return': { unit: 'reward', meaning: 'mean return of held-out episodes (`train`)' },
  'eval/success': { unit: '1', meaning: 'share of held-out episodes that succeeded (`train`)' },
  'eval/{quantity}/high': { unit: '', meaning: 'upper end of the 95 % interval of its IQM' },
  'eval/{quantity}/low': { unit: '', meaning: 'lower end of the 95 % interval of its IQM' },
  'human/answers-per-minute': {
    unit: '1/min',
    meaning: 'answers in the last minute',
    drawn: 'Answers a minute',
  },
  'human/clipped-actions': {
    unit: 'steps',
    meaning: 'steps on which a person’s action was outside the action space, since the start',
  },
  'human/false-takeover-rate': {
    unit: '1',
    meaning: 'share of judged takeovers that were not needed',
  },
  'human/overrides-per-100': {
    unit: '1/100 steps',
    meaning: 'takeovers per 100 of the last 1000 live steps',
  },
  'human/prevented-cost': {
    unit: 'cost',
    meaning: 'cost that the run’s takeovers prevented, net',
  },
  'human/prevented-failures': {
    unit: 'episodes',
    meaning: 'failures that the run’s takeovers prevented',
  },
  'human/steps-between-takeovers': {
    unit: 'steps',
    meaning:
      'live steps of the agent per takeover, over the last ten and those since; none before the first',
    drawn: 'Steps between takeovers',
  },
  'loss/actor': { unit: '1', meaning: 'loss of the policy', drawn: 'Losses' },
  'loss/critic': { unit: '1', meaning: 'loss of the value functions', drawn: 'Losses' },
  'loss/imitation': { unit: '1', meaning: 'loss of imitating people’s actions' },
  'loss/preference': { unit: '1', meaning: 'PPL’s loss of preferring people’s actions' },
  'loss/reach': {
    unit: '1',
    meaning: 'loss of the critic that estimates whether the goal is reached',
  },
  'loss/risk': { unit: 'nat', meaning: 'cross-entropy of the risk head' },
  'loss/reward': { unit: '1', meaning: 'Deep TAMER’s loss of predicting live rewards' },
  'memory/arrays': {
    unit: 'MB',
    meaning: 'arrays of numbers of all threads, those of replay, episodes and recent among them',
  },
  'memory/code': { unit: 'MB', meaning: 'of Node and libraries: parts of files (Linux)' },
  'memory/episodes': {
    unit: 'MB',
    meaning: 'episodes that the learner keeps for queries and feedback',
  },
  'memory/heaps': { unit: 'MB', meaning: 'JavaScript objects of all threads' },
  'memory/process': { unit: 'MB', meaning: 'resident memory of the server' },
  'memory/recent': { unit: 'MB', meaning: 'episodes that the server keeps for clips' },
  'memory/replay': { unit: 'MB', meaning: 'steps that the learner keeps to learn from' },
  'memory/rest': {
    unit: 'MB',
    meaning:
      'process without arrays, heaps and code: what libraries hold, and what was given back and is kept for reuse',
  },
  'memory/spare': { unit: 'MB', meaning: 'room for steps to come, which takes no memory yet' },
  'policy/clipped': { unit: '1', meaning: 'share of a batch whose ratio PPO clipped' },
  'policy/entropy': { unit: 'nat', meaning: 'entropy of the policy (SAC: estimated by a batch)' },
  'policy/imitates': { unit: '0 or 1', meaning: '1: the imitators drive (`reins`)' },
  'policy/kl': { unit: 'nat', meaning: 'divergence from the policy that acted the round' },
  'policy/temperature': { unit: '1', meaning: 'weight of the entropy' },
  'ppo/dropped': { unit: 'steps', meaning: 'steps that no round learned from' },
  'ppo/rounds': { unit: 'rounds', meaning: 'rounds learned from' },
  'reward/accuracy': {
    unit: '1',
    meaning: 'share of held-out comparisons that are predicted',
    drawn: 'Accuracy and its ceiling',
  },
  'reward/accuracyError': { unit: '1', meaning: 'standard error of `reward/accuracy`' },
  'reward/ceiling': {
    unit: '1',
    meaning: 'accuracy that repeated answers allow; 1 until enough were repeated',
    drawn: 'Accuracy and its ceiling',
  },
  'reward/disagreement': {
    unit: 'reward',
    meaning: 'mean deviation over members, on recent behaviour',
    drawn: 'Disagreement of its members',
  },
  'reward/distance': {
    unit: '1',
    meaning: 'distance of recent behaviour from labelled steps; 1: as labels from each other',
    drawn: 'Distance from the answers',
  },
  'reward/dynamicsLoss': { unit: '1', meaning: 'REED’s loss of predicting the next step' },
  'reward/ece': {
    unit: '1',
    meaning: 'expected calibration error of held-out comparisons',
    drawn: 'Calibration error (ECE)',
  },
  'reward/epicDistance': {
    unit: '1',
    meaning: 'Pearson distance from the environment’s reward on recent behaviour',
    drawn: 'Distance from the true reward',
  },
  'reward/flat': { unit: '0 or 1', meaning: '1: no member’s published reward varies' },
  'reward/hackingAlarm': { unit: '0 or 1', meaning: '1: the agent may be gaming its reward' },
  'reward/heldOut': { unit: 'answers', meaning: 'held-out comparisons with a choice, the newest' },
  'reward/decided': { unit: 'answers', meaning: 'held-out comparisons with a choice, all' },
  'reward/heldOut/{kind}/count': { unit: 'answers', meaning: 'held-out answers of a kind' },
  'reward/heldOut/{kind}/logLikelihood': {
    unit: 'nat',
    meaning: 'mean log-likelihood of held-out answers of a kind',
  },
  'reward/labels': {
    unit: 'answers',
    meaning: 'answers that the reward model learns from',
    drawn: 'Answers that it learns from',
  },
  'reward/labels/{kind}': { unit: 'answers', meaning: 'of these, those of a kind' },
  'reward/logLikelihood': {
    unit: 'nat',
    meaning: 'mean log-likelihood of held-out comparisons',
    drawn: 'Log-likelihood of an answer',
  },
  'reward/loss': { unit: '1', meaning: 'loss of the reward model', drawn: 'Losses' },
  'reward/overrideAccuracy': {
    unit: '1',
    meaning: 'share of held-out override steps where the person’s action is preferred',
  },
  'reward/pearson': {
    unit: '1',
    meaning: 'correlation of learned and true reward of recent segments',
  },
  'reward/pearsonSteps': {
    unit: '1',
    meaning: 'correlation of learned and true reward of recent steps',
  },
  'reward/reliability/{bin}/accuracy': { unit: '1', meaning: 'how often a bin was right' },
  'reward/reliability/{bin}/confidence': { unit: '1', meaning: 'mean confidence of a bin' },
  'reward/reliability/{bin}/count': { unit: 'answers', meaning: 'held-out comparisons of a bin' },
  'reward/repeats': { unit: 'answers', meaning: 'answers to queries that were asked before' },
  'reward/trainAccuracy': { unit: '1', meaning: 'share of fitted comparisons that are predicted' },
  'reward/version': { unit: '1', meaning: 'version of the published reward model' },
  'reward/weightDecay': { unit: '1', meaning: 'present weight decay' },
  'risk/auc': {
    unit: '1',
    meaning:
      'how often a step before an event is held riskier than an undisturbed one, episodes held out',
  },
  'risk/ece': {
    unit: '1',
    meaning: 'expected calibration error of risks, tens of equal count, episodes held out',
  },
  'risk/events': { unit: 'steps', meaning: 'steps before an event that the risk head learns from' },
  'risk/steps': { unit: 'steps', meaning: 'all steps that the risk head learns from' },
  'risk/version': { unit: '1', meaning: 'version of the published risk head' },
  'speed/steps-per-second': {
    unit: '1/s',
    meaning: 'environment steps',
    drawn: 'Steps and updates a second',
  },
  'speed/updates-per-second': {
    unit: '1/s',
    meaning: 'updates of the learner',
    drawn: 'Steps and updates a second',
  },
  'train/environmentSteps': { unit: 'steps', meaning: 'steps of the run' },
  'train/humanSteps': { unit: 'steps', meaning: 'of these, acted by people' },
  'train/labels': { unit: 'answers', meaning: 'answers of the run' },
  'train/learnerUpdates': { unit: 'updates', meaning: 'updates of the learner' },
  'train/rewardUpdates': { unit: 'updates', meaning: 'updates of the reward model' },
  'train/updatesOwed': { unit: 'updates', meaning: 'updates that the steps so far allow' },
  'value/mean': { unit: 'reward', meaning: 'mean value of a batch’s actions' },
} as const satisfies Record<string, MetricDescription>;

/** A name with every `{…}` replaced by any text. */
type Filled<Name extends string> = Name extends `${infer Head}{${string}}${infer Tail}`
  ? `${Head}${string}${Filled<Tail>}`
  : Name;

type Family = `${string}{${string}`;

export type MetricName = Filled<keyof typeof METRICS>;

/** Metrics while they are collected. */
export type MetricValues = { [Name in Exclude<keyof typeof METRICS, Family>]?: number } & {
  [Name in Filled<Extract<keyof typeof METRICS, Family>>]: number;
};
export type Metrics = Readonly<MetricValues>;

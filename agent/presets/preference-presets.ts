/** Presets that learn from comparisons. */
import type { SacConfig } from '../learners/sac.ts';
import { rimeDefaults } from '../reward/rime.ts';
import { HIDDEN, type Preset } from './preset.ts';

/** PEBBLE's SAC: relabelled rewards, targets every second update. */
const pebbleSac: Partial<SacConfig> = {
  hidden: HIDDEN,
  batchSize: 256,
  learningStarts: 500,
  targetEvery: 2,
  rewardSource: 'model',
};

const pebbleBase = {
  needs: ['preference'],
  learner: { kind: 'sac', config: pebbleSac },
  reward: {},
  queries: { strategy: 'disagreement', segmentSeconds: 2.5 },
  scheduler: { unsupervisedSteps: 1000, rewardEveryLabels: 20 },
} as const satisfies Partial<Preset>;

const PEBBLE_DEVIATIONS = [
  '128 hidden units (paper: 1,024)',
  'batch 256 (paper: 1,024)',
  '1,000 unsupervised steps (paper: 9,000)',
  'each member of the reward model is kept from a fold of the labels',
  'members are normalised before they are averaged',
];

export const preferencePresets: readonly Preset[] = [
  {
    id: 'christiano',
    title: 'Deep RL from human preferences',
    description:
      'PPO on an ensemble of reward models from comparisons of 1.5 s clips, fewer as time goes on.',
    paper: 'Christiano et al. 2017',
    deviations: [
      'PPO in place of TRPO, without an entropy bonus',
      'terminations stay (the paper takes them out of the tasks): clips may end with one, and rewards are 0 where ' +
        'behaviour is poorest, so that going on is worth it',
      'asked uniformly, not where members disagree',
    ],
    needs: ['preference'],
    learner: {
      kind: 'ppo',
      config: {
        rolloutSteps: 1024,
        gamma: 0.995,
        lambda: 0.97,
        rewardSource: 'model',
      },
    },
    // Weight decay: what 200 answers leave open is better left flat (docs/benchmarks/preferences.md).
    reward: { output: 'linear', zero: 'low', weightDecay: 10 },
    queries: {
      strategy: 'uniform',
      segmentSeconds: 1.5,
      endings: true,
      schedule: 'decreasing',
    },
  },
  {
    id: 'pebble',
    title: 'PEBBLE',
    description: 'SAC with relabelling and an unsupervised start.',
    paper: 'Lee et al. 2021',
    deviations: PEBBLE_DEVIATIONS,
    ...pebbleBase,
  },
  {
    id: 'surf',
    title: 'SURF',
    description: 'PEBBLE with pseudo-labels on what the model is sure of, and random crops.',
    paper: 'Park et al. 2022',
    deviations: PEBBLE_DEVIATIONS,
    ...pebbleBase,
    reward: { ...pebbleBase.reward, surf: { threshold: 0.99, ratio: 4, weight: 1, crop: 5 } },
  },
  {
    id: 'reed',
    title: 'REED',
    description:
      'PEBBLE whose reward model also predicts what comes next, from behaviour without labels.',
    paper: 'Metcalf et al. 2024',
    deviations: [
      'prediction is learned beside the labels, not before them',
      'changes of the observation are predicted in place of a learned embedding',
      ...PEBBLE_DEVIATIONS,
    ],
    ...pebbleBase,
    reward: { ...pebbleBase.reward, reed: { batch: 64, weight: 1 } },
  },
  {
    id: 'rune',
    title: 'RUNE',
    description: 'PEBBLE with a bonus for disagreement.',
    paper: 'Liang et al. 2022',
    deviations: PEBBLE_DEVIATIONS,
    ...pebbleBase,
    scheduler: { ...pebbleBase.scheduler, explorationBonus: 0.05 },
  },
  {
    id: 'rime',
    title: 'RIME',
    description:
      'PEBBLE for noisy teachers: comparisons with a large loss are left out or turned round.',
    paper: 'Cheng et al. 2024',
    deviations: [
      '50 updates of full trust in place of a warm start from the unsupervised reward',
      'costs under learned rationality',
      ...PEBBLE_DEVIATIONS,
    ],
    ...pebbleBase,
    reward: {
      ...pebbleBase.reward,
      rime: rimeDefaults,
    },
  },
];

/** Presets that learn from people's own steps: takeovers and demonstrations. */
import type { Td3Config } from '../learners/td3.ts';
import { HIDDEN, type Preset } from './preset.ts';

/** PVP's TD3: no reward, half of every batch from people, no exploration noise. */
const pvpTd3: Partial<Td3Config> = {
  hidden: HIDDEN,
  batchSize: 256,
  learningStarts: 100,
  rewardSource: 'none',
  humanShare: 0.5,
  restFrom: 'undisturbed',
  explorationNoise: 0,
  proxyWeight: 1,
  proxyValue: 1,
};

const PVP_DEVIATIONS = ['128 hidden units (paper: 256)', 'learning rate 3e-4 (paper: 1e-4)'];

const imitation = { hidden: HIDDEN, batchSize: 256, learningStarts: 32 };

const ROUNDS_DEVIATION = 'trained on as steps come, not from scratch after every round';
const NO_DEMONSTRATIONS =
  'starts without demonstrations: the first to be taken over is an untrained policy';

export const overridePresets: readonly Preset[] = [
  {
    id: 'bc',
    title: 'Behaviour cloning',
    description:
      'Regression on people’s steps, demonstrated or taken over, and on nothing else: the baseline.',
    paper: 'Pomerleau 1989',
    deviations: [
      'actions are regressed, not a row of steering units',
      'takeovers count as demonstrations, and it learns while they come',
    ],
    needs: ['demonstration', 'override'],
    learner: { kind: 'bc', config: imitation },
  },
  {
    id: 'hg-dagger',
    title: 'HG-DAgger',
    description: 'Behaviour cloning on the steps that people took over.',
    paper: 'Kelly et al. 2019',
    deviations: [
      ROUNDS_DEVIATION,
      NO_DEMONSTRATIONS,
      'one policy, without the ensemble that measures risk after training',
    ],
    needs: ['override'],
    learner: { kind: 'dagger', config: imitation },
  },
  {
    id: 'iwr',
    title: 'IWR',
    description: 'As HG-DAgger, with half of every batch from the agent’s own undisturbed steps.',
    paper: 'Mandlekar et al. 2020',
    deviations: [
      ROUNDS_DEVIATION,
      `${NO_DEMONSTRATIONS}, whose steps it imitates too`,
      'demonstrations that come later count as people’s half',
      'a deterministic network in place of a recurrent mixture of Gaussians',
    ],
    needs: ['override'],
    learner: { kind: 'dagger', config: { ...imitation, robotShare: 0.5 } },
  },
  {
    id: 'haco',
    title: 'HACO',
    description:
      'SAC without reward: a conservative value that prefers people’s actions, and a cost of being taken over.',
    paper: 'Li et al. 2022',
    deviations: ['128 hidden units (paper: 256)', 'batch 256 (paper: 1,024)'],
    needs: ['override'],
    learner: {
      kind: 'sac',
      config: {
        hidden: HIDDEN,
        batchSize: 256,
        learningStarts: 100,
        rewardSource: 'none',
        humanShare: 0.5,
        restFrom: 'undisturbed',
        conservativeWeight: 10,
        takeoverCostWeight: 1,
        actorLearningRate: 1e-4,
        criticLearningRate: 1e-4,
        temperatureLearningRate: 1e-4,
      },
    },
  },
  {
    id: 'pvp',
    title: 'PVP',
    description:
      'TD3 without reward: people’s actions are worth +1, what the agent wanted instead −1, and values spread ' +
      'by temporal differences.',
    paper: 'Peng et al. 2023',
    deviations: [
      ...PVP_DEVIATIONS,
      'batch 256 (paper: 128)',
      'proxy values per sample, on people’s steps alone, first steps of a takeover included (the authors’ code ' +
        'masks a batch mean and leaves first steps out)',
    ],
    needs: ['override'],
    learner: { kind: 'td3', config: { ...pvpTd3, stopTdAtTakeover: true } },
  },
  {
    id: 'pvp4real',
    title: 'PVP4Real',
    description: 'PVP with behaviour cloning in the actor and full temporal differences.',
    paper: 'Peng et al. 2025',
    deviations: [...PVP_DEVIATIONS, 'batch 256 (paper: 1,024)'],
    needs: ['override'],
    learner: { kind: 'td3', config: { ...pvpTd3, bcWeight: 1, tdWeight: 1 } },
  },
  {
    id: 'ppl',
    title: 'PPL',
    description: 'Preferences of the person’s action on the states the agent was about to visit.',
    paper: 'Cai et al. 2025 (PPL)',
    deviations: [
      'states are predicted in a copy of the environment, not by a bicycle model',
      '128 hidden units (paper: 256)',
      'batch 256 (paper: 1,024)',
      'learning rate 3e-4 (paper: 1e-4)',
    ],
    needs: ['override'],
    learner: { kind: 'ppl', config: { ...imitation, learningRate: 3e-4, horizon: 4 } },
  },
  {
    id: 'thrifty',
    title: 'ThriftyDAgger',
    description:
      'An ensemble of imitating policies that asks for help where its members disagree or the goal is unlikely ' +
      'to be reached.',
    paper: 'Hoque et al. 2021',
    deviations: [
      ROUNDS_DEVIATION,
      NO_DEMONSTRATIONS,
      'thresholds from replayed steps, not from the latest',
      'the risk critic’s output is linear',
    ],
    needs: ['override'],
    learner: { kind: 'dagger', config: { ...imitation, members: 5, reach: true } },
  },
  {
    id: 'aim',
    title: 'AIM',
    description:
      'Imitation with a proxy value of deviating from the expert: it asks where that value is high.',
    paper: 'Cai et al. 2025 (AIM)',
    deviations: [
      'the authors’ code is not public: hyper-parameters, and when to hand back, are ours',
    ],
    needs: ['override'],
    learner: {
      kind: 'td3',
      config: { ...pvpTd3, proxyValue: -1, bcWeight: 1, imitationOnly: true, askShare: 0.05 },
    },
  },
  {
    id: 'rlpd',
    title: 'RLPD',
    description:
      'SAC on the environment’s reward with half of every batch from people’s steps and layer-normalised ' +
      'critics: the core of HIL-SERL.',
    paper: 'Ball et al. 2023, Luo et al. 2024',
    deviations: [
      '128 hidden units (paper: 256)',
      '2 critics and 2 of their updates per step, as HIL-SERL (RLPD: 10 and 20)',
      'observations are numbers and normalised: no encoder of images, no learned success classifier',
    ],
    needs: ['override', 'demonstration'],
    learner: {
      kind: 'sac',
      config: {
        hidden: HIDDEN,
        batchSize: 256,
        learningStarts: 100,
        rewardSource: 'environment',
        humanShare: 0.5,
        criticSteps: 2,
        layerNorm: true,
        entropyBackup: false,
        initialTemperature: 0.01,
        normaliseObservations: true,
      },
    },
  },
];

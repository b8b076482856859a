/** The presets themselves: configurations only. Deviations from the papers are in the descriptions. */
import type { FeedbackKind } from '../contract.ts';
import type { SacConfig } from '../learners/sac.ts';
import type { Td3Config } from '../learners/td3.ts';
import { rimeDefaults } from '../reward/rime.ts';
import type { Preset } from './preset.ts';

/** Everything a reward model can be fitted to. */
const ALL_FEEDBACK: readonly FeedbackKind[] = [
  'reward',
  'preference',
  'ranking',
  'rating',
  'override',
  'correction',
  'demonstration',
  'approval',
  'estop',
  'critique',
];

/** Networks small enough for a laptop's processor; the papers use 256 to 1024 units. */
const HIDDEN = [128, 128];

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

const PEBBLE_NOTE =
  'Deviations: 128 hidden units, 1,000 unsupervised steps, each member kept from a fold of the labels, ' +
  'members normalised before averaging.';

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

const PVP_NOTE = 'Deviations: 128 hidden units, batch 256, learning rate 3e-4.';

const imitation = { hidden: HIDDEN, batchSize: 256, learningStarts: 32 };

export const presets: readonly Preset[] = [
  {
    id: 'reins',
    title: 'Reins',
    description:
      'All feedback in one reward model; overrides also teach the policy directly (behaviour cloning on ' +
      'people’s steps, half of every batch from people).',
    needs: ALL_FEEDBACK,
    learner: {
      kind: 'sac',
      config: {
        hidden: [64, 64],
        batchSize: 128,
        learningStarts: 50,
        normaliseObservations: true,
        mirror: true,
        ignoreEchoes: true,
        actors: 4,
        actorLearningRate: 1e-3,
        rewardSource: 'model',
        humanShare: 0.5,
        // Half a second at the wheel: what a person reacts late (success 0.78 to 0.86, docs/benchmarks.md).
        reactionSteps: 5,
        // Imitation leads where people acted: learned rewards add up to values far above its loss, and
        // critics know little after a few thousand steps. Proxy values made driving worse (benchmarks).
        rewardScale: 0.002,
        bcWeight: 10,
        initialTemperature: 0.01,
        // Steady hands: what an operator has to correct should be the policy's, not its noise's.
        targetEntropy: -8,
      },
    },
    reward: { mirror: true },
    scheduler: { rewardEverySteps: 1500 },
    // Held-out accuracy on driving (three seeds): 0.88 asked uniformly, 0.75 where members disagree.
    queries: { strategy: 'uniform' },
  },
  {
    id: 'christiano',
    title: 'Deep RL from human preferences',
    description:
      'PPO on an ensemble of reward models from comparisons of 1.5 s clips, fewer as time goes on (Christiano et ' +
      'al. 2017). Deviations: ' +
      'PPO in place of TRPO, without an entropy bonus; terminations stay (the paper takes them out of the tasks): ' +
      'clips may end with one, and rewards are 0 where behaviour is poorest, so that going on is worth it; asked uniformly.',
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
    // Weight decay: what 200 answers leave open is better left flat (docs/benchmarks.md, Preferences).
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
    description: `SAC with relabelling and an unsupervised start (Lee et al. 2021). ${PEBBLE_NOTE}`,
    ...pebbleBase,
  },
  {
    id: 'surf',
    title: 'SURF',
    description:
      'PEBBLE with pseudo-labels on what the model is sure of, and random crops (Park et al. 2022). ' +
      PEBBLE_NOTE,
    ...pebbleBase,
    reward: { ...pebbleBase.reward, surf: { threshold: 0.99, ratio: 4, weight: 1, crop: 5 } },
  },
  {
    id: 'reed',
    title: 'REED',
    description:
      'PEBBLE whose reward model also predicts what comes next, from behaviour without labels (Metcalf et al. ' +
      '2024). Deviations: learned beside the labels, changes of the observation in place of a learned ' +
      `embedding. ${PEBBLE_NOTE}`,
    ...pebbleBase,
    reward: { ...pebbleBase.reward, reed: { batch: 64, weight: 1 } },
  },
  {
    id: 'rune',
    title: 'RUNE',
    description: `PEBBLE with a bonus for disagreement (Liang et al. 2022). ${PEBBLE_NOTE}`,
    ...pebbleBase,
    scheduler: { ...pebbleBase.scheduler, explorationBonus: 0.05 },
  },
  {
    id: 'rime',
    title: 'RIME',
    description:
      'PEBBLE for noisy teachers: comparisons with a large loss are left out or turned round (Cheng et al. ' +
      '2024). Deviations: 50 updates of full trust in place of a warm start from the unsupervised reward, costs ' +
      `under learned rationality. ${PEBBLE_NOTE}`,
    ...pebbleBase,
    reward: {
      ...pebbleBase.reward,
      rime: rimeDefaults,
    },
  },
  {
    id: 'tamer',
    title: 'TAMER',
    description:
      'Does what a model of the person’s live reward likes best now (Knox & Stone 2009). Deviation: an actor ' +
      'climbs the model’s gradient in place of a search over discrete actions.',
    needs: ['reward'],
    learner: { kind: 'tamer', config: { replay: false } },
  },
  {
    id: 'deep-tamer',
    title: 'Deep TAMER',
    description:
      'TAMER with a replay of all presses (Warnell et al. 2018). Deviation: an actor in place of a search.',
    needs: ['reward'],
    learner: { kind: 'tamer', config: { replay: true } },
  },
  {
    id: 'coach',
    title: 'COACH',
    description:
      'Live rewards as advantages of what the policy just did, through eligibility traces (MacGlashan et al. ' +
      '2017, in the deep form of Arumugam et al. 2019).',
    needs: ['reward'],
    learner: { kind: 'coach', config: {} },
  },
  {
    id: 'hg-dagger',
    title: 'HG-DAgger',
    description:
      'Behaviour cloning on the steps that people took over (Kelly et al. 2019). Deviation: trained on as data ' +
      'comes, one policy.',
    needs: ['override'],
    learner: { kind: 'dagger', config: imitation },
  },
  {
    id: 'iwr',
    title: 'IWR',
    description:
      'As HG-DAgger, with half of every batch from the robot’s own undisturbed steps (Mandlekar et al. 2020). ' +
      'Deviation: it starts without demonstrations, so that its first steps, which it imitates too, are an untrained policy’s.',
    needs: ['override'],
    learner: { kind: 'dagger', config: { ...imitation, robotShare: 0.5 } },
  },
  {
    id: 'haco',
    title: 'HACO',
    description:
      'SAC without reward: a conservative value that prefers people’s actions, and a cost of being taken over ' +
      '(Li et al. 2022). Deviations: 128 hidden units, batch 256.',
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
      `by temporal differences (Peng et al. 2023; per sample, first step of a takeover kept). ${PVP_NOTE}`,
    needs: ['override'],
    learner: { kind: 'td3', config: { ...pvpTd3, stopTdAtTakeover: true } },
  },
  {
    id: 'pvp4real',
    title: 'PVP4Real',
    description: `PVP with behaviour cloning in the actor and full temporal differences (Peng et al. 2025). ${PVP_NOTE}`,
    needs: ['override'],
    learner: { kind: 'td3', config: { ...pvpTd3, bcWeight: 1, tdWeight: 1 } },
  },
  {
    id: 'ppl',
    title: 'PPL',
    description:
      'Preferences of the person’s action on the states the agent was about to visit (Cai et al. 2025). ' +
      'Deviations: those states come from rollouts in a copy of the environment, not from a bicycle model; under ' +
      'serve only from the start of a takeover, its later steps are preferred on the state they were acted in; batch 256.',
    needs: ['override'],
    learner: { kind: 'ppl', config: { ...imitation, learningRate: 3e-4 } },
  },
  {
    id: 'thrifty',
    title: 'ThriftyDAgger',
    description:
      'An ensemble of imitating policies that asks for help where its members disagree or the goal is unlikely ' +
      'to be reached (Hoque et al. 2021). Deviation: thresholds from replayed steps, not the latest.',
    needs: ['override'],
    learner: { kind: 'dagger', config: { ...imitation, members: 5, reach: true } },
  },
  {
    id: 'aim',
    title: 'AIM',
    description:
      'Imitation with a proxy value of deviating from the expert: it asks where that value is high (Cai et al. ' +
      '2025). The authors’ code is not public: hyper-parameters are ours.',
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
      'critics: the core of HIL-SERL (Ball et al. 2023, Luo et al. 2024). Deviations: 128 hidden units, 2 critics.',
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

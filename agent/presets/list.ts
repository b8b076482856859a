/** The presets: configurations only, each with its paper and where it deviates from it. */
import type { FeedbackKind } from '../contract.ts';
import { riskDefaults } from '../risk/config.ts';
import { overridePresets } from './override-presets.ts';
import { preferencePresets } from './preference-presets.ts';
import type { Preset } from './preset.ts';
import { scalarPresets } from './scalar-presets.ts';

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

const reins: Preset = {
  id: 'reins',
  title: 'Reins',
  description:
    'All feedback in one reward model. Networks that imitate people’s steps drive, or soft actor-critic on ' +
    'learned rewards: whichever predicts people better.',
  paper: 'Our own',
  deviations: [],
  needs: ALL_FEEDBACK,
  learner: {
    kind: 'reins',
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
      // People take over this much later than needed.
      reactionSeconds: 0.5,
      // Imitation leads where people acted: learned rewards add up to values far above its loss, and
      // critics know little after a few thousand steps. Proxy values made driving worse (benchmarks).
      rewardScale: 0.002,
      bcWeight: 10,
      initialTemperature: 0.01,
      // Little noise: an operator should have to correct the policy, not its noise.
      targetEntropy: -8,
      // Takeovers are few and their steps alike: 0.1 of success with an operator who is hard to imitate (notes/overrides.md).
      mixup: true,
    },
  },
  reward: { mirror: true, risk: riskDefaults },
  scheduler: { rewardEverySteps: 1500 },
  // Held-out accuracy on driving (three seeds): 0.88 asked uniformly, 0.75 where members disagree.
  queries: { strategy: 'uniform' },
};

export const presets: readonly Preset[] = [
  reins,
  ...preferencePresets,
  ...scalarPresets,
  ...overridePresets,
];

/** Presets that learn from live rewards, given while the agent acts. */
import type { Preset } from './preset.ts';

export const scalarPresets: readonly Preset[] = [
  {
    id: 'tamer',
    title: 'TAMER',
    description: 'Does what a model of the person’s live reward likes best now.',
    paper: 'Knox & Stone 2009',
    deviations: [
      'an actor climbs the model’s gradient in place of a search over discrete actions',
      'a network of 64 units in place of linear features',
      'presses are credited evenly to the steps shown 0.2 to 1 s before them',
    ],
    needs: ['reward'],
    learner: { kind: 'tamer', config: { replay: false } },
  },
  {
    id: 'deep-tamer',
    title: 'Deep TAMER',
    description: 'TAMER with a replay of all presses.',
    paper: 'Warnell et al. 2018',
    deviations: [
      'an actor climbs the model’s gradient in place of a search over discrete actions',
      'observations are numbers: no encoder of images',
      'presses are credited to the steps shown 0.2 to 1 s before them (paper: 0.2 to 4 s)',
    ],
    needs: ['reward'],
    learner: { kind: 'tamer', config: { replay: true } },
  },
  {
    id: 'coach',
    title: 'COACH',
    description:
      'Live rewards as advantages of what the policy just did, through eligibility traces.',
    paper: 'MacGlashan et al. 2017, in the deep form of Arumugam et al. 2019',
    deviations: [
      'importance weights are truncated at 2, and relative to the policy when the press arrived',
      'Adam in place of RMSProp',
      'a Gaussian whose clipped tails count, of one deviation everywhere, in place of discrete actions',
    ],
    needs: ['reward'],
    learner: { kind: 'coach', config: {} },
  },
];

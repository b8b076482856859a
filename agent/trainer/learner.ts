/** A preset's learner. */
import type { Random } from '../../sim/random.ts';
import type { Backend } from '../backend/backend.ts';
import type { EnvironmentSpec, Learner } from '../contract.ts';
import { createBc } from '../learners/bc.ts';
import { createCoach } from '../learners/coach.ts';
import { createDagger } from '../learners/dagger.ts';
import { createPpl } from '../learners/ppl.ts';
import { createPpo } from '../learners/ppo.ts';
import { createReins } from '../learners/reins.ts';
import { createSac } from '../learners/sac.ts';
import { createTamer } from '../learners/tamer.ts';
import { createTd3 } from '../learners/td3.ts';
import type { LearnerChoice } from '../presets/preset.ts';

export function createLearner(
  choice: LearnerChoice,
  spec: EnvironmentSpec,
  backend: Backend,
  random: Random,
): Learner {
  switch (choice.kind) {
    case 'sac':
      return createSac(spec, choice.config, backend, random);
    case 'reins':
      return createReins(spec, choice.config, backend, random);
    case 'td3':
      return createTd3(spec, choice.config, backend, random);
    case 'ppo':
      return createPpo(spec, choice.config, backend, random);
    case 'bc':
      return createBc(spec, choice.config, backend, random);
    case 'dagger':
      return createDagger(spec, choice.config, backend, random);
    case 'ppl':
      return createPpl(spec, choice.config, backend, random);
    case 'tamer':
      return createTamer(spec, choice.config, backend, random);
    case 'coach':
      return createCoach(spec, choice.config, backend, random);
  }
}

/** Whether a part of it computes with tensors, also where graphs compute the rest. */
export function usesTensors({ kind, config }: LearnerChoice): boolean {
  return kind === 'tamer' || (kind === 'dagger' && config.reach === true);
}

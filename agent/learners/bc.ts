/**
 * Behaviour cloning (Pomerleau 1989): regress the policy's action on what people did, on people's
 * steps alone. The baseline that every other way of learning from people has to beat.
 */
import { type Config, config, field, parseConfig } from '../../sim/config.ts';
import type { Random } from '../../sim/random.ts';
import type { Backend } from '../backend/backend.ts';
import type { EnvironmentSpec, Learner, Metrics } from '../contract.ts';
import { addLossGradient, descend } from '../nn/fit.ts';
import { createLearningMlp } from '../nn/memory.ts';
import type { Mlp } from '../nn/mlp.ts';
import type { ReplayBatch } from '../replay/replay.ts';
import { checkpointOf, fixed, generator, network, variables } from './parts/checkpoint.ts';
import { createExperience } from './parts/experience.ts';
import { imitationFields, weight } from './parts/fields.ts';
import { countHuman, imitationLoss } from './parts/human-terms.ts';
import { plainLearner } from './parts/plain.ts';
import { startSquashed } from './parts/start.ts';
import { tanhLayers, tanhSnapshot } from './parts/tanh-actor.ts';

export const bcSchema = config({
  ...imitationFields,
  weightDecay: field(weight, 0, 'Decoupled weight decay.'),
});
export type BcConfig = Config<typeof bcSchema>;

export interface BcLearner extends Learner {
  /** For tests: adds the gradient and returns the loss. */
  readonly parts: { readonly actor: Mlp; loss(batch: ReplayBatch): number };
}

export function createBc(
  spec: EnvironmentSpec,
  config: Partial<BcConfig>,
  backend: Backend,
  random: Random,
): BcLearner {
  const c = parseConfig('bc', bcSchema, config);
  const d = spec.observationSpace.size;
  const k = spec.actionSpace.size;
  const n = c.batchSize;
  const layers = tanhLayers([d, ...c.hidden, k]);
  const { learningRate, weightDecay } = c;
  const optimiser = { learningRate, weightDecay };
  const { net: actor, adam } = createLearningMlp(backend, layers, optimiser, random);
  const experience = createExperience(spec, { ...c, humanShare: 1, rewardSource: 'none' }, random);
  const weights = { bcWeight: 1, preferenceWeight: 0, preferenceBeta: 1 };
  const counts = { updates: 0 };

  /** mean ‖π(s) − a_human‖² */
  function loss(b: ReplayBatch): number {
    return addLossGradient(backend, actor, b.observations, n, (actions, dActions) =>
      imitationLoss(b, actions, weights, dActions),
    );
  }

  return {
    ...plainLearner,
    bytes: experience.bytes,
    observe: experience.observe,
    feedback: experience.feedback,
    update(): Metrics | undefined {
      if (experience.replay.humanSize < Math.max(1, c.learningStarts)) return undefined;
      experience.draw();
      const lossImitation = loss(experience.batch);
      descend(actor, adam);
      counts.updates++;
      return {
        'loss/imitation': lossImitation,
        'batch/human': countHuman(experience.batch) / n,
      };
    },
    start(policy) {
      startSquashed(policy, [actor]);
      experience.start(policy);
    },
    snapshot: (version) => ({
      version,
      ...tanhSnapshot(actor, spec.actionSpace, 0),
      ...experience.normaliser(),
    }),
    ...checkpointOf({
      learner: fixed('bc'),
      random: generator(random),
      actor: network(actor, adam),
      ...variables(counts),
      ...experience.states,
    }),
    dispose: () => actor.dispose(),
    parts: { actor, loss },
  };
}

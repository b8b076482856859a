/**
 * Predictive preference learning (Cai et al. 2025, PPL): behaviour cloning on people's steps, and in every
 * step of a takeover the preference a_human ≻ a_policy, spread over the `horizon` states that the agent's
 * action, held, would have led through from there (`predictions` of the override, rolled out in a copy
 * of the environment; the paper uses a bicycle model). An override without them has its counterfactual
 * for the first step and every other step's own state. No value function.
 *
 * L = BC(D_h) − log σ(β log π(a⁺|s̃) − β λ log π(a⁻|s̃)), log π(a|s) = −‖a − μ(s)‖²; a⁺ and a⁻ are the
 * person's and the agent's action in that step. λ < 1 is contrastive preference learning's bias
 * (Hejna et al. 2024), which the authors' code uses.
 */
import { type Config, config, field, parseConfig, whole } from '../../sim/config.ts';
import type { Random } from '../../sim/random.ts';
import type { Backend } from '../backend/backend.ts';
import {
  type EnvironmentSpec,
  type Episode,
  type EpisodeSource,
  type Feedback,
  type Learner,
  type Metrics,
  SOURCE_CODE,
} from '../contract.ts';
import { scaleActions } from '../nn/actions.ts';
import { addLossGradient, descend } from '../nn/fit.ts';
import { sigmoid, softplus } from '../nn/gaussian.ts';
import { createLearningMlp } from '../nn/memory.ts';
import type { Mlp } from '../nn/mlp.ts';
import type { ReplayBatch } from '../replay/replay.ts';
import { checkpointOf, fixed, generator, network, variables } from './parts/checkpoint.ts';
import { createExperience } from './parts/experience.ts';
import { imitationFields, needed, rows, stepSize, weight } from './parts/fields.ts';
import { imitationLoss } from './parts/human-terms.ts';
import { plainLearner } from './parts/plain.ts';
import { startSquashed } from './parts/start.ts';
import { tanhLayers, tanhSnapshot } from './parts/tanh-actor.ts';
import { createTuples } from './parts/tuples.ts';

export const pplSchema = config({
  ...imitationFields,
  batchSize: field(rows, 1024, 'Rows of behaviour cloning, and of preferences, per gradient step.'),
  learningStarts: field(needed, 10, 'People’s steps needed before the first update.'),
  learningRate: field(stepSize, 1e-4, 'Step size of Adam.'),
  horizon: field(whole(1, 1000), 4, 'Predicted states that share a step’s preference, L.'),
  beta: field(weight, 0.1, 'β: how sharply a preference tells actions apart.'),
  bias: field(weight, 0.5, 'λ: weight of the rejected action.'),
  bcWeight: field(weight, 1, 'Weight of behaviour cloning.'),
  preferenceWeight: field(weight, 1, 'Weight of the preferences.'),
});
export type PplConfig = Config<typeof pplSchema>;

export interface PplLearner extends Learner {
  /** For tests: each adds its gradient and returns the loss. */
  readonly parts: {
    readonly actor: Mlp;
    imitation(batch: ReplayBatch): number;
    /** Rows: states (m, d), preferred and rejected actions (m, k) in [−1, 1]. */
    preference(
      states: Float32Array,
      preferred: Float32Array,
      rejected: Float32Array,
      m: number,
    ): number;
  };
}

export function createPpl(
  spec: EnvironmentSpec,
  config: Partial<PplConfig>,
  backend: Backend,
  random: Random,
): PplLearner {
  const c = parseConfig('ppl', pplSchema, config);
  const d = spec.observationSpace.size;
  const k = spec.actionSpace.size;
  const n = c.batchSize;
  const width = d + 2 * k;
  const layers = tanhLayers([d, ...c.hidden, k]);
  const { learningRate } = c;
  const { net: actor, adam } = createLearningMlp(backend, layers, { learningRate }, random);
  const experience = createExperience(spec, { ...c, humanShare: 1, rewardSource: 'none' }, random);
  /** Predicted state, a⁺, a⁻ (actions in [−1, 1]). */
  const pairs = createTuples(c.capacity, width);
  const drawn = new Float32Array(n * width);
  const states = new Float32Array(n * d);
  const preferred = new Float32Array(n * k);
  const rejected = new Float32Array(n * k);
  const cloning = { bcWeight: c.bcWeight, preferenceWeight: 0, preferenceBeta: 1 };
  const counts = { updates: 0 };

  /**
   * The preference of every step of a takeover at each state predicted from it, up to the horizon. Without
   * predictions the first one's is made at the states of the counterfactual and the others' at the states
   * they were acted in, which are all that is known of where the agent would have gone from there.
   */
  function collect(
    feedback: Extract<Feedback, { kind: 'override' | 'counterfactual' }>,
    source: EpisodeSource,
  ) {
    if (pairs.has(feedback.id)) return; // a retry
    const episode = source.get(feedback.episodeId);
    if (!episode || feedback.from >= episode.length) return;
    const { counterfactual } = feedback;
    const paths = feedback.predictions ?? (counterfactual ? [counterfactual] : []);
    for (let t = feedback.from; t < Math.min(feedback.to, episode.length); t++) {
      if (episode.sources[t] === SOURCE_CODE.blend) continue; // nobody did it alone
      const path = paths[t - feedback.from];
      const predicted = path && source.get(path.episodeId);
      if (!predicted) {
        prefer(feedback.id, episode, t, episode, t);
        continue;
      }
      const end = Math.min(path.to, path.from + c.horizon, predicted.length + 1);
      for (let at = path.from; at < end; at++) prefer(feedback.id, episode, t, predicted, at);
    }
  }

  /** Keep that the person's action in step `acted` is preferred in state `t` of `path`. */
  function prefer(id: string, episode: Episode, acted: number, path: Episode, t: number): void {
    const row = new Float32Array(width);
    const at = acted * k;
    row.set(path.observations.subarray(t * d, (t + 1) * d));
    row.set(episode.actions.subarray(at, at + k), d);
    row.set(episode.policyActions.subarray(at, at + k), d + k);
    for (const part of [row.subarray(d, d + k), row.subarray(d + k)])
      scaleActions(spec.actionSpace, part, 1, part);
    pairs.add(id, row);
  }

  // ------------------------------------------------------------------ losses

  /** bcWeight · mean ‖μ(s) − a_human‖² over people's steps. */
  function imitation(b: ReplayBatch): number {
    return addLossGradient(backend, actor, b.observations, n, (mu, dMu) =>
      imitationLoss(b, mu, cloning, dMu),
    );
  }

  /** preferenceWeight · mean −log σ(z), z = β(−‖a⁺ − μ‖² + λ ‖a⁻ − μ‖²). */
  function preference(
    s: Float32Array,
    better: Float32Array,
    worse: Float32Array,
    m: number,
  ): number {
    return addLossGradient(backend, actor, s, m, (mu, dMu) => {
      let value = 0;
      for (let i = 0; i < m; i++) {
        let z = 0;
        for (let at = i * k; at < (i + 1) * k; at++) {
          z -= c.beta * (better[at]! - mu[at]!) ** 2;
          z += c.beta * c.bias * (worse[at]! - mu[at]!) ** 2;
        }
        value += (c.preferenceWeight * softplus(-z)) / m;
        const dZ = (-c.preferenceWeight * sigmoid(-z)) / m;
        for (let at = i * k; at < (i + 1) * k; at++) {
          const slope = better[at]! - mu[at]! - c.bias * (worse[at]! - mu[at]!);
          dMu[at] = dZ * 2 * c.beta * slope;
        }
      }
      return value;
    });
  }

  /** Preference loss on freshly drawn pairs; 0 while there are none. */
  function drawnPreference(): number {
    if (pairs.size === 0 || c.preferenceWeight === 0) return 0;
    pairs.sample(random, n, drawn);
    for (let i = 0; i < n; i++) {
      states.set(drawn.subarray(i * width, i * width + d), i * d);
      preferred.set(drawn.subarray(i * width + d, i * width + d + k), i * k);
      rejected.set(drawn.subarray(i * width + d + k, (i + 1) * width), i * k);
    }
    experience.normaliseRows(states, n);
    return preference(states, preferred, rejected, n);
  }

  // ------------------------------------------------------------------ update

  return {
    ...plainLearner,
    bytes: experience.bytes,
    observe: experience.observe,
    feedback(feedback, episodes) {
      const used = experience.feedback(feedback, episodes);
      if (feedback.kind === 'override') collect(feedback, episodes);
      if (feedback.kind === 'counterfactual') {
        pairs.remove(feedback.overrideId); // they were made without it
        collect({ ...feedback, id: feedback.overrideId }, episodes);
      }
      if (feedback.kind === 'retraction') pairs.remove(feedback.feedbackId);
      return used;
    },
    update(): Metrics | undefined {
      if (experience.replay.humanSize < Math.max(1, c.learningStarts)) return undefined;
      experience.draw();
      const lossImitation = imitation(experience.batch);
      const lossPreference = drawnPreference();
      descend(actor, adam);
      counts.updates++;
      return {
        'loss/imitation': lossImitation,
        'loss/preference': lossPreference,
        'data/pairs': pairs.size,
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
      learner: fixed('ppl'),
      random: generator(random),
      actor: network(actor, adam),
      pairs,
      ...variables(counts),
      ...experience.states,
    }),
    dispose: () => actor.dispose(),
    parts: { actor, imitation, preference },
  };
}

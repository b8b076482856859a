/**
 * Soft actor-critic (Haarnoja et al. 2018, arXiv 1812.05905): twin critics, squashed Gaussian,
 * automatic temperature. Rewards may come from a reward model and are relabelled when it changes
 * (PEBBLE, Lee et al. 2021). People's steps enter as a share of every batch, a behaviour-cloning
 * term, a preference of their action over the agent's, and PVP's proxy values (Peng et al. 2023,
 * in the per-sample form of PVP4Real), or HACO's conservative values and takeover cost (Li et al. 2022).
 * RLPD (Ball et al. 2023) is `humanShare` 0.5, `layerNorm`, `criticSteps` above 1.
 *
 * All losses are means over the batch; gradients are written out beside them and checked against
 * finite differences in tests/agent/learners.
 */
import {
  type Config,
  config,
  field,
  flag,
  number,
  numberOr,
  parseConfig,
  whole,
} from '../../sim/config.ts';
import type { Random } from '../../sim/random.ts';
import type { Backend } from '../backend/backend.ts';
import type { EnvironmentSpec, Learner, Metrics } from '../contract.ts';
import { type Critics, createCritics } from '../nn/critics.ts';
import { descend } from '../nn/fit.ts';
import { createNetworkMemory } from '../nn/memory.ts';
import { createMlp, type Mlp } from '../nn/mlp.ts';
import { layout } from '../nn/mlp-layers.ts';
import {
  createSquashedSample,
  fillNormal,
  sampleSquashed,
  squashedGradient,
} from '../nn/squashed.ts';
import type { ReplayBatch } from '../replay/replay.ts';
import { checkpointOf, fixed, generator, network, variables } from './parts/checkpoint.ts';
import { criticLoss } from './parts/critic-loss.ts';
import { averageLayers } from './parts/ensemble-layers.ts';
import { createExperience, type Experience } from './parts/experience.ts';
import { offPolicyFields, stepSize, weight } from './parts/fields.ts';
import { countHuman, imitationLoss } from './parts/human-terms.ts';
import { plainLearner } from './parts/plain.ts';
import { startSquashed } from './parts/start.ts';
import { createTakeoverCost, type TakeoverCost } from './parts/takeover-cost.ts';
import { createTemperature } from './parts/temperature.ts';
import { createSacGraphs, type SacLosses } from './sac-graph.ts';

/** Beside what all off-policy learners have (parts/fields.ts). */
export const sacSchema = config({
  ...offPolicyFields,
  actors: field(
    whole(1, 64),
    1,
    'Actors whose mean acts. Imitation of few takeovers depends on luck; several have less of it.',
  ),
  actorLearningRate: field(stepSize, 3e-4, 'Step size of Adam for the actors.'),
  criticLearningRate: field(stepSize, 3e-4, 'Step size of Adam for the critics.'),
  temperatureLearningRate: field(stepSize, 3e-4, 'Step size of Adam for the entropy weight α.'),
  initialTemperature: field(number(1e-9, 1e6), 0.1, 'First value of α.'),
  autoTemperature: field(flag, true, 'Adapt α towards targetEntropy.'),
  targetEntropy: field(numberOr('auto', -1e4, 1e4), 'auto', 'Nats; auto: −(action size).'),
  entropyBackup: field(flag, true, 'Subtract α log π in the critics’ target (HIL-SERL does not).'),
  critics: field(whole(1, 64), 2, 'Critics; the smallest value counts.'),
  criticSteps: field(
    whole(1, 1000),
    1,
    'Critic steps per actor step (RLPD’s update-to-data ratio); one update does all of them.',
  ),
  targetEvery: field(whole(1, 1000), 1, 'Critic steps per update of their targets (PEBBLE: 2).'),
  mirror: field(flag, false, 'Show half of all steps in the mirror, where the task has one.'),
  ignoreEchoes: field(flag, false, 'Hide observations that repeat the last action.'),
  rewardScale: field(number(-1e6, 1e6), 1, 'Multiplies rewards.'),
  reactionSeconds: field(
    number(0, 10),
    0,
    'People react late: this many seconds before a takeover imitate its first action as well.',
  ),
  takeoverCostWeight: field(
    weight,
    0,
    'Weight of the expected takeover cost in the actor’s loss (HACO: 1).',
  ),
});
export type SacConfig = Config<typeof sacSchema>;

export interface SacLearner extends Learner {
  readonly experience: Experience;
  /** For tests and inspectors: each adds its gradient to the networks and returns the loss. */
  readonly parts: {
    readonly actor: Mlp;
    readonly critics: Critics;
    readonly takeover: TakeoverCost | undefined;
    targets(batch: ReplayBatch, noise: Float32Array, out: Float32Array): void;
    criticLoss(batch: ReplayBatch, targets: Float32Array): number;
    actorLoss(batch: ReplayBatch, noise: Float32Array): number;
  };
}

/** @throws RangeError naming field, value and what is allowed. */
export function createSac(
  spec: EnvironmentSpec,
  config: Partial<SacConfig>,
  backend: Backend,
  random: Random,
): SacLearner {
  const c = parseConfig('sac', sacSchema, config);
  const d = spec.observationSpace.size;
  const k = spec.actionSpace.size;
  const n = c.batchSize;

  // ------------------------------------------------------------------ model
  const sizes = [d, ...c.hidden, 2 * k];
  const layers = { sizes, activation: 'relu' } as const;
  const memories = Array.from({ length: c.actors }, () =>
    createNetworkMemory(layout(layers).size, { learningRate: c.actorLearningRate }),
  );
  const actors = memories.map((memory) => createMlp(backend, layers, random, memory));
  const actorAdams = memories.map(({ adam }) => adam);
  const criticsConfig = {
    observationSize: d,
    actionSize: k,
    hidden: c.hidden,
    count: c.critics,
    layerNorm: c.layerNorm,
    adam: { learningRate: c.criticLearningRate },
  };
  const critics = createCritics(backend, criticsConfig, random);
  const takeover =
    c.takeoverCostWeight > 0 ? createTakeoverCost(backend, criticsConfig, random) : undefined;
  const temperature = createTemperature(
    c.initialTemperature,
    c.temperatureLearningRate,
    c.targetEntropy === 'auto' ? -k : c.targetEntropy,
  );

  // ------------------------------------------------------------------ data
  const experience = createExperience(spec, c, random);
  const { batch } = experience;
  const sample = createSquashedSample(n, k);
  const noise = new Float32Array(n * k);
  const targets = new Float32Array(n);
  const costTargets = new Float32Array(n);
  const costs = new Float32Array(n);
  const dCosts = new Float32Array(n * k);
  const values = new Float32Array(n);
  const dActions = new Float32Array(n * k);
  const mu = new Float32Array(n * k);
  const dMu = new Float32Array(n * k);
  const dOutput = new Float32Array(n * 2 * k);
  const counts = { updates: 0 };
  let imitation = 0;
  const criticWeights = { ...c, tdWeight: 0.5 };

  // ------------------------------------------------------------------ losses

  /** Eqs. 2, 3 and 5: y = r + γ d (min Q'(s', a') − α log π(a'|s')), a' ~ π(s'). */
  function computeTargets(b: ReplayBatch, eps: Float32Array, out: Float32Array): void {
    const alpha = c.entropyBackup ? temperature.value : 0;
    backend.tf.tidy(() => {
      const actor = actors[counts.updates % actors.length]!;
      const { output } = actor.forward(backend.upload(b.nextObservations, [1, n, d]), n);
      sampleSquashed(output, eps, n, k, sample);
      const input = critics.input(b.nextObservations, sample.actions, n);
      critics.targetMin(input, n, out);
      takeover?.targets(b, input, c.gamma, costTargets);
    });
    for (let i = 0; i < n; i++) {
      const next = out[i]! - alpha * sample.logProbs[i]!;
      out[i] = c.rewardScale * b.rewards[i]! + c.gamma * b.discounts[i]! * next;
    }
  }

  /** Eq. 5: Σ over critics of ½ mean (Q(s, a) − y)² + human terms. */
  function lossOfCritics(b: ReplayBatch, y: Float32Array): number {
    let loss = 0;
    backend.tf.tidy(() => {
      loss = criticLoss(critics, b, y, criticWeights).loss;
      if (takeover) loss += takeover.loss(b, costTargets);
    });
    return loss;
  }

  /** Eq. 9: mean (α log π(a|s) − min Q(s, a)), a = tanh(μ + σ ε), + imitation on people's steps. */
  function actorLoss(b: ReplayBatch, eps: Float32Array, actor = actors[0]!): number {
    const alpha = temperature.value;
    let loss = 0;
    backend.tf.tidy(() => {
      const pass = actor.forward(backend.upload(b.observations, [1, n, d]), n);
      sampleSquashed(pass.output, eps, n, k, sample);
      const input = critics.input(b.observations, sample.actions, n);
      critics.actionGradient('min', input, n, values, dActions);
      for (let i = 0; i < n; i++) loss += (alpha * sample.logProbs[i]! - values[i]!) / n;
      for (let i = 0; i < dActions.length; i++) dActions[i]! /= -n;
      if (takeover) {
        takeover.critics.actionGradient('min', input, n, costs, dCosts);
        for (let i = 0; i < n; i++) loss += (c.takeoverCostWeight * costs[i]!) / n;
        for (let i = 0; i < n * k; i++) dActions[i]! += (c.takeoverCostWeight * dCosts[i]!) / n;
      }
      dOutput.fill(0);
      squashedGradient(sample, eps, dActions, alpha / n, n, k, dOutput);
      imitation = imitationTerms(b, pass.output);
      actor.backward(pass, dOutput);
    });
    return loss + imitation;
  }

  /** Imitation acts on tanh(μ), what the policy does without noise. */
  function imitationTerms(b: ReplayBatch, output: Float32Array): number {
    if (c.bcWeight === 0 && c.preferenceWeight === 0) return 0;
    dMu.fill(0);
    for (let i = 0; i < n * k; i++) mu[i] = Math.tanh(output[Math.floor(i / k) * 2 * k + (i % k)]!);
    const loss = imitationLoss(b, mu, c, dMu);
    for (let i = 0; i < n * k; i++)
      dOutput[Math.floor(i / k) * 2 * k + (i % k)]! += dMu[i]! * (1 - mu[i]! * mu[i]!);
    return loss;
  }

  const tensors: SacLosses = {
    critics() {
      computeTargets(batch, noise, targets);
      return lossOfCritics(batch, targets);
    },
    actor(m) {
      const loss = actorLoss(batch, noise, actors[m]!);
      return { loss, imitation, meanLogProb: mean(sample.logProbs), meanValue: mean(values) };
    },
    dispose() {},
  };

  // ------------------------------------------------------------------ update

  const losses = backend.graphs
    ? createSacGraphs(backend.graphs, {
        c,
        batch,
        noise,
        actors,
        critics,
        takeover: takeover?.critics,
      })
    : tensors;

  return {
    ...plainLearner,
    experience,
    bytes: experience.bytes,
    observe: experience.observe,
    feedback: experience.feedback,
    relabel: experience.relabel,
    update(): Metrics | undefined {
      if (!experience.ready()) return undefined;
      let lossCritic = 0;
      // In turn: several actors then cost no more than one, and each still sees every step.
      const m = counts.updates % actors.length;
      for (let step = 0; step < c.criticSteps; step++) {
        experience.draw();
        fillNormal(noise, random);
        lossCritic = losses.critics(m, c.entropyBackup ? temperature.value : 0);
        critics.descend();
        takeover?.critics.descend();
        if ((counts.updates * c.criticSteps + step) % c.targetEvery !== 0) continue;
        critics.updateTargets(c.tau);
        takeover?.critics.updateTargets(c.tau);
      }
      fillNormal(noise, random);
      const actor = losses.actor(m, temperature.value);
      descend(actors[m]!, actorAdams[m]!);
      const { meanLogProb } = actor;
      if (c.autoTemperature) temperature.update(meanLogProb);
      counts.updates++;
      return {
        'loss/critic': lossCritic,
        'loss/actor': actor.loss,
        'loss/imitation': actor.imitation,
        'policy/entropy': -meanLogProb,
        'policy/temperature': temperature.value,
        'value/mean': actor.meanValue,
        'batch/human': countHuman(batch) / n,
      };
    },
    start(policy) {
      startSquashed(policy, actors);
      experience.start(policy);
    },
    snapshot: (version) => ({
      version,
      layers: averageLayers(actors.map((net) => net.layers())),
      logStd: 'network',
      squash: 'tanh',
      actionSpace: spec.actionSpace,
      ...experience.normaliser(),
    }),
    resetCritics: () => critics.reset(random),
    ...checkpointOf({
      learner: fixed('sac'),
      random: generator(random),
      ...Object.fromEntries(
        actors.map((net, m) => [m === 0 ? 'actor' : `actor${m}`, network(net, actorAdams[m]!)]),
      ),
      temperature,
      critic: critics,
      takeover: takeover?.critics,
      ...variables(counts),
      ...experience.states,
    }),
    dispose() {
      losses.dispose();
      for (const net of actors) net.dispose();
      critics.dispose();
      takeover?.critics.dispose();
    },
    parts: {
      actor: actors[0]!,
      critics,
      takeover,
      targets: computeTargets,
      criticLoss: lossOfCritics,
      actorLoss,
    },
  };
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/**
 * Twin delayed deterministic policy gradient (Fujimoto et al. 2018), with the human terms that make it
 * PVP (Peng et al. 2023: `proxyWeight` 1, `stopTdAtTakeover`, half of every batch from people, no
 * reward) and PVP4Real (Peng et al. 2025: the same with `bcWeight` 1 and `tdWeight` 1).
 *
 * Deviations: exploration noise is added before the tanh, so that it never leaves the action space;
 * the proxy terms are per sample (PVP's code masks a batch mean); people's steps include the first
 * of a takeover and keep their own next observation (PVP's buffer loses both).
 */
import { type Config, config, field, flag, parseConfig, whole } from '../../sim/config.ts';
import type { Random } from '../../sim/random.ts';
import { quantile } from '../acting/gate.ts';
import type { Backend } from '../backend/backend.ts';
import type { EnvironmentSpec, Learner, Metrics } from '../contract.ts';
import { polyak } from '../nn/adam.ts';
import { type Critics, createCritics } from '../nn/critics.ts';
import { descend } from '../nn/fit.ts';
import { createNetworkMemory } from '../nn/memory.ts';
import type { Mlp } from '../nn/mlp.ts';
import { layout } from '../nn/mlp-layers.ts';
import { fillNormal } from '../nn/squashed.ts';
import type { ReplayBatch } from '../replay/replay.ts';
import { checkpointOf, fixed, generator, network, numbers, variables } from './parts/checkpoint.ts';
import { criticLoss } from './parts/critic-loss.ts';
import { createExperience } from './parts/experience.ts';
import { deviation, offPolicyFields, share, stepSize, weight } from './parts/fields.ts';
import { countHuman, imitationLoss, isOwn } from './parts/human-terms.ts';
import { plainLearner } from './parts/plain.ts';
import { createRing } from './parts/ring.ts';
import { startSquashed } from './parts/start.ts';
import { createTanhActor, tanhLayers, tanhSnapshot } from './parts/tanh-actor.ts';
import { createTd3Graphs, type Td3Losses } from './td3-graph.ts';

/** Beside what all off-policy learners have (parts/fields.ts). */
export const td3Schema = config({
  ...offPolicyFields,
  learningRate: field(stepSize, 3e-4, 'Step size of Adam.'),
  targetNoise: field(deviation, 0.2, 'Standard deviation of the noise on target actions.'),
  targetNoiseClip: field(deviation, 0.5, 'Bound of the noise on target actions.'),
  explorationNoise: field(
    deviation,
    0.1,
    'Standard deviation of the acting policy’s noise before the tanh; 0: none.',
  ),
  policyDelay: field(whole(1, 1000), 2, 'Critic steps per actor step, after which targets move.'),
  tdWeight: field(weight, 0.5, 'Weight of (Q − y)²: PVP ½, PVP4Real 1.'),
  imitationOnly: field(
    flag,
    false,
    'Leave the value out of the actor’s loss: imitation only (PVP4Real’s “HG-DAgger” baseline).',
  ),
  askShare: field(
    share,
    0,
    'Ask where Q₁(s, own action) is above all but this share of undisturbed steps (AIM: 0.05, with proxyValue −1 and imitationOnly); 0: never.',
  ),
}).superRefine(({ askShare, layerNorm }, context) => {
  if (askShare === 0 || !layerNorm) return;
  const message = `is ${askShare}, allowed 0 with layerNorm: the gate carries plain layers`;
  context.addIssue({ code: 'custom', path: ['askShare'], message });
});
export type Td3Config = Config<typeof td3Schema>;

export interface Td3Learner extends Learner {
  /** For tests: each loss adds its gradient to the networks and returns its value. */
  readonly parts: {
    readonly actor: Mlp;
    readonly critics: Critics;
    criticLoss(batch: ReplayBatch, targets: Float32Array): number;
    actorLoss(batch: ReplayBatch): number;
  };
}

export function createTd3(
  spec: EnvironmentSpec,
  config: Partial<Td3Config>,
  backend: Backend,
  random: Random,
): Td3Learner {
  const c = parseConfig('td3', td3Schema, config);
  const d = spec.observationSpace.size;
  const k = spec.actionSpace.size;
  const n = c.batchSize;

  // ------------------------------------------------------------------ model
  const sizes = [d, ...c.hidden, k];
  const adam = { learningRate: c.learningRate };
  const memory = createNetworkMemory(layout(tanhLayers(sizes)).size, adam, true);
  const actor = createTanhActor(backend, sizes, random, memory);
  const target = { parameters: memory.target, gradients: new Float32Array(0) };
  const targetActor = createTanhActor(backend, sizes, random, target);
  targetActor.parameters.set(actor.parameters);
  const actorAdam = memory.adam;
  const critics = createCritics(
    backend,
    {
      observationSize: d,
      actionSize: k,
      hidden: c.hidden,
      count: 2,
      layerNorm: c.layerNorm,
      adam,
    },
    random,
  );

  // ------------------------------------------------------------------ data
  const experience = createExperience(spec, c, random);
  const { batch } = experience;
  const noise = new Float32Array(n * k);
  const targets = new Float32Array(n);
  const values = new Float32Array(n);
  const dActions = new Float32Array(n * k);
  /** For the gate: values of undisturbed steps, discrepancy from people on theirs. */
  const calm = createRing(1000);
  const corrected = createRing(1000);
  const state = { updates: 0, last: { actor: 0, imitation: 0 } };

  // ------------------------------------------------------------------ losses

  /** y = r + γ d min Q'(s', π'(s') + clip(ε)), actions kept in [−1, 1]. */
  function computeTargets(b: ReplayBatch, eps: Float32Array, out: Float32Array): void {
    backend.tf.tidy(() => {
      const { output } = targetActor.forward(backend.upload(b.nextObservations, [1, n, d]), n);
      for (let i = 0; i < n * k; i++) {
        const bound = c.targetNoiseClip;
        const jitter = Math.min(bound, Math.max(-bound, c.targetNoise * eps[i]!));
        output[i] = Math.min(1, Math.max(-1, output[i]! + jitter));
      }
      critics.targetMin(critics.input(b.nextObservations, output, n), n, out);
    });
    for (let i = 0; i < n; i++) out[i] = b.rewards[i]! + c.gamma * b.discounts[i]! * out[i]!;
  }

  /** Σ over critics of tdWeight · mean (Q(s, a) − y)² + human terms. */
  function lossOfCritics(b: ReplayBatch, y: Float32Array): { loss: number; first: Float32Array } {
    let loss = 0;
    let first: Float32Array = values;
    backend.tf.tidy(() => {
      ({ loss, q: first } = criticLoss(critics, b, y, c));
    });
    return { loss, first };
  }

  /** −mean Q₁(s, π(s)) + imitation on people's steps. */
  function actorLoss(b: ReplayBatch): ReturnType<Td3Losses['actor']> {
    let loss = 0;
    let imitation = 0;
    let actions: Float32Array = values;
    backend.tf.tidy(() => {
      const pass = actor.forward(backend.upload(b.observations, [1, n, d]), n);
      dActions.fill(0);
      if (!c.imitationOnly) {
        const input = critics.input(b.observations, pass.output, n);
        critics.actionGradient('first', input, n, values, dActions);
        for (let i = 0; i < n; i++) loss -= values[i]! / n;
        for (let i = 0; i < dActions.length; i++) dActions[i]! /= -n;
      }
      imitation = imitationLoss(b, pass.output, c, dActions);
      actor.backward(pass, dActions);
      actions = pass.output;
    });
    return { loss: loss + imitation, imitation, actions };
  }

  const tensors: Td3Losses = {
    critics() {
      computeTargets(batch, noise, targets);
      return lossOfCritics(batch, targets);
    },
    actor: () => actorLoss(batch),
    dispose() {},
  };

  // ------------------------------------------------------------------ gate

  /** How people's steps compare with the agent's. */
  function watchValues(first: Float32Array): void {
    for (let i = 0; i < n; i++) if (isOwn(batch, i)) calm.push(first[i]!);
  }

  function watchActions(actions: Float32Array): void {
    for (let i = 0; i < n; i++) {
      if (batch.human[i] === 0) continue;
      let sum = 0;
      for (let at = i * k; at < (i + 1) * k; at++) sum += (actions[at]! - batch.actions[at]!) ** 2;
      corrected.push(sum / k);
    }
  }

  // ------------------------------------------------------------------ update

  const model = { c, batch, noise, actor, targetActor, critics, values };
  const losses = backend.graphs ? createTd3Graphs(backend.graphs, model) : tensors;

  return {
    ...plainLearner,
    bytes: experience.bytes,
    observe: experience.observe,
    feedback: experience.feedback,
    relabel: experience.relabel,
    update(): Metrics | undefined {
      if (!experience.ready()) return undefined;
      experience.draw();
      fillNormal(noise, random);
      const { loss: lossCritic, first } = losses.critics();
      watchValues(first);
      critics.descend();
      state.updates++;
      if (state.updates % c.policyDelay === 0) {
        const result = losses.actor();
        watchActions(result.actions);
        state.last = { actor: result.loss, imitation: result.imitation };
        descend(actor, actorAdam);
        critics.updateTargets(c.tau);
        polyak(targetActor.parameters, actor.parameters, c.tau, memory.simd);
        targetActor.changed();
      }
      let sum = 0;
      for (let i = 0; i < n; i++) sum += values[i]!;
      return {
        'loss/critic': lossCritic,
        'loss/actor': state.last.actor,
        'loss/imitation': state.last.imitation,
        'value/mean': sum / n,
        'batch/human': countHuman(batch) / n,
      };
    },
    start(policy) {
      startSquashed(policy, [actor, targetActor]);
      experience.start(policy);
    },
    snapshot: (version) => ({
      version,
      ...tanhSnapshot(actor, spec.actionSpace, c.explorationNoise),
      ...experience.normaliser(),
    }),
    gate() {
      if (c.askShare <= 0 || calm.size < 25 || corrected.size < 25) return undefined;
      let sum = 0;
      for (let i = 0; i < corrected.size; i++) sum += corrected.values[i]!;
      return {
        kind: 'value',
        members: [critics.nets[0]!.layers()],
        ...experience.normaliser(),
        actionSpace: spec.actionSpace,
        askAbove: quantile(calm.values, calm.size, 1 - c.askShare),
        handBackBelow: sum / corrected.size,
      };
    },
    ...checkpointOf({
      learner: fixed('td3'),
      random: generator(random),
      calm,
      corrected,
      actor: network(actor, actorAdam),
      'actor/target': network(targetActor),
      values: numbers(values),
      critic: critics,
      ...variables(state),
      ...experience.states,
    }),
    dispose() {
      losses.dispose();
      actor.dispose();
      targetActor.dispose();
      critics.dispose();
    },
    parts: {
      actor,
      critics,
      criticLoss: (b, y) => lossOfCritics(b, y).loss,
      actorLoss: (b) => actorLoss(b).loss,
    },
  };
}

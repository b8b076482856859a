/**
 * Proximal policy optimisation (Schulman et al. 2017) with a state-independent Gaussian, GAE,
 * time-limit bootstrap and observation normalisation; details after "The 37 implementation details
 * of PPO" (Huang et al. 2022).
 *
 * Steps come from any number of actors as they happen. When `rolloutSteps` are there, every `update`
 * is one minibatch step until the epochs are done; what arrives meanwhile waits for the next round.
 * Deviations: actions are clipped before they are recorded, so their exact clipped likelihood is
 * used (nn/censored.ts); gradients are clipped per network; π_old is the policy at the start of the
 * round; steps that a person acted count for no return and no value, and may be imitated. Where rewards
 * are to be learned, the first round waits until there is a model of them.
 */
import { type Config, config, field, flag, number, parseConfig, whole } from '../../sim/config.ts';
import type { Random } from '../../sim/random.ts';
import type { Backend } from '../backend/backend.ts';
import type { EnvironmentSpec, Learner, Metrics, RewardModel } from '../contract.ts';
import { scaleActions } from '../nn/actions.ts';
import type { SavedArrays } from '../nn/adam.ts';
import { addLossGradient, descend, predict } from '../nn/fit.ts';
import type { Mlp } from '../nn/mlp.ts';
import { createNormaliser } from '../nn/normaliser.ts';
import {
  checkpointOf,
  fixed,
  generator,
  json,
  network,
  numbers,
  variables,
} from './parts/checkpoint.ts';
import {
  logDeviation,
  rewardSource,
  rows,
  share,
  stepSize,
  units,
  weight,
} from './parts/fields.ts';
import { createGaussianPolicy, createOrthogonal } from './parts/gaussian-policy.ts';
import { plainLearner } from './parts/plain.ts';
import { createPpoBatch, fillPpoBatch, type PpoBatch } from './parts/ppo-batch.ts';
import { createReturnScale, createRollout, estimateAdvantages, shuffle } from './parts/rollout.ts';
import { notNormalised, startClipped } from './parts/start.ts';

const shape = config({
  hidden: field(units, [64, 64], 'Hidden units per layer, policy and value alike.'),
  rolloutSteps: field(whole(1, 1e7), 2048, 'Steps, over all actors, per round.'),
  minibatch: field(rows, 256, 'Steps per gradient step; at most rolloutSteps.'),
  epochs: field(whole(1, 1000), 10, 'Passes over every round’s steps.'),
  learningRate: field(stepSize, 3e-4, 'Step size of Adam.'),
  gamma: field(share, 0.99, 'Discount per step.'),
  lambda: field(share, 0.95, 'λ of generalised advantage estimation.'),
  clip: field(number(0, 100), 0.2, 'Largest change of the probability ratio that is rewarded.'),
  entropyWeight: field(weight, 0, 'Weight of the policy’s entropy.'),
  valueWeight: field(weight, 0.5, 'Weight of the value’s loss.'),
  maxGradientNorm: field(
    number(0, Number.POSITIVE_INFINITY),
    0.5,
    'Gradients are scaled down to this norm, per network.',
  ),
  initialLogStd: field(logDeviation, 0, 'First log standard deviation, actions in [−1, 1].'),
  targetKl: field(
    number(0, Number.POSITIVE_INFINITY),
    Number.POSITIVE_INFINITY,
    'End a round early once the approximate KL divergence is 1.5 times this; Infinity: never.',
  ),
  normaliseObservations: field(flag, true, 'By their running mean and variance.'),
  normaliseRewards: field(
    flag,
    true,
    'Divide rewards by the running standard deviation of the discounted return.',
  ),
  rewardSource,
  bcWeight: field(weight, 0, 'Weight of ‖μ(s) − a_human‖² on people’s steps.'),
  valueRounds: field(
    whole(0, 1e6),
    0,
    'First rounds in which only the value learns: for a policy that was learned elsewhere.',
  ),
});

export const ppoSchema = shape.superRefine(({ minibatch, rolloutSteps }, context) => {
  if (minibatch <= rolloutSteps) return;
  const message = `is ${minibatch}, allowed 1 to ${rolloutSteps} (rolloutSteps)`;
  context.addIssue({ code: 'custom', path: ['minibatch'], message });
});
export type PpoConfig = Config<typeof ppoSchema>;

export interface PpoLearner extends Learner {
  rewardModelVersion(): number;
  stepsNeeded(): number;
  /** For tests: each adds its gradient and returns the loss. */
  readonly parts: {
    readonly policy: Mlp;
    readonly value: Mlp;
    readonly logStd: Float32Array;
    readonly logStdGradient: Float32Array;
    policyLoss(batch: PpoBatch): number;
    valueLoss(batch: PpoBatch): number;
  };
}

export function createPpo(
  spec: EnvironmentSpec,
  config: Partial<PpoConfig>,
  backend: Backend,
  random: Random,
): PpoLearner {
  const c = parseConfig('ppo', ppoSchema, config);
  const d = spec.observationSpace.size;
  const k = spec.actionSpace.size;
  const { learningRate, maxGradientNorm } = c;
  const adamConfig = { learningRate, maxGradientNorm, epsilon: 1e-5 };

  // ------------------------------------------------------------------ model
  const policy = createGaussianPolicy(
    backend,
    [d, ...c.hidden, k],
    spec.actionSpace,
    c.initialLogStd,
    adamConfig,
    random,
  );
  const { net, logStd, logStdGradient } = policy;
  const sizes = [d, ...c.hidden, 1];
  const { net: value, adam: valueAdam } = createOrthogonal(backend, sizes, 1, adamConfig, random);

  // ------------------------------------------------------------------ data
  const imitates = c.bcWeight > 0;
  const rollout = createRollout(c.rolloutSteps, d, k, imitates);
  const waiting = createRollout(c.rolloutSteps, d, k, imitates);
  const normaliser = c.normaliseObservations ? createNormaliser(spec.observationSpace) : undefined;
  const prepared = {
    observations: new Float32Array(c.rolloutSteps * d),
    actions: new Float32Array(c.rolloutSteps * k),
    oldLogProbs: new Float32Array(c.rolloutSteps),
    advantages: new Float32Array(c.rolloutSteps),
    returns: new Float32Array(c.rolloutSteps),
  };
  const batch = createPpoBatch(c.minibatch, d, k);
  const order = new Int32Array(c.rolloutSteps);
  const returnScale = createReturnScale(c.gamma);
  let model: RewardModel | undefined;
  /** left: minibatch steps until the round ends; 0 while collecting. */
  const round = { left: 0, dropped: 0, rounds: 0 };
  /** Of this round's rewards. */
  let rewardModelVersion = 0;
  let stats = { clipped: 0, kl: 0, imitation: 0 };

  // ------------------------------------------------------------------ losses

  /** −mean min(ρ A, clip(ρ, 1 ± ε) A) − entropy bonus + imitation of people's steps. */
  function policyLoss(b: PpoBatch): number {
    const n = b.size;
    let loss = 0;
    let humans = 0;
    for (let i = 0; i < n; i++) humans += b.human[i]!;
    stats = { clipped: 0, kl: 0, imitation: 0 };
    addLossGradient(backend, net, b.observations, n, (means, dMeans) => {
      for (let i = 0; i < n; i++) {
        if (b.human[i] === 1) {
          for (let at = i * k; at < (i + 1) * k; at++) {
            const error = means[at]! - b.actions[at]!;
            stats.imitation += (c.bcWeight * error * error) / humans;
            dMeans[at] = (2 * c.bcWeight * error) / humans;
          }
          continue;
        }
        const logRatio = policy.logProb(b.actions, i * k, means, i * k) - b.oldLogProbs[i]!;
        const ratio = Math.exp(logRatio);
        const advantage = b.advantages[i]!;
        const bounded = Math.min(1 + c.clip, Math.max(1 - c.clip, ratio));
        loss -= Math.min(ratio * advantage, bounded * advantage) / n;
        stats.kl += (ratio - 1 - logRatio) / n; // Schulman's k3 estimator
        if (ratio !== bounded) stats.clipped += 1 / n;
        if (ratio * advantage > bounded * advantage) continue; // the clipped branch is flat
        policy.gradient((-ratio * advantage) / n, b.actions, i * k, means, i * k, dMeans);
      }
      return loss;
    });
    return policy.withEntropyBonus(loss, c.entropyWeight) + stats.imitation;
  }

  /** valueWeight · mean (V(s) − R)², over the policy's own steps. */
  function valueLoss(b: PpoBatch): number {
    return addLossGradient(backend, value, b.observations, b.size, (values, dValues) => {
      let loss = 0;
      for (let i = 0; i < b.size; i++) {
        if (b.human[i] === 1) continue;
        const error = values[i]! - b.returns[i]!;
        loss += (c.valueWeight * error * error) / b.size;
        dValues[i] = (2 * c.valueWeight * error) / b.size;
      }
      return loss;
    });
  }

  // ------------------------------------------------------------------ a round

  /** Rewards, values, advantages and π_old of the collected steps. */
  function prepare(): void {
    const n = rollout.size;
    const { observations, actions, oldLogProbs, advantages, returns } = prepared;
    const rewards = roundRewards(n);
    observations.set(rollout.observations);
    const nextObservations = rollout.nextObservations.slice();
    normaliser?.apply(observations, n);
    normaliser?.apply(nextObservations, n);
    scaleActions(spec.actionSpace, rollout.actions, n, actions);
    const values = predict(backend, value, observations, n);
    const nextValues = predict(backend, value, nextObservations, n);
    estimateAdvantages(rollout, rewards, values, nextValues, c.gamma, c.lambda, advantages);
    const means = predict(backend, net, observations, n);
    for (let i = 0; i < n; i++) {
      returns[i] = advantages[i]! + values[i]!;
      oldLogProbs[i] = policy.logProb(actions, i * k, means, i * k);
    }
    for (let i = 0; i < n; i++) order[i] = i;
    round.left = c.epochs * Math.floor(n / c.minibatch);
    round.rounds++;
  }

  function roundRewards(n: number): Float32Array {
    const rewards = rollout.rewards.slice();
    if (c.rewardSource === 'none') rewards.fill(0);
    if (c.rewardSource === 'model') {
      rewards.fill(0);
      model?.predict(rollout.observations, rollout.actions, n, rewards);
      rewardModelVersion = model?.version ?? 0;
    }
    if (!c.normaliseRewards) return rewards;
    returnScale.apply(rollout, rewards);
    return rewards;
  }

  /** The next `minibatch` rows of the shuffled round; advantages normalised over them. */
  function nextBatch(): void {
    const perEpoch = Math.floor(rollout.size / c.minibatch);
    const position = (perEpoch - (round.left % perEpoch || perEpoch)) * c.minibatch;
    if (position === 0) shuffle(order, rollout.size, random);
    fillPpoBatch(batch, prepared, rollout.human, order.subarray(position));
  }

  /** What waited becomes the start of the next round. */
  function finishRound(): void {
    round.left = 0;
    rollout.clear();
    const arrays: SavedArrays = {};
    rollout.load(arrays, 'waiting', waiting.save(arrays, 'waiting'));
    waiting.clear();
  }

  // ------------------------------------------------------------------ update

  return {
    ...plainLearner,
    observe(episode, from, to) {
      const target = round.left > 0 || rollout.size === c.rolloutSteps ? waiting : rollout;
      let at = from + target.add(episode, from, to);
      if (at < to && target === rollout) at += waiting.add(episode, at, to);
      round.dropped += to - at;
      normaliser?.add(episode.observations.subarray(from * d, to * d), to - from);
    },
    // People teach through the reward model, and by their steps, which come as all others.
    feedback: (feedback) => imitates && feedback.kind === 'override',
    update(): Metrics | undefined {
      if (round.left === 0) {
        const isBlind = c.rewardSource === 'model' && !model && !imitates;
        if (isBlind || rollout.size < c.rolloutSteps) return undefined;
        prepare();
      }
      nextBatch();
      const lossPolicy = policyLoss(batch);
      const lossValue = valueLoss(batch);
      descend(value, valueAdam);
      if (round.rounds > c.valueRounds) policy.descend();
      else policy.forget();
      round.left--;
      if (round.left === 0 || stats.kl > 1.5 * c.targetKl) finishRound();
      let entropy = 0;
      for (const s of logStd) entropy += s + 0.5 * Math.log(2 * Math.PI * Math.E);
      return {
        'loss/actor': lossPolicy,
        'loss/critic': lossValue,
        'loss/imitation': stats.imitation,
        'policy/entropy': entropy,
        'policy/kl': stats.kl,
        'policy/clipped': stats.clipped,
        'ppo/rounds': round.rounds,
        'ppo/dropped': round.dropped,
      };
    },
    start(from) {
      startClipped(from, net, logStd, spec.actionSpace);
      if (from.normaliser && !normaliser) throw notNormalised();
      normaliser?.fix(from.normaliser);
    },
    stepsNeeded: () => (round.left > 0 ? 0 : c.rolloutSteps - rollout.size),
    snapshot: (version) => ({
      version,
      ...policy.snapshot(),
      ...normaliser?.snapshot(),
    }),
    relabel(next) {
      model = next; // rewards are asked for at the start of every round
      return true;
    },
    rewardModelVersion: () => rewardModelVersion,
    ...checkpointOf({
      learner: fixed('ppo'),
      random: generator(random),
      ...policy.states,
      value: network(value, valueAdam),
      order: {
        save: (into, name) => {
          into[name] = Float32Array.from(order);
        },
        load: (from, name) => order.set(from[name]!),
      },
      ...Object.fromEntries(
        Object.entries(prepared).map(([name, column]) => [`prepared/${name}`, numbers(column)]),
      ),
      normaliser,
      ...variables(round),
      judgedBy: json(
        () => rewardModelVersion,
        (saved) => {
          rewardModelVersion = saved;
        },
      ),
      returnScale: json(returnScale.save, returnScale.load),
      rollout,
      waiting,
    }),
    dispose() {
      net.dispose();
      value.dispose();
    },
    parts: { policy: net, value, logStd, logStdGradient, policyLoss, valueLoss },
  };
}

/**
 * A policy regressed on what a demonstrator would do, in the shape that PPO starts from (tanh, a
 * linear mean). Every step is drawn as it was or in its mirror image, where the task has one.
 */

import type { Backend } from '../../agent/backend/backend.ts';
import type { EnvironmentSpec, PolicySnapshot } from '../../agent/contract.ts';
import { shuffle } from '../../agent/learners/parts/rollout.ts';
import { halfRange, scaleActions, toEnvironmentUnits } from '../../agent/nn/actions.ts';
import { createAdam, type SavedArrays } from '../../agent/nn/adam.ts';
import { addLossGradient, descend } from '../../agent/nn/fit.ts';
import { createMlp } from '../../agent/nn/mlp.ts';
import { createNormaliser } from '../../agent/nn/normaliser.ts';
import type { Random } from '../../sim/random.ts';
import { mirrorInto } from '../../sim/spaces.ts';
import type { Pause } from '../pause.ts';

export interface CloneConfig {
  readonly hidden: readonly number[];
  /** Steps per gradient step. */
  readonly batchSize: number;
  /** Steps kept; more are refused. */
  readonly capacity: number;
}

export interface Clone {
  /** Demonstrated steps so far. */
  readonly size: number;
  /** What the demonstrator does (k, environment units) at an observation (d). */
  add(observation: Float32Array, action: Float32Array): void;
  /** One pass over all steps in random order; the mean loss. @throws what `pause` is rejected with */
  pass(learningRate: number, pause?: Pause): Promise<number>;
  snapshot(version: number, logStd: number): PolicySnapshot;
  /** Arrays of a PPO checkpoint: the policy's parameters and the normaliser of observations. */
  save(into: SavedArrays): void;
  dispose(): void;
}

export function createClone(
  spec: EnvironmentSpec,
  config: CloneConfig,
  backend: Backend,
  random: Random,
): Clone {
  const { observationSpace, actionSpace } = spec;
  const d = observationSpace.size;
  const k = actionSpace.size;
  const n = config.batchSize;
  const net = createMlp(
    backend,
    {
      sizes: [d, ...config.hidden, k],
      activation: 'tanh',
      initialiser: { kind: 'orthogonal', gain: Math.SQRT2, outputGain: 0.01 },
    },
    random,
  );
  const adam = createAdam(net.parameters.length, { epsilon: 1e-5, maxGradientNorm: 1 });
  const previousActionInputs = observationSpace.previousActionInputs ?? [];
  const normaliser = createNormaliser(observationSpace, previousActionInputs);
  const observations = new Float32Array(config.capacity * d);
  const actions = new Float32Array(config.capacity * k);
  const order = new Int32Array(config.capacity);
  const batch = { observations: new Float32Array(n * d), actions: new Float32Array(n * k) };
  const mirrored = observationSpace.mirror !== undefined && actionSpace.mirror !== undefined;
  let size = 0;
  let known = 0;

  /** Rows of the batch: as they were, or mirrored; observations normalised, actions in [−1, 1]. */
  function draw(from: number): void {
    for (let i = 0; i < n; i++) {
      const row = order[from + i]!;
      const o = observations.subarray(row * d, (row + 1) * d);
      const a = actions.subarray(row * k, (row + 1) * k);
      const oTo = batch.observations.subarray(i * d, (i + 1) * d);
      const aTo = batch.actions.subarray(i * k, (i + 1) * k);
      if (mirrored && random.next() < 0.5) {
        mirrorInto(observationSpace, o, oTo, 0);
        mirrorInto(actionSpace, a, aTo, 0);
      } else {
        oTo.set(o);
        aTo.set(a);
      }
    }
    normaliser.apply(batch.observations, n);
    scaleActions(actionSpace, batch.actions, n, batch.actions);
  }

  /** Mean of ‖clip(π(s)) − a‖²: beyond a bound is as good as on it, where the demonstrator is on it. */
  function loss(outputs: Float32Array, dOutputs: Float32Array): number {
    let sum = 0;
    for (let i = 0; i < outputs.length; i++) {
      const target = batch.actions[i]!;
      const beyond = target * outputs[i]! > 1 && Math.abs(target) >= 1 - 1e-5;
      const error = beyond ? 0 : outputs[i]! - target;
      sum += (error * error) / n;
      dOutputs[i] = (2 * error) / n;
    }
    return sum;
  }

  return {
    get size() {
      return size;
    },
    add(observation, action) {
      if (size === config.capacity)
        throw new RangeError(`clone.capacity: ${size} steps are kept, no room for another`);
      observations.set(observation, size * d);
      actions.set(action, size * k);
      order[size] = size;
      size++;
    },
    async pass(learningRate, pause) {
      normaliser.add(observations.subarray(known * d, size * d), size - known);
      known = size;
      shuffle(order, size, random);
      let total = 0;
      let batches = 0;
      for (let from = 0; from + n <= size; from += n) {
        draw(from);
        total += addLossGradient(backend, net, batch.observations, n, loss);
        descend(net, adam, learningRate);
        batches++;
        await pause?.();
      }
      return total / Math.max(1, batches);
    },
    snapshot: (version, logStd) => ({
      version,
      layers: toEnvironmentUnits(net.layers(), actionSpace),
      logStd: Float32Array.from(
        { length: k },
        (_, j) => logStd + Math.log(halfRange(actionSpace, j)),
      ),
      squash: 'none',
      actionSpace,
      ...normaliser.snapshot(),
    }),
    save(into) {
      into.policy = net.parameters.slice();
      normaliser.save(into, 'normaliser');
      // Infinite variance: what repeats the last action comes out as 0 for PPO as well.
      for (const j of previousActionInputs) into['normaliser/m2']![j] = Number.POSITIVE_INFINITY;
    },
    dispose: () => net.dispose(),
  };
}

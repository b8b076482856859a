/**
 * An ensemble that regresses on what people did, and on nothing else: behaviour cloning on takeovers, demonstrations
 * and corrections. Its mean acts, without noise.
 */
import type { Random } from '../../../sim/random.ts';
import type { Backend } from '../../backend/backend.ts';
import type { EnvironmentSpec, Layer, PolicySnapshot } from '../../contract.ts';
import { addLossGradient, descend } from '../../nn/fit.ts';
import { createLearningMlp } from '../../nn/memory.ts';
import type { Mlp } from '../../nn/mlp.ts';
import { createBatch, type ReplayBatch } from '../../replay/replay.ts';
import { generator, network, numbers, type States } from './checkpoint.ts';
import { averageLayers } from './ensemble-layers.ts';
import type { Experience } from './experience.ts';
import { startSquashed } from './start.ts';

export interface ImitatorsConfig {
  readonly members: number;
  readonly hidden: readonly number[];
  readonly batchSize: number;
  readonly learningRate: number;
  readonly mixup: boolean;
}

export interface Imitators {
  /** One step of one member, each in its turn, on steps of people; its loss. */
  update(): number;
  /** Networks (d) -> (k) in front of the tanh that act by their mean. */
  layers(): Layer[];
  /** @throws RangeError for a policy that they cannot hold */
  start(policy: PolicySnapshot): void;
  readonly states: States;
  dispose(): void;
  /** For tests: adds the gradient of member m and returns its loss. */
  readonly parts: { readonly members: readonly Mlp[]; loss(batch: ReplayBatch, m: number): number };
}

export function createImitators(
  spec: EnvironmentSpec,
  c: ImitatorsConfig,
  experience: Experience,
  backend: Backend,
  random: Random,
): Imitators {
  const [d, k] = [spec.observationSpace.size, spec.actionSpace.size];
  const n = c.batchSize;
  const { learningRate } = c;
  const batch = createBatch(n, d, k);
  const sizes = [d, ...c.hidden, k];
  const learning = Array.from({ length: c.members }, () =>
    createLearningMlp(backend, { sizes, activation: 'relu' }, { learningRate }, random),
  );
  const members = learning.map(({ net }) => net);
  const turn = Float32Array.of(0);

  /** Mean over steps of ‖tanh μ(s) − a‖². */
  function loss(b: ReplayBatch, m: number): number {
    return addLossGradient(backend, members[m]!, b.observations, b.size, (mu, dMu) => {
      let value = 0;
      for (let at = 0; at < b.size * k; at++) {
        const action = Math.tanh(mu[at]!);
        const error = action - b.imitationTargets[at]!;
        value += (error * error) / b.size;
        dMu[at] = (2 * error * (1 - action * action)) / b.size;
      }
      return value;
    });
  }

  return {
    update() {
      const m = turn[0]! % members.length;
      turn[0] = m + 1;
      experience.replay.sample(batch, random, 1);
      experience.prepare(batch, random);
      if (c.mixup) mix(batch, d, k, random);
      const value = loss(batch, m);
      descend(members[m]!, learning[m]!.adam);
      return value;
    },
    layers: () => averageLayers(members.map((net) => net.layers())),
    start: (policy) => startSquashed(policy, members),
    states: {
      ...Object.fromEntries(
        learning.map(({ net, adam }, m) => [`imitator${m}`, network(net, adam)]),
      ),
      'imitators/turn': numbers(turn),
      'imitators/random': generator(random),
    },
    dispose() {
      for (const net of members) net.dispose();
    },
    parts: { members, loss },
  };
}

/** Pairs of rows become two mixtures of theirs (mixup, Zhang et al. 2018, α = 1), in place. */
export function mix(batch: ReplayBatch, d: number, k: number, random: Random): void {
  for (let i = 0; i + 1 < batch.size; i += 2) {
    const share = random.next();
    blend(batch.observations, i * d, d, share);
    blend(batch.imitationTargets, i * k, k, share);
  }
}

function blend(rows: Float32Array, from: number, size: number, share: number): void {
  for (let j = from; j < from + size; j++) {
    const [a, b] = [rows[j]!, rows[j + size]!];
    rows[j] = share * a + (1 - share) * b;
    rows[j + size] = share * b + (1 - share) * a;
  }
}

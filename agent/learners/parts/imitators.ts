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
import { generator, network, numbers, type State, type States } from './checkpoint.ts';
import { averageLayers } from './ensemble-layers.ts';
import type { Experience } from './experience.ts';
import { startSquashed } from './start.ts';

/**
 * Updates per step of people that are made with the whole step size; then it falls as their inverse (Robbins & Monro
 * 1951), down to a share that still learns from whoever takes over late. With a constant one the policy wavers for as long
 * as it learns, and stops driving in one run of thirty (docs/notes/overrides.md).
 */
const WHOLE = 2;
const LEAST = 0.2;
/** Counts are exact up to here in float32, and the step size has long been at its least. */
const MOST_COUNTED = 2 ** 23;

/** Share of the step size after `updates` on `steps` steps of people, [0.2, 1]. */
export function stepShare(updates: number, steps: number): number {
  return Math.max(LEAST, Math.min(1, (WHOLE * steps) / Math.max(1, updates)));
}

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
  const updates = Float32Array.of(0);

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
      updates[0] = Math.min(MOST_COUNTED, updates[0]! + 1);
      experience.replay.sample(batch, random, 1);
      experience.prepare(batch, random);
      if (c.mixup) mix(batch, d, k, random);
      const value = loss(batch, m);
      const share = stepShare(updates[0], experience.replay.humanSize);
      descend(members[m]!, learning[m]!.adam, learningRate * share);
      return value;
    },
    layers: () => averageLayers(members.map((net) => net.layers())),
    start: (policy) => startSquashed(policy, members),
    states: {
      ...Object.fromEntries(
        learning.map(({ net, adam }, m) => [`imitator${m}`, network(net, adam)]),
      ),
      'imitators/turn': numbers(turn),
      'imitators/updates': countOf(updates),
      'imitators/random': generator(random),
    },
    dispose() {
      for (const net of members) net.dispose();
    },
    parts: { members, loss },
  };
}

/** Older checkpoints have no count: the step size is whole again. */
function countOf(count: Float32Array): State {
  const state = numbers(count);
  return {
    save: state.save,
    load(from, name) {
      if (name in from) state.load(from, name);
      else count.fill(0);
    },
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

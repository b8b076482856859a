/**
 * Rewards that are not about the task: PEBBLE's entropy of visited states for the unsupervised
 * start, and RUNE's bonus for disagreement. Both are `RewardModel`s, so that learners relabel with them.
 */
import type { Random } from '../../sim/random.ts';
import type { EnvironmentSpec, Episode, RewardModel } from '../contract.ts';
import { loadRandom, saveRandom } from '../learners/parts/checkpoint.ts';
import type { RewardEnsemble } from '../reward/ensemble.ts';

const nothing = {
  feedback: () => {},
  update: () => undefined,
  report: () => ({}),
  save: () => ({ meta: {}, arrays: {} }),
  load: () => {},
  dispose: () => {},
};

/** Novelty in a checkpoint: numbers for its JSON. */
export interface SavedNovelty {
  readonly states: readonly number[];
  readonly inverse: readonly number[];
  readonly deviation: number;
  readonly seen: number;
  readonly version: number;
  readonly random: readonly number[];
}

export interface NoveltyReward extends RewardModel {
  /** What goes into the trainer's checkpoint. */
  saved(): SavedNovelty;
  restore(saved: SavedNovelty): void;
  observe(episode: Episode, from: number, to: number): void;
}

/** States compared with, and how many steps pass between two relabellings. */
const COMPARED = 512;
const REFRESH = 500;
const NEIGHBOUR = 5;

/**
 * log of the distance to the 5th nearest of a sample of visited states (particle estimate of state
 * entropy, Liu & Abbeel 2021; PEBBLE uses the whole buffer), over its standard deviation (as in PEBBLE's
 * code, where it is a running one; here it is that of the sample).
 */
export function createNoveltyReward(spec: EnvironmentSpec, random: Random): NoveltyReward {
  const d = spec.observationSpace.size;
  const states = new Float32Array(COMPARED * d);
  const inverse = new Float32Array(d).fill(1);
  let deviation = 1;
  let seen = 0;
  let version = 1;

  function rescale(): void {
    const n = Math.min(seen, COMPARED);
    for (let j = 0; j < d; j++) {
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < n; i++) {
        const x = states[i * d + j]!;
        sum += x / n;
        squares += (x * x) / n;
      }
      inverse[j] = 1 / Math.max(0.05, Math.sqrt(Math.max(0, squares - sum * sum)));
    }
    const values = Array.from({ length: n }, (_, i) => novelty(states, i));
    const mean = values.reduce((a, b) => a + b, 0) / n;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    deviation = Math.max(0.01, Math.sqrt(variance));
  }

  function novelty(observations: Float32Array, row: number): number {
    const n = Math.min(seen, COMPARED);
    if (n <= NEIGHBOUR) return 0;
    const nearest = new Float64Array(NEIGHBOUR).fill(Number.POSITIVE_INFINITY);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < d && sum < nearest[NEIGHBOUR - 1]!; j++)
        sum += ((observations[row * d + j]! - states[i * d + j]!) * inverse[j]!) ** 2;
      if (sum >= nearest[NEIGHBOUR - 1]!) continue;
      let at = NEIGHBOUR - 1;
      while (at > 0 && nearest[at - 1]! > sum) {
        nearest[at] = nearest[at - 1]!;
        at--;
      }
      nearest[at] = sum;
    }
    return Math.log(1 + Math.sqrt(nearest[NEIGHBOUR - 1]!));
  }

  return {
    ...nothing,
    get version() {
      return -version; // never equal to a reward model's
    },
    observe(episode, from, to) {
      for (let t = from; t < to; t++) {
        // Reservoir sampling (Vitter 1985).
        const slot = seen < COMPARED ? seen : random.integer(seen + 1);
        seen++;
        if (slot < COMPARED)
          states.set(episode.observations.subarray(t * d, (t + 1) * d), slot * d);
        if (seen % REFRESH !== 0 && seen !== 64) continue;
        rescale();
        version++;
      }
    },
    predict(observations, _actions, n, out) {
      for (let i = 0; i < n; i++) out[i] = novelty(observations, i) / deviation;
    },
    disagreement: (_o, _a, n, out) => void out.fill(0, 0, n),
    saved: () => ({
      states: [...states],
      inverse: [...inverse],
      deviation,
      seen,
      version,
      random: saveRandom(random),
    }),
    restore(saved) {
      states.set(saved.states);
      inverse.set(saved.inverse);
      ({ deviation, seen, version } = saved);
      loadRandom(random, saved.random);
    },
  };
}

/** The ensemble's reward + weight · disagreement; `weight` is asked for at every prediction. */
export function withBonus(reward: RewardEnsemble, weight: () => number): RewardModel {
  let std = new Float32Array(0);
  return {
    ...nothing,
    get version() {
      return reward.version;
    },
    predict(observations, actions, n, out) {
      reward.predict(observations, actions, n, out);
      if (std.length < n) std = new Float32Array(n);
      reward.disagreement(observations, actions, n, std);
      const w = weight();
      for (let i = 0; i < n; i++) out[i]! += w * std[i]!;
    },
    disagreement: (o, a, n, out) => reward.disagreement(o, a, n, out),
  };
}

/** On-policy steps in the order they came, from any number of episodes at once. */
import type { Random } from '../../../sim/random.ts';
import type { Episode } from '../../contract.ts';
import { SOURCE_CODE } from '../../contract.ts';
import type { SavedArrays } from '../../nn/adam.ts';

export interface Rollout {
  readonly size: number;
  /** (size, d), and the observation each step led to */
  readonly observations: Float32Array;
  readonly nextObservations: Float32Array;
  /** (size, k), environment units */
  readonly actions: Float32Array;
  readonly rewards: Float32Array;
  readonly discounts: Float32Array;
  /** 1 where a person acted. */
  readonly human: Float32Array;
  /**
   * Row of the same episode's next step; −1 at the end of what is known of it, and where control
   * changes hands: what a person earns is not the policy's merit.
   */
  readonly next: Int32Array;
  /** Returns how many of the steps [from, to) were dealt with before it was full. */
  add(episode: Episode, from: number, to: number): number;
  clear(): void;
  save(into: SavedArrays, name: string): Record<string, unknown>;
  load(
    from: Readonly<Record<string, Float32Array>>,
    name: string,
    meta: Readonly<Record<string, unknown>>,
  ): void;
}

/** `keepHuman`: steps that a person acted are kept too, marked as such; otherwise passed over. */
export function createRollout(capacity: number, d: number, k: number, keepHuman: boolean): Rollout {
  const columns = {
    observations: new Float32Array(capacity * d),
    nextObservations: new Float32Array(capacity * d),
    actions: new Float32Array(capacity * k),
    rewards: new Float32Array(capacity),
    discounts: new Float32Array(capacity),
    human: new Float32Array(capacity),
  };
  const next = new Int32Array(capacity);
  /** Last row and step of every episode in the rollout. */
  const tails = new Map<string, { row: number; step: number }>();
  let size = 0;

  return {
    ...columns,
    next,
    get size() {
      return size;
    },
    add(episode, from, to) {
      let t = from;
      for (; t < to && size < capacity; t++) {
        const source = episode.sources[t];
        const human = source === SOURCE_CODE.human ? 1 : 0;
        if (source !== SOURCE_CODE.policy && !(human && keepHuman)) continue;
        const row = size++;
        columns.observations.set(episode.observations.subarray(t * d, (t + 1) * d), row * d);
        columns.nextObservations.set(
          episode.observations.subarray((t + 1) * d, (t + 2) * d),
          row * d,
        );
        columns.actions.set(episode.actions.subarray(t * k, (t + 1) * k), row * k);
        columns.rewards[row] = episode.envRewards[t]!;
        columns.discounts[row] = episode.discounts[t]!;
        columns.human[row] = human;
        next[row] = -1;
        const tail = tails.get(episode.id);
        if (tail && tail.step === t - 1 && columns.human[tail.row] === human) next[tail.row] = row;
        tails.set(episode.id, { row, step: t });
      }
      return t - from;
    },
    clear() {
      size = 0;
      tails.clear();
    },
    save(into, name) {
      for (const [key, column] of Object.entries(columns))
        into[`${name}/${key}`] = column.slice(0, (column.length / capacity) * size);
      into[`${name}/next`] = Float32Array.from(next.subarray(0, size));
      return { size, tails: [...tails] };
    },
    load(from, name, meta) {
      if ((meta.size as number) > capacity) {
        throw new RangeError(
          `checkpoint.${name}: has ${meta.size} rows, the rollout holds ${capacity}`,
        );
      }
      for (const [key, column] of Object.entries(columns)) column.set(from[`${name}/${key}`]!);
      next.set(from[`${name}/next`]!);
      size = meta.size as number;
      tails.clear();
      for (const [id, tail] of meta.tails as [string, { row: number; step: number }][])
        tails.set(id, tail);
    },
  };
}

/**
 * Generalised advantage estimation (Schulman et al. 2016) over rows linked by `next`, which is
 * always a later row. A step that ends what is known bootstraps from the value of the observation
 * it led to; a terminated step's discount is 0, a time limit's is not.
 */
export function estimateAdvantages(
  rollout: Pick<Rollout, 'size' | 'discounts' | 'next'>,
  rewards: Float32Array,
  values: Float32Array,
  nextValues: Float32Array,
  gamma: number,
  lambda: number,
  advantages: Float32Array,
): void {
  for (let i = rollout.size - 1; i >= 0; i--) {
    const discount = gamma * rollout.discounts[i]!;
    const delta = rewards[i]! + discount * nextValues[i]! - values[i]!;
    const next = rollout.next[i]!;
    advantages[i] = delta + (next >= 0 ? discount * lambda * advantages[next]! : 0);
  }
}

/** Divides rewards by the running standard deviation of the discounted return (VecNormalize). */
export function createReturnScale(gamma: number) {
  let mean = 0;
  let m2 = 0;
  let count = 0;
  return {
    /** Rewards of a round's rows, in place; sums start at 0 where a stretch starts. */
    apply(rollout: Pick<Rollout, 'size' | 'next'>, rewards: Float32Array): void {
      const sums = new Float32Array(rollout.size);
      for (let i = 0; i < rollout.size; i++) {
        sums[i]! += rewards[i]!;
        const next = rollout.next[i]!;
        if (next >= 0) sums[next] = gamma * sums[i]!;
        count++;
        const delta = sums[i]! - mean;
        mean += delta / count;
        m2 += delta * (sums[i]! - mean);
      }
      const std = Math.sqrt(m2 / count + 1e-8);
      for (let i = 0; i < rollout.size; i++) rewards[i]! /= std;
    },
    save: () => [mean, m2, count],
    load(saved: unknown): void {
      [mean, m2, count] = saved as [number, number, number];
    },
  };
}

/** Fisher–Yates over the first n. */
export function shuffle(order: Int32Array, n: number, random: Random): void {
  for (let i = n - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
}

/**
 * Runs that were imported from another program's data set: there is no environment to make, so the run itself
 * says what its observations and actions are (sim/recorded).
 */
import type { EnvironmentSpec } from '../../agent/contract.ts';
import type { RunIdentity } from '../../server/storage/contract.ts';
import { identityOf } from '../../server/storage/identity.ts';
import { toPlain } from '../../server/storage/plain-numbers.ts';
import type { BoxSpace } from '../../sim/contract.ts';
import { box } from '../../sim/spaces.ts';

/** Least and largest value of each number. */
export class Seen {
  readonly low: Float32Array;
  readonly high: Float32Array;

  constructor(size: number) {
    this.low = new Float32Array(size).fill(Number.POSITIVE_INFINITY);
    this.high = new Float32Array(size).fill(Number.NEGATIVE_INFINITY);
  }

  /** `values`: rows of `size` numbers. What is not finite does not count. */
  add(values: ArrayLike<number>): void {
    const { low, high } = this;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      const j = i % low.length;
      if (!Number.isFinite(value)) continue;
      low[j] = Math.min(low[j]!, value);
      high[j] = Math.max(high[j]!, value);
    }
  }
}

/** The same space, within what was seen where it has no bounds: who learns to act must know how far. */
export function within(space: BoxSpace, { low, high }: Seen): BoxSpace {
  const least = space.low.map((v, i) => (Number.isFinite(v) ? v : Math.min(low[i]!, 1e6)));
  const most = space.high.map((v, i) => (Number.isFinite(v) ? v : Math.max(high[i]!, -1e6)));
  const apart = most.map((v, i) => (v > least[i]! ? v : least[i]! + 1));
  return box([...least], [...apart], space.names ? { names: space.names } : {});
}

/**
 * What a run of such episodes is made of.
 * @param seen of the observations, for drawing them
 */
export function recordedIdentity(spec: EnvironmentSpec, preset: string, seen?: Seen): RunIdentity {
  const plain = ({ low, high }: Pick<BoxSpace, 'low' | 'high'>) => ({
    low: [...low].map(toPlain),
    high: [...high].map(toPlain),
  });
  const named = (space: BoxSpace) => ({
    ...plain(space),
    ...(space.names ? { names: [...space.names] } : {}),
  });
  return identityOf({
    environment: spec.environmentId,
    environmentOptions: {
      action: named(spec.actionSpace),
      controlDt: spec.controlDt,
      observation: named(spec.observationSpace),
      ...(seen ? { seen: plain(seen) } : {}),
    },
    preset,
    overrides: {
      // All of it is as new as the rest.
      queries: { expiryEpisodes: 'Infinity', recentEpisodes: 'Infinity' },
      // No steps come, so every answer is fitted; nothing acts, so no policy is learned.
      scheduler: { rewardEveryLabels: 1, updatesPerStep: 0 },
    },
  });
}

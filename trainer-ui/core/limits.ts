/** How much of an axis a hand may use, by keys, pad, touch or tilt alike: what this browser remembers of each environment. */
import { type KeyStore, trySet } from './key-store.ts';

/** Shares of an axis's reach. */
export const LIMIT_RANGE = [0.1, 1] as const;

export interface Limits {
  /** In LIMIT_RANGE; 1, all of it, until it is set. */
  of(environment: string, axis: string): number;
  set(environment: string, axis: string, share: number): void;
}

const KEY = 'reins-limits';

export function createLimits(storage: KeyStore): Limits {
  const shares = read(storage.getItem(KEY));
  const name = (environment: string, axis: string) => `${environment}/${axis}`;
  return {
    of: (environment, axis) => shares.get(name(environment, axis)) ?? 1,
    set(environment, axis, share) {
      shares.set(name(environment, axis), share);
      trySet(storage, KEY, JSON.stringify(Object.fromEntries(shares)));
    },
  };
}

/** What is damaged counts as not set. */
function read(text: string | null): Map<string, number> {
  try {
    const entries = Object.entries(JSON.parse(text ?? '{}') as object);
    const [low, high] = LIMIT_RANGE;
    const isShare = (value: unknown) => typeof value === 'number' && value >= low && value <= high;
    return new Map(entries.filter(([, value]) => isShare(value)));
  } catch {
    return new Map();
  }
}

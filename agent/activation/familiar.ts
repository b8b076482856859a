/**
 * How far an observation is from what was seen: its distance to the fifth nearest of a sample of visited states, as a
 * percentile of what that distance is for the sampled states themselves.
 */
import type { Random } from '../../sim/random.ts';
import type { Episode } from '../contract.ts';
import { generator, json, numbers, type State } from '../learners/parts/checkpoint.ts';
import type { FamiliarSnapshot } from './contract.ts';

/** States in the sample, those that it needs, and how many steps pass between two versions. */
const SAMPLE = 256;
const LEAST = 64;
const REFRESH = 500;
const NEIGHBOUR = 5;
/** Least deviation of a column that is divided by. */
const SMALLEST_STD = 0.05;

export interface FamiliarSample {
  /** Steps [from, to) were made. */
  observe(episode: Episode, from: number, to: number): void;
  /** undefined: too few were seen. */
  snapshot(): FamiliarSnapshot | undefined;
  readonly states: Readonly<Record<string, State>>;
}

/** `d`: numbers of an observation. */
export function createFamiliarSample(d: number, random: Random): FamiliarSample {
  const states = new Float32Array(SAMPLE * d);
  let seen = 0;
  let made: { readonly seen: number; readonly snapshot: FamiliarSnapshot } | undefined;
  return {
    observe({ observations }, from, to) {
      for (let t = from; t < to; t++) {
        // Reservoir sampling (Vitter 1985).
        const slot = seen < SAMPLE ? seen : random.integer(seen + 1);
        seen++;
        if (slot < SAMPLE) states.set(observations.subarray(t * d, (t + 1) * d), slot * d);
      }
    },
    snapshot() {
      if (seen < LEAST) return undefined;
      if (!made || seen - made.seen >= REFRESH)
        made = { seen, snapshot: measured(states.slice(0, Math.min(seen, SAMPLE) * d), d) };
      return made.snapshot;
    },
    states: {
      states: numbers(states),
      random: generator(random),
      seen: json(
        () => seen,
        (saved: number) => {
          seen = saved;
          made = undefined;
        },
      ),
    },
  };
}

function measured(states: Float32Array, d: number): FamiliarSnapshot {
  const n = states.length / d;
  const inverse = new Float32Array(d);
  for (let j = 0; j < d; j++) {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      sum += states[i * d + j]!;
      squares += states[i * d + j]! ** 2;
    }
    const variance = squares / n - (sum / n) ** 2;
    inverse[j] = 1 / Math.max(SMALLEST_STD, Math.sqrt(Math.max(0, variance)));
  }
  const sample = { states, inverse };
  const distances = Float32Array.from({ length: n }, (_, i) =>
    distanceTo(sample, states.subarray(i * d, (i + 1) * d), i),
  ).sort();
  return { ...sample, distances };
}

const nearest = new Float64Array(NEIGHBOUR);

/** Squared, to the fifth nearest without the one that is `except`. */
function distanceTo(
  { states, inverse }: Pick<FamiliarSnapshot, 'states' | 'inverse'>,
  observation: Float32Array,
  except = -1,
): number {
  const d = inverse.length;
  nearest.fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i * d < states.length; i++) {
    if (i === except) continue;
    let sum = 0;
    for (let j = 0; j < d && sum < nearest[NEIGHBOUR - 1]!; j++)
      sum += ((observation[j]! - states[i * d + j]!) * inverse[j]!) ** 2;
    let at = NEIGHBOUR - 1;
    if (sum >= nearest[at]!) continue;
    while (at > 0 && nearest[at - 1]! > sum) {
      nearest[at] = nearest[at - 1]!;
      at--;
    }
    nearest[at] = sum;
  }
  return nearest[NEIGHBOUR - 1]!;
}

/** Percentage of what was seen that is less far from the rest, 0 to 100. */
export function noveltyOf(familiar: FamiliarSnapshot, observation: Float32Array): number {
  const { distances } = familiar;
  const distance = distanceTo(familiar, observation);
  let low = 0;
  let high = distances.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (distances[middle]! < distance) low = middle + 1;
    else high = middle;
  }
  return (100 * low) / distances.length;
}

/** Made-up experience for tests and speed measurements of learners. */
import {
  type EnvironmentSpec,
  type Episode,
  type EpisodeEnd,
  SOURCE_CODE,
} from '../../agent/contract.ts';
import type { Random } from '../../sim/random.ts';
import { box } from '../../sim/spaces.ts';

export function syntheticSpec(d: number, k: number): EnvironmentSpec {
  return {
    environmentId: 'synthetic',
    observationSpace: box(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, { size: d }),
    actionSpace: box(-2, 3, { size: k }),
    controlDt: 0.1,
  };
}

export interface SyntheticOptions {
  readonly id?: string;
  readonly end?: EpisodeEnd;
  /** Steps of [from, to) are a person's. */
  readonly human?: readonly [from: number, to: number];
  /** Action in the environment's units and reward for an observation row; default: random. */
  readonly behave?: (observation: Float32Array, action: Float32Array) => number;
}

/** `length` steps of normally distributed observations. */
export function syntheticEpisode(
  spec: EnvironmentSpec,
  length: number,
  random: Random,
  options: SyntheticOptions = {},
): Episode {
  const d = spec.observationSpace.size;
  const k = spec.actionSpace.size;
  const normal = (size: number) => Float32Array.from({ length: size }, () => random.normal());
  const uniform = (size: number) =>
    Float32Array.from({ length: size }, () => random.uniform(-2, 3));
  const observations = normal((length + 1) * d);
  const actions = uniform(length * k);
  const envRewards = normal(length);
  if (options.behave) {
    for (let t = 0; t < length; t++) {
      envRewards[t] = options.behave(
        observations.subarray(t * d, (t + 1) * d),
        actions.subarray(t * k, (t + 1) * k),
      );
    }
  }
  const end = options.end ?? 'truncated';
  const discounts = new Float32Array(length).fill(1);
  if (end === 'terminated') discounts[length - 1] = 0;
  const sources = new Uint8Array(length);
  if (options.human) sources.fill(SOURCE_CODE.human, ...options.human);
  return {
    id: options.id ?? `episode-${random.integer(1e9)}`,
    runId: 'run',
    environmentId: spec.environmentId,
    configHash: 'none',
    seed: 0,
    startedAt: 0,
    observationSize: d,
    actionSize: k,
    bodies: 0,
    length,
    end,
    origin: 'experience',
    observations,
    actions,
    policyActions: uniform(length * k),
    sources,
    policyVersions: new Uint32Array(length),
    envRewards,
    costs: new Float32Array(length),
    discounts,
    successes: new Uint8Array(length),
    poses: new Float32Array(0),
    positions: new Float32Array(0),
    states: [],
    summary: {},
  };
}

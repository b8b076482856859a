/**
 * EPIC distance of a learned reward to the environment's (Gleave et al. 2021, "Quantifying differences
 * in reward functions", definitions 4.1 and 4.2). They are compared in canonical form, without shaping,
 * scale and offset:
 *   C(R)(s, a, s') = R(s, a, s') + E[γ R(s', A, S') − R(s, A, S')] − constant,   A uniform,
 *   distance = √((1 − ρ(C(R₁), C(R₂))) / 2).
 * Transitions are real ones, half of them of the policy's actions and half of random ones, so that what
 * is compared is what can happen. A learned reward depends on state and action alone: its canonical form
 * is the paper's. The environment's reward is known on real transitions only: to learn the reward of an
 * action, the action is taken; S' is the state that follows instead of any state; and shaping in the
 * environment's own reward is not taken out.
 */
import type { Environment, EnvState, TimeStep } from '../../sim/contract.ts';
import type { Random } from '../../sim/random.ts';
import { isConstant, pearson, pearsonDistance } from '../reward/statistics.ts';

/** Rewards (n) of observations (n, d) and actions (n, k). */
export type PredictReward = (
  observations: Float32Array,
  actions: Float32Array,
  n: number,
  out: Float32Array,
) => void;

export interface DistanceOptions {
  readonly predict: PredictReward;
  /** Acts in half of the steps that are compared; the others are random. */
  readonly act: (timeStep: TimeStep, out: Float32Array) => void;
  readonly seeds: readonly number[];
  readonly random: Random;
  /** Transitions compared, and actions tried at either end of each. */
  readonly samples?: number;
  readonly actions?: number;
  readonly gamma?: number;
  /** Steps between two samples. */
  readonly every?: number;
}

/** What a reward says of n transitions, and on average of any action at either end of each. */
export interface SampledReward {
  /** R(s, a, s'), (n). */
  readonly taken: ArrayLike<number>;
  /** E R(s, A, S'), (n). */
  readonly here: ArrayLike<number>;
  /** E R(s', A, S'), (n); NaN where the episode ended with s'. */
  readonly next: ArrayLike<number>;
}

/**
 * C(R) of the transitions, up to a constant. After an end nothing is earned, which in a comparison that
 * knows no offset is the average of what is earned elsewhere.
 */
export function canonicalForm({ taken, here, next }: SampledReward, gamma: number): Float64Array {
  const average = meanOf(here, 0, here.length);
  return Float64Array.from({ length: taken.length }, (_, i) => {
    const after = Number.isNaN(next[i]) ? average : next[i]!;
    return taken[i]! + gamma * after - here[i]!;
  });
}

/** Of two canonical forms; undefined when either is constant: nothing is at any distance from it. */
export function canonicalDistance(a: Float64Array, b: Float64Array): number | undefined {
  if (isConstant(a, a.length) || isConstant(b, b.length)) return undefined;
  return pearsonDistance(pearson(a, b, a.length));
}

/**
 * In [0, 1]: 0 the same up to shaping and scale, 0.71 unrelated, 1 the opposite; undefined when either
 * reward is constant. Uses up `env`.
 */
export function epicDistance(env: Environment, options: DistanceOptions): number | undefined {
  const { samples = 128, actions: tries = 8, gamma = 0.99 } = options;
  const { size: d } = env.observationSpace;
  const { size: k } = env.actionSpace;
  const perSample = 1 + 2 * tries;
  const observations = new Float32Array(samples * perSample * d);
  const actions = new Float32Array(samples * perSample * k);
  const truth = new Float32Array(samples * perSample);
  const tried = new Float32Array(k);
  let n = 0;

  /** Reward of `action` here, into the next row; `observation` is copied before the step. */
  function row(observation: Float32Array, action: Float32Array): TimeStep {
    observations.set(observation, n * d);
    actions.set(action, n * k);
    const ts = env.step(action);
    truth[n++] = ts.reward;
    return ts;
  }

  /** Uniform actions from one state; none after the end of an episode. */
  function trial(state: EnvState, over: boolean): void {
    for (let i = 0; i < tries; i++) {
      if (over) {
        n++;
        continue;
      }
      randomAction(env, options.random, tried);
      row(env.loadState(state).observation, tried);
    }
  }

  const ended = new Uint8Array(samples);
  let taken = 0;
  for (const visit of visits(env, options, samples)) {
    const here = visit.state;
    const ts = row(env.loadState(here).observation, visit.action);
    ended[taken] = ts.kind === 'last' ? 1 : 0;
    const next = env.saveState();
    trial(here, false);
    trial(next, ended[taken++] === 1);
  }
  const learned = new Float32Array(n);
  options.predict(observations.subarray(0, n * d), actions.subarray(0, n * k), n, learned);
  const canonical = (values: Float32Array) => {
    const column = (of: (sample: number, at: number) => number) =>
      Float64Array.from({ length: taken }, (_, s) => of(s, s * perSample));
    const sampled = {
      taken: column((_, at) => values[at]!),
      here: column((_, at) => meanOf(values, at + 1, tries)),
      next: column((s, at) => (ended[s] ? Number.NaN : meanOf(values, at + 1 + tries, tries))),
    };
    return canonicalForm(sampled, gamma);
  };
  return canonicalDistance(canonical(learned), canonical(truth));
}

interface Visit {
  readonly state: EnvState;
  readonly action: Float32Array;
}

/** States on the way of a policy that acts at random half of the time, with what it did there. */
function visits(env: Environment, options: DistanceOptions, samples: number): Visit[] {
  const { act, seeds, random, every = 5 } = options;
  const found: Visit[] = [];
  const action = new Float32Array(env.actionSpace.size);
  for (let e = 0; found.length < samples && seeds.length > 0; e++) {
    let ts = env.reset(seeds[e % seeds.length]!);
    for (let t = 0; ts.kind !== 'last' && found.length < samples; t++) {
      if (random.next() < 0.5) act(ts, action);
      else randomAction(env, random, action);
      if (t % every === 0) found.push({ state: env.saveState(), action: action.slice() });
      ts = env.step(action);
    }
  }
  return found;
}

function randomAction(env: Environment, random: Random, out: Float32Array): void {
  const { low, high } = env.actionSpace;
  for (let i = 0; i < out.length; i++) out[i] = random.uniform(low[i]!, high[i]!);
}

function meanOf(values: ArrayLike<number>, from: number, n: number): number {
  let sum = 0;
  for (let i = from; i < from + n; i++) sum += values[i]!;
  return sum / n;
}

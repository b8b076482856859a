/**
 * EPIC distance of a learned reward to the environment's (Gleave et al. 2021, "Quantifying differences
 * in reward functions"), both taken as functions of state and action. They are
 * compared in canonical form, without scale and offset:
 *   C(R)(s, a, s') = R(s, a) + γ E_A R(s', A) − E_A R(s, A) − constant,   A uniform,
 *   distance = √((1 − ρ(C(R₁), C(R₂))) / 2).
 * The true reward of an action that nobody took is read off by taking it in the environment. Shaping by
 * the state that follows would be part of R(s, a) here, and is not taken out.
 */
import type { Environment, EnvState, TimeStep } from '../../sim/contract.ts';
import type { Random } from '../../sim/random.ts';
import { pearson, pearsonDistance } from '../reward/statistics.ts';

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

/** In [0, 1]: 0 the same up to shaping and scale, 0.71 unrelated, 1 the opposite. Uses up `env`. */
export function epicDistance(env: Environment, options: DistanceOptions): number {
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

  /** Uniform actions from one state; after the end of an episode nothing is earned any more. */
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
  const canonical = (values: Float32Array) =>
    Float64Array.from({ length: taken }, (_, s) => {
      const at = s * perSample;
      const here = meanOf(values, at + 1, tries);
      const next = ended[s] === 1 ? 0 : meanOf(values, at + 1 + tries, tries);
      return values[at]! + gamma * next - here;
    });
  return pearsonDistance(pearson(canonical(learned), canonical(truth), taken));
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

function meanOf(values: Float32Array, from: number, n: number): number {
  let sum = 0;
  for (let i = from; i < from + n; i++) sum += values[i]!;
  return sum / n;
}

/**
 * COACH (MacGlashan et al. 2017, algorithm 1) in its deep form (Arumugam et al. 2019): a person's live
 * feedback is the advantage of what the policy just did, so it drives the policy gradient directly. A
 * press f is multiplied with the eligibility trace of the steps before it, after the person's delay:
 *
 * ∇J = E[f e] + β ∇H, e = Σ λ^age · ρ ∇log π(a|s) over the `window` steps up to the judged one (age 0)
 *
 * with the mean over presses, each of which is kept with its window and replayed. ρ = π/π_then is Deep
 * COACH's importance weight; it also ends the push once a punished action has become unlikely.
 *
 * Deviations: ρ is truncated at `maxRatio`; π_then is the policy when the press arrives, not when it acted;
 * Adam; a state-independent Gaussian with clipped likelihood (nn/censored.ts).
 */
import { type Config, config, field, number, parseConfig, whole } from '../../sim/config.ts';
import type { Random } from '../../sim/random.ts';
import type { Backend } from '../backend/backend.ts';
import type { EnvironmentSpec, Episode, Learner, Metrics } from '../contract.ts';
import { addLossGradient, predict } from '../nn/fit.ts';
import type { Mlp } from '../nn/mlp.ts';
import { checkpointOf, fixed, generator, variables } from './parts/checkpoint.ts';
import {
  kept,
  logDeviation,
  needed,
  rows,
  seconds,
  share,
  stepSize,
  units,
  weight,
} from './parts/fields.ts';
import { createGaussianPolicy } from './parts/gaussian-policy.ts';
import { plainLearner } from './parts/plain.ts';
import { createPresses, type Press, writeStep } from './parts/presses.ts';
import { expectPlainObservations, startClipped } from './parts/start.ts';

export const coachSchema = config({
  hidden: field(units, [64, 64], 'Hidden units per layer.'),
  batchSize: field(rows, 16, 'Presses, with their windows, per gradient step.'),
  capacity: field(kept, 1000, 'Presses kept.'),
  learningStarts: field(needed, 4, 'Presses needed before the first update.'),
  learningRate: field(stepSize, 1e-3, 'Step size of Adam.'),
  delay: field(seconds, 0.2, 'From a step on screen to the key about it, s.'),
  trace: field(share, 0.35, 'λ of the eligibility trace, per step.'),
  window: field(whole(1, 10_000), 10, 'Steps the trace reaches back.'),
  maxRatio: field(number(1e-3, 1e6), 2, 'Largest importance weight.'),
  entropyWeight: field(weight, 0.01, 'Weight of the policy’s entropy.'),
  initialLogStd: field(logDeviation, -0.7, 'First log standard deviation, actions in [−1, 1].'),
});
export type CoachConfig = Config<typeof coachSchema>;

export interface CoachLearner extends Learner {
  /**
   * For tests. `m` windows of `window` rows each: observation (d), action (k) in [−1, 1], credit f λ^age
   * (0 where the episode has no such step), log π at the time.
   */
  readonly parts: {
    readonly policy: Mlp;
    readonly logStd: Float32Array;
    readonly logStdGradient: Float32Array;
    policyLoss(rows: Float32Array, m: number): number;
  };
}

export function createCoach(
  spec: EnvironmentSpec,
  config: Partial<CoachConfig>,
  backend: Backend,
  random: Random,
): CoachLearner {
  const c = parseConfig('coach', coachSchema, config);
  const d = spec.observationSpace.size;
  const k = spec.actionSpace.size;
  const n = c.batchSize;
  const width = d + k + 2;
  const logMaxRatio = Math.log(c.maxRatio);

  // ------------------------------------------------------------------ model
  const policy = createGaussianPolicy(
    backend,
    [d, ...c.hidden, k],
    spec.actionSpace,
    c.initialLogStd,
    { learningRate: c.learningRate },
    random,
  );
  const { net, logStd, logStdGradient } = policy;

  // ------------------------------------------------------------------ data
  const rows = new Float32Array(n * c.window * width);
  const counts = { updates: 0 };

  const presses = createPresses(c, c.window * width, credit);
  const credited = presses.rows;

  function credit(press: Press, episode: Episode, add: (row: Float32Array) => void): void {
    if (episode.length === 0) return;
    // Of an episode that has just begun the key is about the first step: no earlier one was seen.
    const judged = Math.max(0, press.step - Math.round(c.delay / spec.controlDt));
    const all = new Float32Array(c.window * width);
    for (let age = 0; age < Math.min(c.window, judged + 1); age++) {
      const step = judged - age;
      if (step >= episode.length) continue;
      const row = all.subarray(age * width, (age + 1) * width);
      writeStep(spec, episode, step, row);
      row[d + k] = press.value * c.trace ** age;
      row[d + k + 1] = policy.logProb(row, d, predict(backend, net, row.subarray(0, d), 1), 0);
    }
    add(all);
  }

  // ------------------------------------------------------------------ loss

  /**
   * −mean over windows of Σ credit · w(ρ) − entropy bonus, where w(ρ) is ρ and goes on as its logarithm
   * beyond `maxRatio`: the gradient is that of the trace with ρ truncated there.
   */
  function policyLoss(from: Float32Array, m: number): number {
    let loss = 0;
    const rowCount = m * c.window;
    const observations = new Float32Array(rowCount * d);
    for (let i = 0; i < rowCount; i++)
      observations.set(from.subarray(i * width, i * width + d), i * d);
    addLossGradient(backend, net, observations, rowCount, (means, dMeans) => {
      for (let i = 0; i < rowCount; i++) {
        const credit = from[i * width + d + k]! / m;
        if (credit === 0) continue;
        const then = from[i * width + d + k + 1]!;
        const at = i * width + d;
        const excess = policy.logProb(from, at, means, i * k) - then - logMaxRatio;
        const weight = c.maxRatio * Math.exp(Math.min(0, excess));
        loss -= credit * (weight + c.maxRatio * Math.max(0, excess));
        policy.gradient(-credit * weight, from, at, means, i * k, dMeans);
      }
      return loss;
    });
    return policy.withEntropyBonus(loss, c.entropyWeight);
  }

  // ------------------------------------------------------------------ update

  return {
    ...plainLearner,
    observe: presses.observe,
    feedback: presses.feedback,
    update(): Metrics | undefined {
      if (!presses.ready()) return undefined;
      credited.sample(random, n, rows);
      const lossActor = policyLoss(rows, n);
      policy.descend();
      for (let j = 0; j < k; j++) logStd[j] = Math.max(-3, logStd[j]!); // it must keep trying
      counts.updates++;
      return { 'loss/actor': lossActor, 'data/credited': credited.size };
    },
    start(from) {
      startClipped(from, net, logStd, spec.actionSpace);
      expectPlainObservations(from);
    },
    snapshot: (version) => ({ version, ...policy.snapshot() }),
    ...checkpointOf({
      learner: fixed('coach'),
      random: generator(random),
      ...policy.states,
      credited,
      ...variables(counts),
    }),
    dispose: () => net.dispose(),
    parts: { policy: net, logStd, logStdGradient, policyLoss },
  };
}

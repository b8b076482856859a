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
import type { EnvironmentSpec, EpisodeSource, Feedback, Learner, Metrics } from '../contract.ts';
import { halfRange, scaleActions, toEnvironmentUnits } from '../nn/actions.ts';
import { createAdam, restore, type SavedArrays } from '../nn/adam.ts';
import { censoredLikelihood } from '../nn/censored.ts';
import { descend, predict } from '../nn/fit.ts';
import { createMlp, type Mlp } from '../nn/mlp.ts';
import { checkLearner, loadRandom, saveRandom } from './parts/checkpoint.ts';
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
import { plainLearner } from './parts/plain.ts';
import { createTuples } from './parts/tuples.ts';

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
  const policy = createMlp(
    backend,
    {
      sizes: [d, ...c.hidden, k],
      activation: 'tanh',
      initialiser: { kind: 'orthogonal', gain: Math.SQRT2, outputGain: 0.01 },
    },
    random,
  );
  const logStd = new Float32Array(k).fill(c.initialLogStd);
  const logStdGradient = new Float32Array(k);
  const policyAdam = createAdam(policy.parameters.length, { learningRate: c.learningRate });
  const logStdAdam = createAdam(k, { learningRate: c.learningRate });

  // ------------------------------------------------------------------ data
  const credited = createTuples(c.capacity, c.window * width);
  const rows = new Float32Array(n * c.window * width);
  const likelihood = { logProb: 0, dMean: 0, dLogStd: 0 };
  let updates = 0;

  function logProb(actions: Float32Array, means: Float32Array, at: number, meanAt: number): number {
    let sum = 0;
    for (let j = 0; j < k; j++) {
      censoredLikelihood(actions[at + j]!, means[meanAt + j]!, logStd[j]!, likelihood);
      sum += likelihood.logProb;
    }
    return sum;
  }

  function credit(
    feedback: Extract<Feedback, { kind: 'reward' }>,
    episodes: EpisodeSource,
  ): boolean {
    if (credited.has(feedback.id)) return true; // a retry
    const episode = episodes.get(feedback.episodeId);
    if (!episode || episode.length === 0) return false;
    // Of an episode that has just begun the key is about the first step: no earlier one was seen.
    const judged = Math.max(0, feedback.step - Math.round(c.delay / spec.controlDt));
    const all = new Float32Array(c.window * width);
    for (let age = 0; age < Math.min(c.window, judged + 1); age++) {
      const step = judged - age;
      if (step >= episode.length) continue;
      const row = all.subarray(age * width, (age + 1) * width);
      const action = row.subarray(d, d + k);
      row.set(episode.observations.subarray(step * d, (step + 1) * d));
      scaleActions(spec.actionSpace, episode.actions.subarray(step * k, (step + 1) * k), 1, action);
      row[d + k] = feedback.value * c.trace ** age;
      row[d + k + 1] = logProb(row, predict(backend, policy, row.subarray(0, d), 1), d, 0);
    }
    credited.add(feedback.id, all);
    return true;
  }

  // ------------------------------------------------------------------ loss

  /**
   * −mean over windows of Σ credit · w(ρ) − entropy bonus, where w(ρ) is ρ and goes on as its logarithm
   * beyond `maxRatio`: the gradient is that of the trace with ρ truncated there.
   */
  function policyLoss(from: Float32Array, m: number): number {
    let loss = 0;
    backend.tf.tidy(() => {
      const rowCount = m * c.window;
      const observations = new Float32Array(rowCount * d);
      for (let i = 0; i < rowCount; i++)
        observations.set(from.subarray(i * width, i * width + d), i * d);
      const pass = policy.forward(backend.upload(observations, [1, rowCount, d]), rowCount);
      const dMeans = new Float32Array(rowCount * k);
      for (let i = 0; i < rowCount; i++) {
        const credit = from[i * width + d + k]! / m;
        if (credit === 0) continue;
        const then = from[i * width + d + k + 1]!;
        const excess = logProb(from, pass.output, i * width + d, i * k) - then - logMaxRatio;
        const weight = c.maxRatio * Math.exp(Math.min(0, excess));
        loss -= credit * (weight + c.maxRatio * Math.max(0, excess));
        for (let j = 0; j < k; j++) {
          const a = from[i * width + d + j]!;
          censoredLikelihood(a, pass.output[i * k + j]!, logStd[j]!, likelihood);
          dMeans[i * k + j] = -credit * weight * likelihood.dMean;
          logStdGradient[j]! -= credit * weight * likelihood.dLogStd;
        }
      }
      policy.backward(pass, dMeans);
    });
    for (let j = 0; j < k; j++) {
      loss -= c.entropyWeight * logStd[j]!;
      logStdGradient[j]! -= c.entropyWeight;
    }
    return loss;
  }

  // ------------------------------------------------------------------ update

  return {
    ...plainLearner,
    observe() {
      // Steps nobody judged say nothing here.
    },
    feedback(feedback, episodes) {
      if (feedback.kind === 'reward') return credit(feedback, episodes);
      return feedback.kind === 'retraction' && credited.remove(feedback.feedbackId);
    },
    update(): Metrics | undefined {
      if (credited.size < Math.max(1, c.learningStarts)) return undefined;
      credited.sample(random, n, rows);
      const lossActor = policyLoss(rows, n);
      descend(policy, policyAdam);
      logStdAdam.step(logStd, logStdGradient);
      logStdGradient.fill(0);
      for (let j = 0; j < k; j++) logStd[j] = Math.max(-3, logStd[j]!); // it must keep trying
      updates++;
      return { 'loss/actor': lossActor, 'data/credited': credited.size };
    },
    snapshot: (version) => ({
      version,
      layers: toEnvironmentUnits(policy.layers(), spec.actionSpace),
      logStd: logStd.map((s, j) => s + Math.log(halfRange(spec.actionSpace, j))),
      squash: 'none',
      actionSpace: spec.actionSpace,
    }),
    save() {
      const saved = credited.save();
      const arrays: SavedArrays = {
        policy: policy.parameters.slice(),
        logStd: logStd.slice(),
        credited: saved.rows,
      };
      policyAdam.save(arrays, 'policy/adam');
      logStdAdam.save(arrays, 'logStd/adam');
      const meta = { learner: 'coach', updates, random: saveRandom(random), credited: saved.ids };
      return { meta, arrays };
    },
    load(checkpoint) {
      checkLearner(checkpoint, 'coach');
      const { meta, arrays } = checkpoint;
      restore(arrays, 'policy', policy.parameters);
      restore(arrays, 'logStd', logStd);
      policy.changed();
      policyAdam.load(arrays, 'policy/adam');
      logStdAdam.load(arrays, 'logStd/adam');
      credited.load(meta.credited as string[], arrays.credited!);
      updates = meta.updates as number;
      loadRandom(random, meta.random);
    },
    dispose: () => policy.dispose(),
    parts: { policy, logStd, logStdGradient, policyLoss },
  };
}

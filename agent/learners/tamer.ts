/**
 * TAMER (Knox & Stone 2009) and Deep TAMER (Warnell et al. 2018) for continuous actions: a network
 * H(s, a) predicts the person's live reward, and the policy does what H likes best, without looking
 * ahead. Every key press is credited to the steps shown `minDelay` to `maxDelay` before it.
 *
 * Deep TAMER learns from a replay of all presses (`replay` true), TAMER from the latest alone. The
 * original picks argmax over few discrete actions; here a deterministic actor climbs H's gradient.
 */
import type { Random } from '../../sim/random.ts';
import type { Backend } from '../backend/backend.ts';
import type { EnvironmentSpec, EpisodeSource, Feedback, Learner, Metrics } from '../contract.ts';
import { scaleActions } from '../nn/actions.ts';
import { createAdam, restore, type SavedArrays } from '../nn/adam.ts';
import { type Critics, createCritics } from '../nn/critics.ts';
import { descend } from '../nn/fit.ts';
import { createMlp, type Mlp } from '../nn/mlp.ts';
import { checkLearner, loadRandom, saveRandom } from './parts/checkpoint.ts';
import { creditedSteps } from './parts/credit.ts';
import { plainLearner } from './parts/plain.ts';
import { createTuples } from './parts/tuples.ts';

export interface TamerConfig {
  /** Hidden units per layer, H and actor alike. */
  readonly hidden: readonly number[];
  /** Credited steps per gradient step. */
  readonly batchSize: number;
  /** Credited steps kept. */
  readonly capacity: number;
  /** Credited steps needed before the first update. */
  readonly learningStarts: number;
  readonly learningRate: number;
  /** Learn from all credited steps (Deep TAMER), not from the latest batch alone. */
  readonly replay: boolean;
  /** Seconds between a step on screen and the key about it: uniform in between. */
  readonly minDelay: number;
  readonly maxDelay: number;
  /** Standard deviation of the acting policy's noise before the tanh; 0: none. */
  readonly explorationNoise: number;
}

export const tamerDefaults: TamerConfig = {
  hidden: [64, 64],
  batchSize: 64,
  capacity: 15_000,
  learningStarts: 16,
  learningRate: 1e-3,
  replay: true,
  minDelay: 0.2,
  maxDelay: 1,
  explorationNoise: 0.2,
};

export interface TamerLearner extends Learner {
  /** For tests. Rows: observation (d), action (k) in [−1, 1], value, weight. */
  readonly parts: {
    readonly actor: Mlp;
    readonly critics: Critics;
    rewardLoss(rows: Float32Array, m: number): number;
    actorLoss(rows: Float32Array, m: number): number;
  };
}

export function createTamer(
  spec: EnvironmentSpec,
  config: Partial<TamerConfig>,
  backend: Backend,
  random: Random,
): TamerLearner {
  const c: TamerConfig = { ...tamerDefaults, ...config };
  if (!(c.maxDelay >= c.minDelay && c.minDelay >= 0)) {
    throw new RangeError(
      `tamer.maxDelay: is ${c.maxDelay}, must be at least minDelay ${c.minDelay}`,
    );
  }
  const d = spec.observationSpace.size;
  const k = spec.actionSpace.size;
  const n = c.batchSize;
  const width = d + k + 2;
  const adamConfig = { learningRate: c.learningRate };

  // ------------------------------------------------------------------ model
  const actor = createMlp(
    backend,
    { sizes: [d, ...c.hidden, k], activation: 'relu', outputActivation: 'tanh' },
    random,
  );
  const actorAdam = createAdam(actor.parameters.length, adamConfig);
  const critics = createCritics(
    backend,
    {
      observationSize: d,
      actionSize: k,
      hidden: c.hidden,
      count: 1,
      layerNorm: false,
      adam: adamConfig,
    },
    random,
  );

  // ------------------------------------------------------------------ data
  const credited = createTuples(c.capacity, width);
  const rows = new Float32Array(n * width);
  let updates = 0;

  function credit(
    feedback: Extract<Feedback, { kind: 'reward' }>,
    episodes: EpisodeSource,
  ): boolean {
    if (credited.has(feedback.id)) return true; // a retry
    const episode = episodes.get(feedback.episodeId);
    if (!episode) return false;
    const row = new Float32Array(width);
    const action = row.subarray(d, d + k);
    creditedSteps(episode, feedback.step, spec.controlDt, c, (step, weight) => {
      row.set(episode.observations.subarray(step * d, (step + 1) * d));
      scaleActions(spec.actionSpace, episode.actions.subarray(step * k, (step + 1) * k), 1, action);
      row[d + k] = feedback.value;
      row[d + k + 1] = weight;
      credited.add(feedback.id, row);
    });
    return credited.has(feedback.id);
  }

  // ------------------------------------------------------------------ losses

  /** mean w (H(s, a) − h)² */
  function rewardLoss(from: Float32Array, m: number): number {
    let loss = 0;
    backend.tf.tidy(() => {
      const observations = columns(from, m, width, 0, d);
      const actions = columns(from, m, width, d, k);
      const [pass] = critics.forward(critics.input(observations, actions, m), m);
      const dH = new Float32Array(m);
      for (let i = 0; i < m; i++) {
        const error = pass!.output[i]! - from[i * width + d + k]!;
        const weight = from[i * width + d + k + 1]!;
        loss += (weight * error * error) / m;
        dH[i] = (2 * weight * error) / m;
      }
      critics.nets[0]!.backward(pass!, dH);
    });
    return loss;
  }

  /** −mean H(s, π(s)) */
  function actorLoss(from: Float32Array, m: number): number {
    let loss = 0;
    backend.tf.tidy(() => {
      const observations = columns(from, m, width, 0, d);
      const pass = actor.forward(backend.upload(observations, [1, m, d]), m);
      const values = new Float32Array(m);
      const dActions = new Float32Array(m * k);
      const input = critics.input(observations, pass.output, m);
      critics.actionGradient('first', input, m, values, dActions);
      for (let i = 0; i < m; i++) loss -= values[i]! / m;
      for (let i = 0; i < m * k; i++) dActions[i]! /= -m;
      actor.backward(pass, dActions);
    });
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
      const m = c.replay ? n : Math.min(n, credited.size);
      if (c.replay) credited.sample(random, m, rows);
      else credited.latest(m, rows);
      const lossReward = rewardLoss(rows, m);
      critics.descend();
      const lossActor = actorLoss(rows, m);
      descend(actor, actorAdam);
      updates++;
      return { 'loss/reward': lossReward, 'loss/actor': lossActor, 'data/credited': credited.size };
    },
    snapshot(version) {
      const layers = actor.layers();
      const output = layers.pop()!;
      return {
        version,
        layers: [...layers, { ...output, activation: 'linear' }],
        logStd:
          c.explorationNoise > 0
            ? new Float32Array(k).fill(Math.log(c.explorationNoise))
            : 'deterministic',
        squash: 'tanh',
        actionSpace: spec.actionSpace,
      };
    },
    save() {
      const saved = credited.save();
      const arrays: SavedArrays = { actor: actor.parameters.slice(), credited: saved.rows };
      actorAdam.save(arrays, 'actor/adam');
      critics.save(arrays, 'reward');
      const meta = { learner: 'tamer', updates, random: saveRandom(random), credited: saved.ids };
      return { meta, arrays };
    },
    load(checkpoint) {
      checkLearner(checkpoint, 'tamer');
      const { meta, arrays } = checkpoint;
      restore(arrays, 'actor', actor.parameters);
      actor.changed();
      actorAdam.load(arrays, 'actor/adam');
      critics.load(arrays, 'reward');
      credited.load(meta.credited as string[], arrays.credited!);
      updates = meta.updates as number;
      loadRandom(random, meta.random);
    },
    dispose() {
      actor.dispose();
      critics.dispose();
    },
    parts: { actor, critics, rewardLoss, actorLoss },
  };
}

/** Columns [from, from + count) of rows (m, width), packed. */
function columns(
  rows: Float32Array,
  m: number,
  width: number,
  from: number,
  count: number,
): Float32Array {
  const out = new Float32Array(m * count);
  for (let i = 0; i < m; i++)
    out.set(rows.subarray(i * width + from, i * width + from + count), i * count);
  return out;
}

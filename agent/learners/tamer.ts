/**
 * TAMER (Knox & Stone 2009) and Deep TAMER (Warnell et al. 2018) for continuous actions: a network
 * H(s, a) predicts the person's live reward, and the policy does what H likes best, without looking
 * ahead. Every key press is credited to the steps shown `minDelay` to `maxDelay` before it.
 *
 * Deep TAMER learns from a replay of all presses (`replay` true), TAMER from the latest alone. The
 * original picks argmax over few discrete actions; here a deterministic actor climbs H's gradient.
 */
import { type Config, config, field, flag, parseConfig } from '../../sim/config.ts';
import type { Random } from '../../sim/random.ts';
import type { Backend } from '../backend/backend.ts';
import type { EnvironmentSpec, Episode, Learner, Metrics } from '../contract.ts';
import { createAdam } from '../nn/adam.ts';
import { type Critics, createCritics } from '../nn/critics.ts';
import { descend } from '../nn/fit.ts';
import type { Mlp } from '../nn/mlp.ts';
import { checkpointOf, fixed, generator, network, variables } from './parts/checkpoint.ts';
import { creditedSteps } from './parts/credit.ts';
import { deviation, kept, needed, rows, seconds, stepSize, units } from './parts/fields.ts';
import { plainLearner } from './parts/plain.ts';
import { createPresses, type Press, writeStep } from './parts/presses.ts';
import { expectPlainObservations, startSquashed } from './parts/start.ts';
import { createTanhActor, tanhSnapshot } from './parts/tanh-actor.ts';

const shape = config({
  hidden: field(units, [64, 64], 'Hidden units per layer, H and actor alike.'),
  batchSize: field(rows, 64, 'Credited steps per gradient step.'),
  capacity: field(kept, 15_000, 'Credited steps kept.'),
  learningStarts: field(needed, 16, 'Credited steps needed before the first update.'),
  learningRate: field(stepSize, 1e-3, 'Step size of Adam.'),
  replay: field(
    flag,
    true,
    'Learn from all credited steps (Deep TAMER), not from the latest batch alone.',
  ),
  minDelay: field(seconds, 0.2, 'A key is about what was on screen this long before it, s, …'),
  maxDelay: field(seconds, 1, '… back to this long before it, s; uniform in between.'),
  explorationNoise: field(
    deviation,
    0.2,
    'Standard deviation of the acting policy’s noise before the tanh; 0: none.',
  ),
});

export const tamerSchema = shape.superRefine(({ minDelay, maxDelay }, context) => {
  if (maxDelay >= minDelay) return;
  const message = `is ${maxDelay}, allowed ${minDelay} (minDelay) to 60`;
  context.addIssue({ code: 'custom', path: ['maxDelay'], message });
});
export type TamerConfig = Config<typeof tamerSchema>;

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
  const c = parseConfig('tamer', tamerSchema, config);
  const d = spec.observationSpace.size;
  const k = spec.actionSpace.size;
  const n = c.batchSize;
  const width = d + k + 2;
  const adamConfig = { learningRate: c.learningRate };

  // ------------------------------------------------------------------ model
  const actor = createTanhActor(backend, [d, ...c.hidden, k], random);
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
  const rows = new Float32Array(n * width);
  const counts = { updates: 0 };

  const presses = createPresses(c, width, credit);
  const credited = presses.rows;

  function credit(press: Press, episode: Episode, add: (row: Float32Array) => void): void {
    const row = new Float32Array(width);
    creditedSteps(episode, press.step, spec.controlDt, c, (step, weight) => {
      writeStep(spec, episode, step, row);
      row[d + k] = press.value;
      row[d + k + 1] = weight;
      add(row);
    });
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
    observe: presses.observe,
    feedback: presses.feedback,
    update(): Metrics | undefined {
      if (!presses.ready()) return undefined;
      const m = c.replay ? n : Math.min(n, credited.size);
      if (c.replay) credited.sample(random, m, rows);
      else credited.latest(m, rows);
      const lossReward = rewardLoss(rows, m);
      critics.descend();
      const lossActor = actorLoss(rows, m);
      descend(actor, actorAdam);
      counts.updates++;
      return { 'loss/reward': lossReward, 'loss/actor': lossActor, 'data/credited': credited.size };
    },
    start(policy) {
      startSquashed(policy, [actor]);
      expectPlainObservations(policy);
    },
    snapshot: (version) => ({
      version,
      ...tanhSnapshot(actor, spec.actionSpace, c.explorationNoise),
    }),
    ...checkpointOf({
      learner: fixed('tamer'),
      random: generator(random),
      actor: network(actor, actorAdam),
      reward: critics,
      credited,
      ...variables(counts),
    }),
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

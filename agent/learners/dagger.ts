/**
 * The DAgger family for human-gated interventions. One ensemble of imitating policies; what differs
 * is which steps count and who asks:
 * - HG-DAgger (Kelly et al. 2019): people's steps only (`robotShare` 0);
 * - IWR (Mandlekar et al. 2020): every batch is half people's, half the robot's own undisturbed
 *   steps (`robotShare` 0.5), which keeps what it already does well;
 * - Ensemble/ThriftyDAgger (Menda et al. 2019, Hoque et al. 2021): `members` 5, and a gate that asks
 *   where members disagree more than on all but `targetRate` of recent undisturbed steps, or
 *   (`reach`) where the goal is less likely reached than there, and hands back where the person's
 *   action is the agent's and the goal is likelier than usual.
 *
 * Deviations: trained on as data comes, not from scratch per iteration; thresholds come from
 * replayed steps, not the latest; the risk critic's output is linear. The acting policy is the ensemble's mean, as one
 * block-diagonal network.
 */
import { type Config, config, field, flag, parseConfig, whole } from '../../sim/config.ts';
import type { Random } from '../../sim/random.ts';
import { quantile } from '../acting/gate.ts';
import type { Backend } from '../backend/backend.ts';
import type { EnvironmentSpec, Learner, Metrics } from '../contract.ts';
import { toEnvironmentUnits } from '../nn/actions.ts';
import { addLossGradient, descend, predict } from '../nn/fit.ts';
import { createLearningMlp } from '../nn/memory.ts';
import type { Mlp } from '../nn/mlp.ts';
import type { ReplayBatch } from '../replay/replay.ts';
import { checkpointOf, fixed, generator, network, variables } from './parts/checkpoint.ts';
import { averageLayers } from './parts/ensemble-layers.ts';
import { createExperience } from './parts/experience.ts';
import { imitationFields, share } from './parts/fields.ts';
import { countHuman, isOwn } from './parts/human-terms.ts';
import { plainLearner } from './parts/plain.ts';
import { createReach, type Reach, SOLVED_SHARE } from './parts/reach.ts';
import { createRing } from './parts/ring.ts';
import { startSquashed } from './parts/start.ts';
import { tanhLayers } from './parts/tanh-actor.ts';

export const daggerSchema = config({
  ...imitationFields,
  members: field(whole(1, 64), 1, 'Policies in the ensemble.'),
  bootstrap: field(
    share,
    0.8,
    'Share of the steps that each member trains on, drawn once per step.',
  ),
  robotShare: field(share, 0, 'Share of every batch from the robot’s own undisturbed steps.'),
  targetRate: field(share, 0.01, 'Share of undisturbed steps at which the gate may ask.'),
  gateSteps: field(whole(1, 1e6), 1000, 'Steps the gate’s thresholds are estimated from.'),
  reach: field(
    flag,
    false,
    'Learn the probability of reaching the goal, and let the gate use it (ThriftyDAgger).',
  ),
});
export type DaggerConfig = Config<typeof daggerSchema>;

export interface DaggerLearner extends Learner {
  /** For tests: adds the gradient of one member and returns its loss. */
  readonly parts: {
    readonly members: readonly Mlp[];
    readonly reach: Reach | undefined;
    loss(batch: ReplayBatch, m: number): number;
  };
}

export function createDagger(
  spec: EnvironmentSpec,
  config: Partial<DaggerConfig>,
  backend: Backend,
  random: Random,
): DaggerLearner {
  const c = parseConfig('dagger', daggerSchema, config);
  const d = spec.observationSpace.size;
  const k = spec.actionSpace.size;
  const n = c.batchSize;

  // ------------------------------------------------------------------ model
  const layers = tanhLayers([d, ...c.hidden, k]);
  const { learningRate } = c;
  const learning = Array.from({ length: c.members }, () =>
    createLearningMlp(backend, layers, { learningRate }, random),
  );
  const members = learning.map(({ net }) => net);

  const reach = c.reach
    ? createReach(
        backend,
        { observationSize: d, actionSize: k, hidden: c.hidden },
        c.learningRate,
        random,
      )
    : undefined;

  // ------------------------------------------------------------------ data
  const humanShare = 1 - c.robotShare;
  const experience = createExperience(
    spec,
    { ...c, humanShare, restFrom: 'undisturbed', rewardSource: 'none' },
    random,
  );
  const { batch, replay } = experience;
  /** Latest undisturbed steps' disagreement and people's steps' discrepancy. */
  const calm = createRing(c.gateSteps);
  const corrected = createRing(c.gateSteps);
  /** Reach at undisturbed steps. */
  const reaches = createRing(c.gateSteps);
  const reachTargets = new Float32Array(n);
  const counts = { updates: 0 };

  /** With an ensemble every member sees its own fixed part of the steps. */
  function sees(slot: number, m: number): boolean {
    if (c.members === 1) return true;
    let hash = Math.imul(slot + 1, 0x9e3779b1) ^ Math.imul(m + 1, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return ((hash ^ (hash >>> 13)) >>> 0) / 4294967296 < c.bootstrap;
  }

  // ------------------------------------------------------------------ loss

  /** Mean of ‖π_m(s) − a‖² over the rows this member sees; a is what was executed. */
  function loss(b: ReplayBatch, m: number): number {
    return addLossGradient(backend, members[m]!, b.observations, n, (actions, dActions) => {
      let value = 0;
      for (let i = 0; i < n; i++) {
        const counts = b.human[i] === 1 || (c.robotShare > 0 && isOwn(b, i));
        if (!counts || !sees(b.slots[i]!, m)) continue;
        for (let at = i * k; at < (i + 1) * k; at++) {
          const error = actions[at]! - b.actions[at]!;
          value += (error * error) / n;
          dActions[at] = (2 * error) / n;
        }
      }
      return value;
    });
  }

  /** One step of the risk critic under the members' mean policy; returns its loss. */
  function updateReach(): number {
    if (!reach) return 0;
    replay.sample(batch, random, 0, SOLVED_SHARE);
    experience.prepare();
    reach.targets(batch, meanActions(batch.nextObservations), reachTargets);
    const value = reach.loss(batch, reachTargets);
    reach.descend();
    return value;
  }

  /** The ensemble's mean actions (n, k) in [−1, 1]. */
  function meanActions(observations: Float32Array): Float32Array {
    const out = new Float32Array(n * k);
    for (const net of members) {
      const output = predict(backend, net, observations, n);
      for (let i = 0; i < out.length; i++) out[i]! += output[i]! / members.length;
    }
    return out;
  }

  /** Reach of the batch's undisturbed rows, smallest of the twins. */
  function measureReach(b: ReplayBatch): void {
    if (!reach) return;
    const actions = meanActions(b.observations);
    backend.tf.tidy(() => {
      const [q1, q2] = reach.critics.forward(reach.critics.input(b.observations, actions, n), n);
      for (let i = 0; i < n; i++)
        if (isOwn(b, i)) reaches.push(Math.min(q1!.output[i]!, q2!.output[i]!));
    });
  }

  /** Disagreement and discrepancy of the batch's rows, for the gate's thresholds. */
  function measure(b: ReplayBatch): void {
    const outputs = members.map((net) => predict(backend, net, b.observations, n));
    for (let i = 0; i < n; i++) {
      let variance = 0;
      let discrepancy = 0;
      for (let at = i * k; at < (i + 1) * k; at++) {
        let sum = 0;
        let squares = 0;
        for (const output of outputs) {
          sum += output[at]!;
          squares += output[at]! ** 2;
        }
        const mean = sum / outputs.length;
        variance += Math.max(0, squares / outputs.length - mean * mean) / k;
        discrepancy += (mean - b.actions[at]!) ** 2 / k;
      }
      if (b.human[i] === 1) corrected.push(discrepancy);
      else if (isOwn(b, i)) calm.push(variance);
    }
  }

  // ------------------------------------------------------------------ update

  return {
    ...plainLearner,
    bytes: experience.bytes,
    observe: experience.observe,
    feedback: experience.feedback,
    update(): Metrics | undefined {
      if (replay.humanSize < Math.max(1, c.learningStarts)) return undefined;
      let total = 0;
      for (let m = 0; m < members.length; m++) {
        experience.draw();
        total += loss(batch, m);
        descend(members[m]!, learning[m]!.adam);
      }
      const lossReach = updateReach();
      counts.updates++;
      if (members.length > 1 && counts.updates % 10 === 0) {
        replay.sample(batch, random, 0.5);
        experience.prepare();
        measure(batch);
        measureReach(batch);
      }
      return {
        'loss/imitation': total / members.length,
        ...(reach ? { 'loss/reach': lossReach } : {}),
        'batch/human': countHuman(batch) / n,
      };
    },
    start(policy) {
      startSquashed(policy, members, 'after');
      experience.start(policy);
    },
    snapshot: (version) => ({
      version,
      layers: toEnvironmentUnits(
        averageLayers(members.map((net) => net.layers())),
        spec.actionSpace,
      ),
      logStd: 'deterministic',
      squash: 'none',
      actionSpace: spec.actionSpace,
      ...experience.normaliser(),
    }),
    gate() {
      if (members.length < 2 || calm.size < 25 || corrected.size < 25) return undefined;
      let sum = 0;
      for (let i = 0; i < corrected.size; i++) sum += corrected.values[i]!;
      return {
        kind: 'disagreement',
        members: members.map((net) => net.layers()),
        ...experience.normaliser(),
        actionSpace: spec.actionSpace,
        askAbove: quantile(calm.values, calm.size, 1 - c.targetRate),
        handBackBelow: sum / corrected.size,
        ...(reach && reaches.size >= 25
          ? {
              reach: {
                members: reach.critics.nets.map((net) => net.layers()),
                askBelow: quantile(reaches.values, reaches.size, c.targetRate),
                handBackAbove: quantile(reaches.values, reaches.size, 0.5),
              },
            }
          : {}),
      };
    },
    ...checkpointOf({
      learner: fixed('dagger'),
      random: generator(random),
      ...Object.fromEntries(
        members.map((net, m) => [`member${m}`, network(net, learning[m]!.adam)]),
      ),
      calm,
      corrected,
      reaches,
      reach: reach?.critics,
      ...variables(counts),
      ...experience.states,
    }),
    dispose() {
      for (const net of members) net.dispose();
      reach?.critics.dispose();
    },
    parts: { members, reach, loss },
  };
}

/** What every off-policy learner keeps: replay buffer, people's steps, observation statistics. */
import type { Random } from '../../../sim/random.ts';
import type { EnvironmentSpec, Learner, PolicySnapshot } from '../../contract.ts';
import { scaleActions } from '../../nn/actions.ts';
import { createNormaliser } from '../../nn/normaliser.ts';
import { createBatch, createReplay, type Replay, type ReplayBatch } from '../../replay/replay.ts';
import { ifSaved, json, type States } from './checkpoint.ts';
import type { OffPolicyConfig } from './fields.ts';
import { createHumanSteps } from './human-steps.ts';
import { mirrorHalf } from './mirror.ts';
import { notNormalised } from './start.ts';

export interface ExperienceConfig
  extends Pick<
    OffPolicyConfig,
    | 'batchSize'
    | 'capacity'
    | 'learningStarts'
    | 'humanShare'
    | 'normaliseObservations'
    | 'rewardSource'
    | 'saveReplay'
  > {
  /** Default: all. */
  readonly restFrom?: OffPolicyConfig['restFrom'];
  /** Show the learner half of all steps in the mirror, where the task has one. */
  readonly mirror?: boolean;
  /** Hide observations that repeat the last action (only with `normaliseObservations`). */
  readonly ignoreEchoes?: boolean;
  /** Seconds before a takeover that imitate its first action, [0, 10]; default 0. */
  readonly reactionSeconds?: number;
}

export interface Experience extends Pick<Learner, 'observe' | 'feedback'> {
  readonly replay: Replay;
  readonly batch: ReplayBatch;
  /** There are enough steps to learn from. */
  ready(): boolean;
  relabel: NonNullable<Learner['relabel']>;
  /** Fill `batch`: labelled, normalised, actions in [−1, 1]. */
  /** Of the replay buffer. */
  bytes: Learner['bytes'];
  draw(): void;
  /** Normalise and scale what `replay.sample` put into a batch, by default `batch`. */
  prepare(of?: ReplayBatch, draws?: Random): void;
  /** Observations (n, d) as the policy sees them, in place. */
  normaliseRows(rows: Float32Array, n: number): void;
  /** The part of a snapshot that goes with the statistics. */
  normaliser(): Pick<PolicySnapshot, 'normaliser'>;
  /** Observations are scaled as the policy does from now on. @throws RangeError where they are not scaled */
  start(policy: PolicySnapshot): void;
  readonly states: States;
}

export function createExperience(
  spec: EnvironmentSpec,
  c: ExperienceConfig,
  random: Random,
): Experience {
  const { reactionSeconds = 0, restFrom = 'all' } = c;
  const d = spec.observationSpace.size;
  const k = spec.actionSpace.size;
  const n = c.batchSize;
  const replay = createReplay({
    capacity: c.capacity,
    observationHigh: Float32Array.from(spec.observationSpace.high),
    actionSize: k,
    rewardSource: c.rewardSource,
    reactionSteps: Math.round(reactionSeconds / spec.controlDt),
    restFrom,
  });
  const humanSteps = createHumanSteps(replay);
  const { observationSpace, actionSpace } = spec;
  const normaliser = c.normaliseObservations
    ? createNormaliser(
        observationSpace,
        c.ignoreEchoes ? observationSpace.previousActionInputs : [],
      )
    : undefined;
  const mirrored = c.mirror === true && observationSpace.mirror && actionSpace.mirror;
  const batch = createBatch(n, d, k);

  function prepare(of = batch, draws = random): void {
    const { size } = of;
    if (mirrored) mirrorHalf(of, size, spec, draws);
    scaleActions(spec.actionSpace, of.actions, size, of.actions);
    scaleActions(spec.actionSpace, of.policyActions, size, of.policyActions);
    scaleActions(spec.actionSpace, of.imitationTargets, size, of.imitationTargets);
    normaliser?.apply(of.observations, size);
    normaliser?.apply(of.nextObservations, size);
  }

  return {
    replay,
    batch,
    prepare,
    ready: () => replay.size >= Math.max(1, c.learningStarts),
    observe(episode, from, to) {
      replay.add(episode, from, to);
      normaliser?.add(episode.observations.subarray(from * d, to * d), to - from);
    },
    feedback: (feedback, episodes) => humanSteps.apply(feedback, episodes),
    relabel: (model, budget) => replay.relabel(model, budget),
    bytes: () => ({ used: replay.bytes, spare: replay.spareBytes }),
    draw() {
      replay.labelNew();
      replay.sample(batch, random, c.humanShare);
      prepare();
    },
    normaliseRows: (rows, rowCount) => normaliser?.apply(rows, rowCount),
    normaliser: () => normaliser?.snapshot() ?? {},
    start(policy) {
      if (policy.normaliser && !normaliser) throw notNormalised();
      normaliser?.fix(policy.normaliser);
    },
    states: {
      normaliser,
      replay: ifSaved({
        save: (into, _name, options) =>
          c.saveReplay ? replay.save(into, options?.inPlace) : undefined,
        load: (from, _name, meta) => replay.load(from, meta as Record<string, unknown>),
      }),
      humanSteps: ifSaved(
        json(() => (c.saveReplay ? humanSteps.save() : undefined), humanSteps.load),
      ),
    },
  };
}

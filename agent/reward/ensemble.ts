/**
 * One reward model from all feedback (design §6): an ensemble on concat(observation, action) with
 * LeakyReLU and tanh output. Members keep learning; `predict` uses copies that are frozen per
 * version, each normalised with statistics of that version before the average is taken (which B-Pref
 * does not do). Each member never trains on one fold of the labels and is judged on it, as Christiano et
 * al. (2017) hold out 1/e per member: every label is held out from exactly one.
 */
import type { Random } from '../../sim/random.ts';
import type { RewardSnapshot } from '../activation/contract.ts';
import type { Backend } from '../backend/backend.ts';
import type {
  EnvironmentSpec,
  Episode,
  EpisodeSource,
  Feedback,
  Metrics,
  Query,
  RewardModel,
} from '../contract.ts';
import type { Graph } from '../graphs/graph.ts';
import {
  checkpointOf,
  generator,
  ifSaved,
  json,
  network,
  numbers,
  type States,
  variables,
} from '../learners/parts/checkpoint.ts';
import { descend } from '../nn/fit.ts';
import { groupScale } from '../nn/group-scale.ts';
import { type BatchScratch, type BatchSource, drawBatch } from './batch.ts';
import {
  measures,
  normalisationOf,
  restoreData,
  type SavedDatum,
  saveData,
  scaleState,
} from './checkpoint.ts';
import { completeRewardConfig, type RewardConfig } from './config.ts';
import { createDataMaker, hasUnequalParts, joined } from './dataset.ts';
import { createDistrustOf } from './distrust.ts';
import { createDynamics } from './dynamics.ts';
import { createMemberFit } from './fit.ts';
import { rewardGraph } from './graph.ts';
import { createLabelSet, heldOutOf } from './label-set.ts';
import { addToAverage, createMembers, isFlat } from './members.ts';
import { rowMirror } from './mirror.ts';
import { createNoise } from './noise.ts';
import { type LearnedPerson, learnedPeople } from './people.ts';
import { createPredictor } from './predictor.ts';
import type { HeldOutComparison, PublishedReward } from './published.ts';
import {
  createReference,
  type InputScale,
  inputScale,
  noScale,
  type SavedReference,
} from './reference.ts';
import { createRepeats, heldOutReport, type ReportSource } from './report.ts';
import type { ReliabilityBin } from './statistics.ts';

export interface RewardEnsemble extends RewardModel {
  /** New steps [from, to) of behaviour: references, opponents and distances. */
  observe(episode: Episode, from: number, to: number): void;
  /** `query` is needed for approvals. @returns whether it says something, or takes back what did */
  feedback(feedback: Feedback, episodes: EpisodeSource, query?: Query): boolean;
  /** Whether this piece of feedback is being fitted. */
  fits(feedbackId: string): boolean;
  /** What these teachers say and said, and these pieces of feedback, are left out from now on; the others are fitted again. */
  exclude(teacherIds: readonly string[], feedbackIds?: readonly string[]): void;
  /** Whether there is feedback that no published version contains. */
  readonly pending: boolean;
  /** Pieces of feedback that are being fitted. */
  readonly labels: number;
  /** Published tanh outputs per member for n rows, (members, n): for query selection. */
  memberOutputs(observations: Float32Array, actions: Float32Array, n: number): Float32Array[];
  /** What is published, as a graph for a file. */
  graph(): Graph;
  /** What is published, as plain numbers that stay as they are. */
  published(): PublishedReward;
  /** The same with what normalises its members, to predict beside the policy. */
  snapshot(): RewardSnapshot;
  /** The comparisons that people decided, newest last; none where there is one member, which has seen them all. */
  heldOut(): HeldOutComparison[];
  /** How each person who compared clips answers, as it is learned now. */
  people(): LearnedPerson[];
  /** Held-out confidence against accuracy, as of the last version. */
  reliability(): ReliabilityBin[];
}

/** Adapted weight decay stays within this factor of the first. */
const ADAPTED = 100;

/** The result of one gradient step of all members. */
interface Fitted {
  readonly loss: number;
  /** Of the decisive comparisons in the batches. */
  readonly right: number;
  readonly decisive: number;
  /** Mean loss of REED's prediction. */
  readonly dynamics: number;
}

/** @throws RangeError naming field, value and allowed range. */
export function createRewardEnsemble(
  spec: EnvironmentSpec,
  options: Partial<RewardConfig>,
  backend: Backend,
  random: Random,
): RewardEnsemble {
  const config: RewardConfig = completeRewardConfig(options);
  const [d, k] = [spec.observationSpace.size, spec.actionSpace.size];
  const maker = createDataMaker(spec, config);
  const width = maker.width;
  const groups = groupScale(spec.observationSpace);
  const mirror = config.mirror ? rowMirror(spec) : undefined;
  const noise = createNoise();
  const reference = createReference(config.referenceRows, width);
  const repeats = createRepeats();
  const squared = { none: 0, actions: k, all: width }[config.squares];
  const members = createMembers(backend, config, width + squared, d, random);
  const fits = members.map(({ live }) => createMemberFit(backend, live, width, squared));
  const predictor = createPredictor(spec, config, backend, members, squared);
  const dynamics = config.reed && createDynamics(config.reed, backend, reference, width, d, random);
  const scratch: BatchScratch = { inputs: new Float32Array(0) };

  const labels = createLabelSet(config.members, noise);
  const distrust = config.rime && createDistrustOf(config.rime, backend, noise);

  let scale: InputScale = noScale(width, squared);
  const state = {
    version: 0,
    weightDecay: config.weightDecay,
    gradientSteps: 0,
    /** Feedback since the session began, and the session's gradient steps (-1: none is open). */
    fresh: 0,
    sessionSteps: -1,
    /** Rows of behaviour that the input statistics were made of. */
    scaledAt: 0,
    lastReport: {} as Metrics,
    lastBins: [] as ReliabilityBin[],
  };
  const fit = { trainLoss: Number.NaN, trainAccuracy: Number.NaN };

  /** Computes new input statistics once the behaviour seen has doubled; at first from the labels alone if need be. */
  function rescale(): void {
    if (
      reference.seen < 2 * state.scaledAt ||
      (state.scaledAt > 0 && reference.seen === state.scaledAt)
    )
      return;
    if (reference.size >= 64) {
      scale = inputScale(reference.rows, reference.size, width, d, groups, squared);
      state.scaledAt = reference.seen;
    } else if (state.scaledAt === 0 && labels.data.length > 0) {
      const rows = joined(labels.data);
      scale = inputScale(rows, rows.length / width, width, d, groups, squared);
    }
  }

  function trainOnce(source: BatchSource): Fitted {
    const total = { loss: 0, right: 0, decisive: 0, dynamics: 0 };
    for (const [m, member] of members.entries()) {
      const batch = drawBatch(labels.of(m), source, scratch, random);
      if (!batch) continue;
      const { loss, right, decisive } = fits[m]!.gradient(batch, scale, noise, 1 / members.length);
      total.loss += loss / members.length;
      total.right += right;
      total.decisive += decisive;
      const surprise = dynamics?.addGradient(member.live, scale);
      if (surprise !== undefined) total.dynamics += surprise / members.length;
      const shrink = 1 - config.learningRate * state.weightDecay;
      for (let i = 0; i < member.live.parameters.length; i++) member.live.parameters[i]! *= shrink;
      descend(member.live, member.adam);
      addToAverage(member, 1 / Math.max(1, Math.min(config.averageSteps, state.gradientSteps + 1)));
    }
    noise.step(config.noiseLearningRate, labels.data.length);
    state.gradientSteps++;
    return total;
  }

  function publish(): void {
    const unknown = config.zero === 'learned' && !labels.data.some(hasUnequalParts);
    const rows = reference.size >= 16 ? reference.rows : joined(labels.data);
    const n = reference.size >= 16 ? reference.size : rows.length / width;
    predictor.publish(scale, rows, n, unknown ? 'mean' : config.zero);
    state.version++;
    state.sessionSteps = -1;
    const { metrics, bins, validationLoss } = heldOutReport(reportSource());
    state.lastReport = metrics;
    state.lastBins = bins;
    if (config.adaptWeightDecay && validationLoss !== undefined && fit.trainLoss > 0.02) {
      // Christiano et al. 2017: keep the validation loss between 1.1 and 1.5 times the training loss.
      const ratio = validationLoss / fit.trainLoss;
      const [least, most] = [config.weightDecay / ADAPTED, config.weightDecay * ADAPTED];
      if (ratio > 1.5) state.weightDecay = Math.min(most, state.weightDecay * 1.5);
      else if (ratio < 1.1) state.weightDecay = Math.max(least, state.weightDecay / 1.5);
    }
  }

  function reportSource(): ReportSource {
    return {
      data: labels.data,
      width,
      weights: config.weights,
      members: members.length,
      reference,
      noise,
      repeats,
      scale: predictor.scale,
      outputs: predictor.outputs,
      normalise: (member, r) => (r - members[member]!.zero) * members[member]!.inverseStd,
    };
  }

  const states = (): States => ({
    normalisation: normalisationOf(members),
    ...Object.fromEntries(
      members.flatMap(({ live, frozen, average, adam }, m) => [
        [`member${m}`, network(live, adam)],
        [`member${m}/frozen`, network(frozen)],
        [`member${m}/average`, average && numbers(average)],
      ]),
    ),
    scale: scaleState(
      () => scale,
      (saved) => {
        scale = saved;
      },
    ),
    frozenScale: scaleState(
      () => predictor.scale,
      (saved) => {
        predictor.scale = saved;
      },
    ),
    ...variables(state),
    ...measures(fit),
    random: generator(random),
    noise: json(noise.save, noise.load),
    repeats: json(repeats.save, repeats.load),
    distrust: distrust && ifSaved(json(distrust.save, distrust.load)),
    reference: {
      save: (into) => reference.save(into),
      load: (from, _name, meta) => reference.load(from, meta as SavedReference),
    },
    data: {
      save: (into) => saveData(labels.all, into),
      load: (from, _name, meta) => labels.replace(restoreData(meta as SavedDatum[], from)),
    },
  });

  const ensemble: RewardEnsemble = {
    get version() {
      return state.version;
    },
    get pending() {
      return labels.data.length > 0 && (state.fresh > 0 || state.sessionSteps >= 0);
    },
    get labels() {
      return labels.feedback;
    },
    observe: (episode, from, to) => reference.add(episode, from, to, maker.writeRow),
    feedback(feedback, episodes, query) {
      if (feedback.kind === 'retraction') {
        const isIn = labels.retract(feedback.feedbackId);
        if (isIn) state.fresh++;
        return isIn;
      }
      if (feedback.kind === 'preference') repeats.add(feedback);
      const made = maker.make(feedback, episodes, query);
      if (made.length === 0) return false;
      labels.add(made);
      state.fresh++;
      return true;
    },
    fits: (feedbackId) => labels.data.some((datum) => datum.feedbackId === feedbackId),
    exclude(teacherIds, feedbackIds) {
      if (labels.exclude(teacherIds, feedbackIds)) state.fresh++;
    },
    update() {
      if (!ensemble.pending) return undefined;
      if (state.sessionSteps < 0) {
        rescale();
        state.sessionSteps = 0;
        state.fresh = 0;
      }
      const total = { loss: 0, right: 0, decisive: 0, dynamics: 0 };
      const verdicts = distrust?.judge(labels.data, members, width, scale);
      const source: BatchSource = { width, mirror, config, scale, reference, verdicts };
      for (let i = 0; i < config.stepsPerUpdate; i++) {
        const step = trainOnce(source);
        total.loss += step.loss / config.stepsPerUpdate;
        total.right += step.right;
        total.decisive += step.decisive;
        total.dynamics += step.dynamics / config.stepsPerUpdate;
      }
      state.sessionSteps += config.stepsPerUpdate;
      const keep = state.sessionSteps === config.stepsPerUpdate ? 0 : 0.8;
      const blend = (old: number, now: number) =>
        keep === 0 || Number.isNaN(old) ? now : keep * old + (1 - keep) * now;
      fit.trainLoss = blend(fit.trainLoss, total.loss);
      if (total.decisive > 0)
        fit.trainAccuracy = blend(fit.trainAccuracy, total.right / total.decisive);
      const learned = total.decisive > 0 && fit.trainAccuracy > config.stopAccuracy;
      if (
        state.sessionSteps >= config.maxSessionSteps ||
        (state.sessionSteps >= config.minSessionSteps && learned)
      )
        publish();
      return {
        'reward/loss': total.loss,
        'reward/version': state.version,
        ...(total.decisive > 0 ? { 'reward/trainAccuracy': fit.trainAccuracy } : {}),
        ...(dynamics ? { 'reward/dynamicsLoss': total.dynamics } : {}),
      };
    },
    predict: predictor.mean,
    disagreement: predictor.deviation,
    memberOutputs: predictor.memberOutputs,
    graph: () => {
      const parts = members.map(({ frozen, zero, inverseStd }) => ({
        ...frozen,
        zero,
        inverseStd,
      }));
      return rewardGraph(predictor.scale, parts, spec, config);
    },
    published: () => ({
      version: state.version,
      scale: {
        ...predictor.scale,
        mean: predictor.scale.mean.slice(),
        inverse: predictor.scale.inverse.slice(),
      },
      members: members.map(({ frozen }) => frozen.layers()),
    }),
    snapshot: () => {
      const { version, scale, members: networks } = ensemble.published();
      const normalised = members.map(({ zero, inverseStd }, m) => ({
        ...{ layers: networks[m]!, zero, inverseStd },
      }));
      return { version, scale, members: normalised, actionSpace: spec.actionSpace };
    },
    heldOut: () => (config.members < 2 ? [] : heldOutOf(labels.data)),
    people: () => (state.version === 0 ? [] : learnedPeople(reportSource())),
    reliability: () => state.lastBins,
    report: () => ({
      ...state.lastReport,
      'reward/version': state.version,
      'reward/labels': ensemble.labels,
      'reward/weightDecay': state.weightDecay,
      'reward/flat': members.every(isFlat) ? 1 : 0,
      ...(Number.isNaN(fit.trainAccuracy) ? {} : { 'reward/trainAccuracy': fit.trainAccuracy }),
    }),
    ...checkpointOf(states()),
    dispose() {
      predictor.dispose();
      for (const fit of fits) fit.dispose();
      for (const member of members) {
        member.live.dispose();
        member.frozen.dispose();
      }
    },
  };
  return ensemble;
}

/**
 * One reward model from all feedback (design §6): an ensemble on concat(observation, action) with
 * LeakyReLU and tanh output. Members keep learning; `predict` uses copies that are frozen per
 * version, each normalised with statistics of that version before the average is taken (which B-Pref
 * does not do). Each member never trains on one fold of the labels and is judged on it, as Christiano et
 * al. (2017) hold out 1/e per member: every label is held out from exactly one.
 */
import type { Random } from '../../sim/random.ts';
import type { Backend } from '../backend/backend.ts';
import type {
  Checkpoint,
  EnvironmentSpec,
  Episode,
  EpisodeSource,
  Feedback,
  Metrics,
  Query,
  RewardModel,
} from '../contract.ts';
import { restore, type SavedArrays } from '../nn/adam.ts';
import { addLossGradient, descend } from '../nn/fit.ts';
import { groupScale } from '../nn/group-scale.ts';
import { type BatchScratch, type BatchSource, drawBatch } from './batch.ts';
import { restoreData, type SavedEnsemble, saveData } from './checkpoint.ts';
import { completeRewardConfig, type RewardConfig } from './config.ts';
import { createDataMaker, hasUnequalParts, joined } from './dataset.ts';
import { createDistrustOf } from './distrust.ts';
import { createDynamics } from './dynamics.ts';
import { createLabelSet } from './label-set.ts';
import { addToAverage, createMembers, isFlat, rewardsOf } from './members.ts';
import { rowMirror } from './mirror.ts';
import { createNoise } from './noise.ts';
import { createPredictor } from './predictor.ts';
import { createReference, type InputScale, inputScale, noScale } from './reference.ts';
import { createRepeats, heldOutReport, type ReportSource } from './report.ts';
import type { ReliabilityBin } from './statistics.ts';

export interface RewardEnsemble extends RewardModel {
  /** New steps [from, to) of behaviour: references, opponents and distances. */
  observe(episode: Episode, from: number, to: number): void;
  /** `query` is needed for approvals. */
  feedback(feedback: Feedback, episodes: EpisodeSource, query?: Query): void;
  /** Whether there is feedback that no published version contains. */
  readonly pending: boolean;
  /** Pieces of feedback that are being fitted. */
  readonly labels: number;
  /** Published tanh outputs per member for n rows, (members, n): for query selection. */
  memberOutputs(observations: Float32Array, actions: Float32Array, n: number): Float32Array[];
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
  const predictor = createPredictor(spec, config, backend, members, squared);
  const dynamics = config.reed && createDynamics(config.reed, backend, reference, width, d, random);
  const scratch: BatchScratch = { inputs: new Float32Array(0) };

  const labels = createLabelSet(config.members, noise);
  const distrust = config.rime && createDistrustOf(config.rime, backend, noise);

  let scale: InputScale = noScale(width, squared);
  let scaledAt = 0;
  let version = 0;
  let weightDecay = config.weightDecay;
  let gradientSteps = 0;
  /** Feedback since the session began, and the session's gradient steps (-1: none is open). */
  let fresh = 0;
  let sessionSteps = -1;
  let trainLoss = Number.NaN;
  let trainAccuracy = Number.NaN;
  let lastReport: Metrics = {};
  let lastBins: ReliabilityBin[] = [];

  /** Computes new input statistics once the behaviour seen has doubled; at first from the labels alone if need be. */
  function rescale(): void {
    if (reference.seen < 2 * scaledAt || (scaledAt > 0 && reference.seen === scaledAt)) return;
    if (reference.size >= 64) {
      scale = inputScale(reference.rows, reference.size, width, d, groups, squared);
      scaledAt = reference.seen;
    } else if (scaledAt === 0 && labels.data.length > 0) {
      const rows = joined(labels.data);
      scale = inputScale(rows, rows.length / width, width, d, groups, squared);
    }
  }

  function trainOnce(source: BatchSource): Fitted {
    const total = { loss: 0, right: 0, decisive: 0, dynamics: 0 };
    for (const [m, member] of members.entries()) {
      const batch = drawBatch(labels.of(m), source, scratch, random);
      if (!batch) continue;
      const { live } = member;
      addLossGradient(backend, live, batch.inputs, batch.rows, (outputs, dOutputs) => {
        const rewards = rewardsOf(live, outputs, batch.rows);
        const dRewards = live.outputs === 1 ? dOutputs : new Float32Array(batch.rows);
        const result = batch.loss(rewards, dRewards, noise, 1 / members.length);
        if (live.outputs > 1) dRewards.forEach((g, i) => void (dOutputs[i * live.outputs] = g));
        total.loss += result.loss / members.length;
        total.right += result.right;
        total.decisive += result.decisive;
        return result.loss;
      });
      const surprise = dynamics?.addGradient(live, scale);
      if (surprise !== undefined) total.dynamics += surprise / members.length;
      const shrink = 1 - config.learningRate * weightDecay;
      for (let i = 0; i < member.live.parameters.length; i++) member.live.parameters[i]! *= shrink;
      descend(member.live, member.adam);
      addToAverage(member, 1 / Math.max(1, Math.min(config.averageSteps, gradientSteps + 1)));
    }
    noise.step(config.noiseLearningRate, labels.data.length);
    gradientSteps++;
    return total;
  }

  function publish(): void {
    const unknown = config.zero === 'learned' && !labels.data.some(hasUnequalParts);
    const rows = reference.size >= 16 ? reference.rows : joined(labels.data);
    const n = reference.size >= 16 ? reference.size : rows.length / width;
    predictor.publish(scale, rows, n, unknown ? 'mean' : config.zero);
    version++;
    sessionSteps = -1;
    const { metrics, bins, validationLoss } = heldOutReport(reportSource());
    lastReport = metrics;
    lastBins = bins;
    if (config.adaptWeightDecay && validationLoss !== undefined && trainLoss > 0.02) {
      // Christiano et al. 2017: keep the validation loss between 1.1 and 1.5 times the training loss.
      const ratio = validationLoss / trainLoss;
      const [least, most] = [config.weightDecay / ADAPTED, config.weightDecay * ADAPTED];
      if (ratio > 1.5) weightDecay = Math.min(most, weightDecay * 1.5);
      else if (ratio < 1.1) weightDecay = Math.max(least, weightDecay / 1.5);
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

  const ensemble: RewardEnsemble = {
    get version() {
      return version;
    },
    get pending() {
      return labels.data.length > 0 && (fresh > 0 || sessionSteps >= 0);
    },
    get labels() {
      return labels.feedback;
    },
    observe: (episode, from, to) => reference.add(episode, from, to, maker.writeRow),
    feedback(feedback, episodes, query) {
      if (feedback.kind === 'retraction') {
        if (labels.retract(feedback.feedbackId)) fresh++;
        return;
      }
      if (feedback.kind === 'preference') repeats.add(feedback);
      const made = maker.make(feedback, episodes, query);
      if (made.length === 0) return;
      labels.add(made);
      fresh++;
    },
    update() {
      if (!ensemble.pending) return undefined;
      if (sessionSteps < 0) {
        rescale();
        sessionSteps = 0;
        fresh = 0;
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
      sessionSteps += config.stepsPerUpdate;
      const keep = sessionSteps === config.stepsPerUpdate ? 0 : 0.8;
      const blend = (old: number, now: number) =>
        keep === 0 || Number.isNaN(old) ? now : keep * old + (1 - keep) * now;
      trainLoss = blend(trainLoss, total.loss);
      if (total.decisive > 0) trainAccuracy = blend(trainAccuracy, total.right / total.decisive);
      const learned = total.decisive > 0 && trainAccuracy > config.stopAccuracy;
      if (
        sessionSteps >= config.maxSessionSteps ||
        (sessionSteps >= config.minSessionSteps && learned)
      )
        publish();
      return {
        'reward/loss': total.loss,
        'reward/version': version,
        ...(total.decisive > 0 ? { 'reward/trainAccuracy': trainAccuracy } : {}),
        ...(dynamics ? { 'reward/dynamicsLoss': total.dynamics } : {}),
      };
    },
    predict: predictor.mean,
    disagreement: predictor.deviation,
    memberOutputs: predictor.memberOutputs,
    reliability: () => lastBins,
    report: () => ({
      ...lastReport,
      'reward/version': version,
      'reward/labels': ensemble.labels,
      'reward/weightDecay': weightDecay,
      'reward/flat': members.every(isFlat) ? 1 : 0,
      ...(Number.isNaN(trainAccuracy) ? {} : { 'reward/trainAccuracy': trainAccuracy }),
    }),
    save() {
      const arrays: SavedArrays = {};
      for (const [m, member] of members.entries()) {
        arrays[`member${m}`] = member.live.parameters.slice();
        arrays[`member${m}/frozen`] = member.frozen.parameters.slice();
        if (member.average) arrays[`member${m}/average`] = member.average.slice();
        member.adam.save(arrays, `member${m}/adam`);
      }
      const saveScale = (name: string, s: InputScale) => {
        arrays[`${name}/mean`] = s.mean.slice();
        arrays[`${name}/inverse`] = s.inverse.slice();
      };
      saveScale('scale', scale);
      saveScale('frozenScale', predictor.scale);
      const state = new Float64Array(4);
      random.save(state, 0);
      return {
        meta: {
          version,
          weightDecay,
          gradientSteps,
          fresh,
          sessionSteps,
          scaledAt,
          // JSON has no NaN.
          trainLoss: Number.isNaN(trainLoss) ? null : trainLoss,
          trainAccuracy: Number.isNaN(trainAccuracy) ? null : trainAccuracy,
          // Checkpoints have always called the zero `mean`.
          normalisation: members.map(({ zero, inverseStd }) => ({ mean: zero, inverseStd })),
          random: [...state],
          noise: noise.save(),
          repeats: repeats.save(),
          ...(distrust ? { distrust: distrust.save() } : {}),
          data: saveData(labels.data, arrays),
          reference: reference.save(arrays),
          lastReport,
          lastBins,
        },
        arrays,
      };
    },
    load({ meta, arrays }: Checkpoint) {
      const saved = meta as unknown as SavedEnsemble;
      if (saved.normalisation.length !== members.length)
        throw new RangeError(
          `checkpoint.reward: has ${saved.normalisation.length} members, expected ${members.length}`,
        );
      for (const [m, member] of members.entries()) {
        restore(arrays, `member${m}`, member.live.parameters);
        restore(arrays, `member${m}/frozen`, member.frozen.parameters);
        if (member.average) restore(arrays, `member${m}/average`, member.average);
        member.adam.load(arrays, `member${m}/adam`);
        member.live.changed();
        member.frozen.changed();
        const { mean: zero, inverseStd } = saved.normalisation[m]!;
        Object.assign(member, { zero, inverseStd });
      }
      const loadScale = (name: string): InputScale => {
        const fresh = noScale(width, squared);
        restore(arrays, `${name}/mean`, fresh.mean);
        restore(arrays, `${name}/inverse`, fresh.inverse);
        return fresh;
      };
      scale = loadScale('scale');
      predictor.scale = loadScale('frozenScale');
      ({ version, weightDecay, gradientSteps, fresh, sessionSteps, scaledAt } = saved);
      trainLoss = saved.trainLoss ?? Number.NaN;
      trainAccuracy = saved.trainAccuracy ?? Number.NaN;
      lastReport = saved.lastReport;
      lastBins = saved.lastBins;
      random.load(Float64Array.from(saved.random), 0);
      noise.load(saved.noise);
      repeats.load(saved.repeats);
      reference.load(arrays, saved.reference);
      if (saved.distrust) distrust?.load(saved.distrust);
      labels.replace(restoreData(saved.data, arrays));
    },
    dispose() {
      for (const member of members) {
        member.live.dispose();
        member.frozen.dispose();
      }
    },
  };
  return ensemble;
}

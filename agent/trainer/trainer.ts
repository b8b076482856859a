/**
 * A preset put together: learner, reward ensemble, query selection. The trainer drives them in small
 * slices, so that the caller of `update` stays responsive. It never waits for a person.
 */
import { parseConfig } from '../../sim/config.ts';
import { createRandom } from '../../sim/random.ts';
import { activationSchema } from '../activation/config.ts';
import { createActivationSource } from '../activation/source.ts';
import { type BackendName, loadBackend } from '../backend/backend.ts';
import {
  type EnvironmentSpec,
  isPersons,
  type Metrics,
  type PolicySnapshot,
  type RewardModel,
} from '../contract.ts';
import { createEpisodeStore, type SavedStore, segmentRows } from '../episode/store.ts';
import { isLabel, stepsOf } from '../feedback.ts';
import {
  checkpointOf,
  fixed,
  generator,
  ifSaved,
  json,
  part,
} from '../learners/parts/checkpoint.ts';
import { type SchedulerConfig, schedulerSchema } from '../presets/preset.ts';
import { getPreset } from '../presets/presets.ts';
import { createDriftWatch } from '../quality/drift-watch.ts';
import { createQuerySource } from '../queries/queries.ts';
import { completeRewardConfig } from '../reward/config.ts';
import { createRewardEnsemble } from '../reward/ensemble.ts';
import { createRiskHead } from '../risk/head.ts';
import { riskGate } from '../risk/snapshot.ts';
import { createAveraging } from './averaging.ts';
import type { Trainer } from './contract.ts';
import { countMetrics, countsOf, newCounters, restoreCounters, savedCounters } from './counters.ts';
import { createHackingWatch } from './hacking.ts';
import { createLearner, usesTensors } from './learner.ts';
import { createLedger } from './ledger.ts';
import { createNoveltyReward, type SavedNovelty, withBonus } from './novelty.ts';
import { applyOverrides } from './options.ts';

export interface TrainerOptions {
  readonly preset: string;
  readonly spec: EnvironmentSpec;
  readonly seed: number;
  readonly runId: string;
  /** `{learner, reward, queries, scheduler, activation}`: changes to the preset. */
  readonly overrides?: Record<string, unknown>;
  /** Tried first. */
  readonly backend?: BackendName;
  /** What the learner starts as; absent: as its seed says. */
  readonly start?: PolicySnapshot | undefined;
  /** Same seed and log, same weights: leaves out native, whose threads may reorder sums. */
  readonly deterministic?: boolean;
}

/** Steps of episodes kept for queries and late feedback, besides those that feedback refers to. */
const KEPT_STEPS = 100_000;
/** At most as many as fit in here: with few observations it is the steps that count. */
const KEPT_BYTES = 20e6;

/** Updates between two policies that enter the average. */
const AVERAGE_EVERY = 10;

/** @throws RangeError for an unknown preset or override, naming it and what is allowed. */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const preset = applyOverrides(getPreset(options.preset), options.overrides ?? {});
  const scheduler: SchedulerConfig = parseConfig(
    'scheduler',
    schedulerSchema,
    preset.scheduler ?? {},
  );
  const { spec, runId, seed } = options;
  const backend = await loadBackend({
    ...(options.backend ? { prefer: options.backend } : {}),
    ...(options.deterministic ? { deterministic: true } : {}),
    tensors: usesTensors(preset.learner),
  });
  const learner = createLearner(preset.learner, spec, backend, createRandom(seed, 1));
  if (options.start) learner.start(options.start);
  const reward = preset.reward
    ? createRewardEnsemble(spec, preset.reward, backend, createRandom(seed, 2))
    : undefined;
  const riskConfig = preset.reward && completeRewardConfig(preset.reward).risk;
  const risk = riskConfig && createRiskHead(spec, riskConfig, backend, createRandom(seed, 5));
  const store = createEpisodeStore({ maxSteps: KEPT_STEPS, maxBytes: KEPT_BYTES });
  const queryRandom = createRandom(seed, 3);
  const queries = createQuerySource(spec, preset.queries ?? {}, runId, store, reward, queryRandom);
  const novelty =
    scheduler.unsupervisedSteps > 0 ? createNoveltyReward(spec, createRandom(seed, 4)) : undefined;
  const averaging =
    scheduler.averagingRate > 0 ? createAveraging(scheduler.averagingRate) : undefined;
  const rules = parseConfig('activation', activationSchema, preset.activation ?? {});
  const activation = createActivationSource(rules, spec, createRandom(seed, 6), reward);
  const ledger = createLedger();
  const hacking = reward && createHackingWatch(reward);
  const drift = createDriftWatch({
    sizes: { observation: spec.observationSpace.size, action: spec.actionSpace.size },
    ...{ model: reward, isLearning: true },
  });

  const counters = newCounters(novelty !== undefined);
  /** An override may be taken back before its counterfactual comes. */
  const retracted = new Set<string>();

  const bonus =
    reward && scheduler.explorationBonus > 0
      ? withBonus(
          reward,
          () =>
            scheduler.explorationBonus *
            (1 - scheduler.explorationDecay) ** counters.environmentSteps,
        )
      : undefined;

  /** The model that rewards come from now; undefined: none is trained yet. */
  function rewardNow(): RewardModel | undefined {
    if (counters.exploring && novelty) return novelty;
    return reward && reward.version > 0 ? (bonus ?? reward) : undefined;
  }

  function sessionDue(): boolean {
    if (!reward?.pending) return false;
    if (counters.inSession) return true;
    const due =
      (counters.exploring && exploredEnough()) || // only the first reward model is missing
      counters.labels - counters.labelsAtSession >= scheduler.rewardEveryLabels ||
      counters.environmentSteps - counters.stepsAtSession >= scheduler.rewardEverySteps;
    if (!due) return false;
    counters.inSession = true;
    counters.labelsAtSession = counters.labels;
    counters.stepsAtSession = counters.environmentSteps;
    return true;
  }

  function updateReward(): Metrics | undefined {
    const before = reward!.version;
    const metrics = reward!.update();
    if (!metrics) return undefined;
    counters.rewardUpdates++;
    if (reward!.version !== before) {
      counters.inSession = false;
      hacking?.judgeAgain();
    }
    return metrics;
  }

  /** Whether the unsupervised start has had its steps. */
  const exploredEnough = () => counters.environmentSteps >= scheduler.unsupervisedSteps;

  /** PEBBLE, algorithm 1: from the entropy of states to the learned reward, once there is one. */
  function leaveExploration(): void {
    if (!counters.exploring || !exploredEnough() || reward?.version === 0) return;
    counters.exploring = false;
    learner.resetCritics();
    counters.pendingUpdates = Math.min(
      scheduler.mostOwed,
      counters.pendingUpdates + scheduler.resetUpdates,
    );
  }

  function relabel(): boolean {
    const model = rewardNow();
    if (!model || model.version === counters.relabelledVersion) return false;
    if (learner.relabel(model, scheduler.relabelRows)) counters.relabelledVersion = model.version;
    return true;
  }

  function updateLearner(): Metrics | undefined {
    // An on-policy learner must finish its round, however much work that is: otherwise it would wait for ever.
    const paced = learner.stepsNeeded() === undefined;
    if (paced && counters.pendingUpdates < 1) return undefined;
    const metrics = learner.update();
    if (!metrics) return undefined;
    counters.pendingUpdates = Math.max(0, counters.pendingUpdates - 1);
    counters.learnerUpdates++;
    if (counters.learnerUpdates % AVERAGE_EVERY === 0)
      averaging?.add(learner.snapshot(counters.version));
    const rewardVersion = learner.rewardModelVersion() ?? counters.relabelledVersion;
    ledger.learned(Math.max(0, rewardVersion)); // novelty's versions are negative
    return metrics;
  }

  /** The policy that acts: the learner's, or the average of its recent ones. */
  function policyNow(): PolicySnapshot {
    const snapshot = learner.snapshot(counters.version);
    return averaging ? averaging.apply(snapshot) : snapshot;
  }

  const checkpoint = checkpointOf({
    preset: fixed(preset.id),
    learner: part(learner),
    reward: reward && part(reward),
    risk: risk && ifSaved(part(risk)),
    average: averaging,
    queries: json(queries.save, queries.load),
    queryRandom: generator(queryRandom),
    ledger: json(ledger.save, ledger.load),
    hacking: hacking && ifSaved(part(hacking)),
    drift: ifSaved(part(drift)),
    activation: activation.state,
    novelty: ifSaved(
      json(
        () => (counters.exploring ? novelty?.saved() : undefined),
        (saved: SavedNovelty) => novelty?.restore(saved),
      ),
    ),
    counters: json(
      () => savedCounters(counters),
      (saved) => restoreCounters(counters, saved),
    ),
    relabelled: ifSaved(
      json(
        () => counters.relabelledVersion,
        (saved) => {
          counters.relabelledVersion = saved;
        },
      ),
    ),
    retracted: ifSaved(
      json(
        () => [...retracted],
        (saved) => {
          retracted.clear();
          for (const id of saved) retracted.add(id);
        },
      ),
    ),
    episodes: json(store.save, () => {}), // their steps are not in the checkpoint
  });

  const trainer: Trainer = {
    preset: preset.id,
    backend: { name: backend.name, reason: backend.reason },
    observe(episode, from, to) {
      if (from === to && episode.end === 'open') return;
      store.append(episode, from, to);
      if (to > from) {
        learner.observe(episode, from, to);
        reward?.observe(episode, from, to);
        activation.observe(episode, from, to);
        if (counters.exploring) novelty?.observe(episode, from, to);
        counters.environmentSteps += to - from;
        for (let t = from; t < to; t++) if (isPersons(episode.sources[t])) counters.humanSteps++;
        counters.pendingUpdates = Math.min(
          scheduler.mostOwed,
          counters.pendingUpdates + (to - from) * scheduler.updatesPerStep,
        );
      }
      if (episode.end === 'open' || !store.isExperience(episode.id)) return;
      hacking?.add(episode);
      drift.add(episode);
      risk?.observe(episode, store);
    },
    knows: (episodeId) => store.get(episodeId) !== undefined,
    feedback(feedback) {
      if (feedback.kind === 'retraction') retracted.add(feedback.feedbackId);
      if (feedback.kind === 'counterfactual' && retracted.has(feedback.overrideId)) return;
      for (const id of stepsOf(feedback).keys()) store.pin(id);
      const { kind: said, queryId } = feedback;
      const query = said === 'approval' && queryId ? queries.get(queryId) : undefined;
      const fitted = reward?.feedback(feedback, store, query) ?? false;
      risk?.feedback(feedback, store, query);
      const taken = learner.feedback(feedback, store);
      queries.answered(feedback);
      if (isLabel(feedback)) counters.labels++;
      const { id, kind } = feedback;
      if (reward && fitted && (kind === 'retraction' || reward.fits(id)))
        ledger.add(id, reward.version + 1);
      else if (taken) ledger.add(id, 0);
      else if (fitted) ledger.setAside(id);
      else if (isLabel(feedback)) ledger.ignore(id);
    },
    exclude(teacherIds, feedbackIds) {
      if (!reward) return;
      reward.exclude(teacherIds, feedbackIds);
      risk?.exclude(teacherIds, feedbackIds ?? [], store);
      ledger.letIn(reward.fits, reward.version + 1);
    },
    update() {
      leaveExploration();
      if (relabel()) return { 'relabel/version': counters.relabelledVersion };
      if (risk?.isDue) return risk.update();
      // Both have work: they take turns, so that neither waits for the other.
      const due = sessionDue();
      counters.rewardTurn = due && !counters.rewardTurn;
      return counters.rewardTurn
        ? (updateReward() ?? updateLearner())
        : (updateLearner() ?? (due ? updateReward() : undefined));
    },
    nextQueries(count, now, held = 0, how = {}) {
      if (counters.exploring && !exploredEnough()) return []; // PEBBLE first asks when it has seen something
      const most = Math.min(count, queries.due(counters.environmentSteps) - held);
      return most < 1 ? [] : queries.next(most, now, counters.version, hacking?.suspects(), how);
    },
    snapshot: policyNow,
    gate() {
      const now = risk?.snapshot();
      return learner.gate() ?? (now && riskGate(now, riskConfig!.askAbove));
    },
    risk: () => risk?.snapshot(),
    activation: activation.snapshot,
    stepsNeeded: () => learner.stepsNeeded(),
    publish() {
      counters.version++;
      return {
        snapshot: policyNow(),
        appliedFeedback: ledger.take(),
        unusedFeedback: ledger.takeIgnored(),
      };
    },
    predictReward(segment) {
      if (!reward || reward.version === 0) return undefined;
      const rows = segmentRows(segment, store);
      if (!rows) return undefined;
      const { observations, actions, n } = rows;
      const rewards = new Float32Array(n);
      const disagreements = new Float32Array(n);
      reward.predict(observations, actions, n, rewards);
      reward.disagreement(observations, actions, n, disagreements);
      return { rewards, disagreements };
    },
    rewardGraph: () => (reward && reward.version > 0 ? reward.graph() : undefined),
    rewardModel: () => (reward && reward.version > 0 ? reward : undefined),
    model: () =>
      reward && reward.version > 0
        ? { policy: policyNow(), reward: reward.published(), heldOut: reward.heldOut() }
        : undefined,
    people: () => reward?.people() ?? [],
    counts: () => countsOf(counters),
    report: () => ({
      ...reward?.report(),
      ...risk?.report(),
      'reward/hackingAlarm': hacking?.alarm ? 1 : 0,
      ...drift.report(),
      ...countMetrics(counters),
      'memory/replay': learner.bytes().used / 1e6,
      'memory/spare': learner.bytes().spare / 1e6,
      'memory/episodes': store.bytes / 1e6,
    }),
    save: checkpoint.save,
    load(saved, episodes) {
      checkpoint.load(saved);
      if (episodes) store.load(saved.meta.episodes as SavedStore, episodes);
      const model = rewardNow();
      if (model?.version === counters.relabelledVersion) learner.relabel(model, 0);
    },
    dispose() {
      learner.dispose();
      reward?.dispose();
      risk?.dispose();
    },
  };
  return trainer;
}

/**
 * One run: actors, learner and storage wired together. Knows nothing of sockets; viewers subscribe.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { GateSnapshot, PolicySnapshot } from '../../agent/contract.ts';
import { sliceEpisode } from '../../agent/episode/chunks.ts';
import { predictedSteps } from '../../agent/presets/presets.ts';
import type {
  ActorThreadData,
  EnvironmentFacts,
  LiveEvent,
  RolloutEvent,
} from '../actors/messages.ts';
import { sceneIdOf } from '../actors/scene-id.ts';
import type { RunHandle, RunOptions } from '../contract.ts';
import { createLearnerHandle } from '../learner/handle.ts';
import type { MetricsPoint } from '../protocol/index.ts';
import { createAlerts } from './alerts.ts';
import { createRunEpisodes } from './episodes.ts';
import { createRunAnswers } from './feedback.ts';
import { createRunLive } from './live-actor.ts';
import { createRunQuestions } from './queries.ts';
import { createRewardAlerts } from './reward-alerts.ts';
import { createRunRollouts } from './rollout-actors.ts';
import { createScenes } from './scenes.ts';
import { createStatistics, forHistory } from './statistics.ts';
import { statusOf } from './status.ts';
import { stopFeedback } from './stop-feedback.ts';
import { createTakeoverTally } from './takeover-totals.ts';
import { createRunOverrides } from './takeovers.ts';
import { createViewers } from './viewers.ts';

const METRICS_EVERY = 1000;
/** How often questions are asked for while some are missing, ms. */
const QUERIES_EVERY = 1500;
/** Every so many metrics points one goes to the database. */
const METRICS_KEPT = 5;
const HISTORY_POINTS = 600;
/** More episodes than any run keeps. */
const ALL = 1_000_000;

export async function startRun(options: RunOptions): Promise<RunHandle> {
  const { run, storage, log } = options;
  const session = `${run.id}-${Date.now().toString(36)}`;
  const viewers = createViewers((count) => live.send({ type: 'viewers', count }));
  const broadcast = viewers.message;
  const statistics = createStatistics();
  const pending = new Set<Promise<void>>();
  let facts: EnvironmentFacts;
  let controlDt = 0.1;
  let snapshot: PolicySnapshot | undefined;
  let gate: GateSnapshot | undefined;
  let oneScene = false;
  let points = 0;
  let learnedMetrics: Readonly<Record<string, number>> = {};
  let number = 0;
  const tally = createTakeoverTally(await storage.listEpisodes(run.id, ALL));

  /** What goes on by itself must not end the process; it is logged. */
  function background(what: string, work: Promise<unknown>): void {
    const done: Promise<void> = work
      .then(() => {})
      .catch((error) => log.error({ error: String(error) }, what))
      .finally(() => pending.delete(done));
    pending.add(done);
  }
  const alerts = createAlerts(broadcast, log);
  const alert = alerts.raise;

  const episodes = createRunEpisodes({
    storage,
    log,
    statistics,
    broadcast,
    alert,
    predict: (tag, segment) => learner.send({ type: 'predict', tag, segment }),
  });
  const questions = createRunQuestions({
    storage,
    find: episodes.find,
    keep: (episode) => episodes.keep(episode, false),
    broadcast,
  });
  // What waits was chosen before the alarm: those who answer are to see the suspects first.
  const hearReward = createRewardAlerts(alerts, questions.renew);
  const answers = await createRunAnswers({
    run,
    storage,
    live: () => live,
    learner: () => learner,
    episodes,
    questions,
    counted: () => statistics.answer(Date.now()),
  });
  const overrides = createRunOverrides({
    runId: run.id,
    controlDt: () => controlDt,
    predictedSteps: predictedSteps(run.preset, options.overrides.learner),
    roll: (command) => rollouts.ask(command),
    async keep(branch) {
      await episodes.keep(branch, false);
      learner.send({ type: 'recall', chunk: sliceEpisode(branch, 0, branch.length) });
    },
    happened: (id, steps) => live.reached(id, steps).then(() => episodes.find(id)),
    rewrite: (branch) => episodes.keep(branch, false),
    tally,
    append: answers.append,
    broadcast,
    failed: (error) => log.error({ error: String(error) }, 'a takeover could not be written'),
  });

  const live = createRunLive({
    log,
    alerts,
    data: () => actorData('live'),
    newest: () => snapshot && { snapshot, gate },
    onEvent: onLive,
    onGone: () => broadcast(status()),
  });
  const rollouts = createRunRollouts({
    count: options.rollouts,
    log,
    alerts,
    data: actorData,
    snapshot: () => snapshot,
    onEvent: (event) => background('rollout', onRollout(event)),
  });
  const learner = createLearnerHandle({
    run,
    controlDt: live.facts.then((facts) => facts.controlDt),
    isOpen: (episodeId) => live.state?.episodeId === episodeId,
    environmentOptions: options.environmentOptions,
    overrides: options.overrides,
    storage,
    log,
    alert,
    onRestart() {
      live.send({ type: 'resend' });
      rollouts.restartCredit();
    },
    onPublished(published, itsGate) {
      snapshot = published;
      gate = itsGate;
      live.snapshot({ snapshot, gate });
      rollouts.send({ type: 'snapshot', snapshot });
    },
    onApplied: (feedbackIds, policyVersion, latencyMs) =>
      broadcast({ type: 'applied', feedbackIds: [...feedbackIds], policyVersion, latencyMs }),
    onCredit: (steps) => rollouts.credit(steps),
    onProgress(metrics) {
      learnedMetrics = metrics;
      hearReward(metrics);
    },
    onQueries: (list) => background('questions', questions.take(list)),
    onPredicted(tag, values) {
      const last = values?.[values.length - 1];
      if (tag === 'live' && last !== undefined) live.send({ type: 'predicted', value: last });
      episodes.predicted(tag, values);
    },
  });

  function actorData(actor: string): Omit<ActorThreadData, 'module'> {
    return {
      actor,
      runId: run.id,
      environmentId: run.environmentId,
      environmentOptions: options.environmentOptions,
      configHash: run.configHash,
      seed: run.seed + number++,
      // Also of this very thread: one that follows another counts its episodes from one again.
      session: `${session}.${number}`,
    };
  }

  const scenes = createScenes((sceneId, seed) => rollouts.ask({ type: 'scene', sceneId, seed }));

  // ------------------------------------------------------------------ actors

  async function onLive(event: LiveEvent): Promise<void> {
    switch (event.type) {
      case 'scene':
        scenes.put(event.sceneId, event.scene);
        viewers.scene(event.sceneId, event.seed);
        return;
      case 'frame':
        statistics.liveSteps(1);
        viewers.frame(event.buffer);
        if (event.path) viewers.frame(event.path);
        return;
      case 'state':
        broadcast(status());
        return;
      case 'chunk': {
        const { id, from, to } = event.chunk;
        learner.send({ type: 'chunk', chunk: event.chunk });
        if (to > from)
          learner.send({
            type: 'predict',
            tag: 'live',
            segment: { episodeId: id, from: to - 1, to },
          });
        return;
      }
      case 'episode':
        if (event.episode.length === 0) return;
        if (event.episode.end !== 'open') questions.moved();
        if (event.episode.end !== 'open')
          background('episode', episodes.conclude(event.episode, event.endReason, true));
        if (!(await episodes.keep(event.episode, true)))
          throw new Error('the episode could not be written');
        if (event.episode.end !== 'open')
          background('retention', storage.pruneEpisodes(run.id, options.keepEpisodes));
        return;
      case 'clipped':
        statistics.clipped();
        return;
      case 'override':
        statistics.override();
        // Written before the takeover is: by then its steps are on disk.
        background('flush', live.flush());
        overrides.begin(event, live.lastHolder);
        return;
      case 'snapshot-in-use':
        learner.inUse(event.version);
        return;
      case 'ready':
      case 'flushed':
        return;
    }
  }

  async function onRollout(event: RolloutEvent): Promise<void> {
    switch (event.type) {
      case 'ready':
        oneScene = event.oneScene;
        scenes.askAgain();
        return;
      case 'scene':
        scenes.put(event.sceneId, event.scene);
        return;
      case 'chunk':
        learner.send({ type: 'chunk', chunk: event.chunk });
        return;
      case 'episode':
        questions.moved();
        episodes.remember(event.episode);
        await episodes.conclude(event.episode, event.endReason, false);
        return;
      case 'counterfactual':
        await overrides.settle(event.id, event.episode, event.endReason, event.predictions);
        broadcast(status()); // with the new totals
        return;
    }
  }

  const handle: RunHandle = {
    run,
    get facts() {
      return facts;
    },
    get isHealthy() {
      return live.isWorking && rollouts.areWorking && learner.state !== 'restarting';
    },
    get backend() {
      return learner.backend;
    },
    get state() {
      return live.state;
    },
    get learner() {
      return learner.state;
    },
    get counts() {
      return { ...learner.counts, labels: answers.count };
    },
    get queries() {
      return questions.open;
    },
    get alerts() {
      return alerts.open;
    },
    get recentEpisodes() {
      return episodes.summaries;
    },
    get holder() {
      return live.holder;
    },
    takeControl: live.takeControl,
    history: (since) => storage.readMetrics(run.id, since, HISTORY_POINTS),
    subscribe: viewers.add,
    live: (command) => live.send(command),
    accept: answers.accept,
    emergencyStop(teacherId) {
      const at = live.state;
      const { step } = live;
      live.send({ type: 'estop' }); // before anything is written
      if (!at || at.state === 'stopped') return;
      const feedback = stopFeedback(run.id, teacherId, at.episodeId, step, Date.now());
      background('emergency stop', answers.put(feedback));
    },
    episode: episodes.find,
    predict: episodes.predict,
    sceneIdOf: (seed) => sceneIdOf(seed, oneScene),
    sceneMessage: (sceneId, seed) => scenes.message(sceneId, seed),
    wantQueries: questions.want,
    showQuery: questions.show,
    passQuery: questions.pass,
    status,
    async close() {
      for (const timer of timers) clearInterval(timer);
      await live.close();
      await rollouts.close();
      await overrides.close();
      await Promise.race([Promise.allSettled(pending), sleep(2000, undefined, { ref: false })]);
      await learner.close();
    },
  };

  function status(): ReturnType<typeof statusOf> {
    const { state, holder } = live;
    const { count } = viewers;
    const open = questions.size;
    return statusOf(state, holder, handle.counts, learner.state, count, open, tally.totals);
  }

  async function tick(): Promise<void> {
    const now = Date.now();
    const { environmentSteps, learnerUpdates } = learner.counts;
    await questions.expire(now);
    alerts.problems(storage.problems);
    const values = {
      ...learnedMetrics,
      ...statistics.values(now, { environmentSteps, learnerUpdates }),
      ...tally.metrics(),
    };
    const finite = Object.fromEntries(Object.entries(values).filter(([, v]) => Number.isFinite(v)));
    const point: MetricsPoint = { time: now, environmentSteps, learnerUpdates, values: finite };
    broadcast({ type: 'metrics', points: [point] });
    broadcast(status());
    if (points++ % METRICS_KEPT === 0) await storage.appendMetrics(run.id, forHistory(point));
  }

  const timers = [
    setInterval(() => background('metrics', tick()), METRICS_EVERY),
    setInterval(() => {
      const { missing, size } = questions;
      if (missing > 0) learner.send({ type: 'queries', count: missing + 2, held: size });
    }, QUERIES_EVERY),
  ];
  try {
    facts = await live.facts;
    controlDt = facts.controlDt;
    await learner.ready; // whoever is served is told which backend learns
  } catch (error) {
    await handle.close();
    throw error;
  }
  return handle;
}

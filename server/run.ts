/**
 * One run: actors, learner and storage wired together. Knows nothing of sockets; viewers subscribe.
 */
import type { Feedback } from '../agent/contract.ts';
import type {
  ActorData,
  LiveCommand,
  LiveEvent,
  RolloutCommand,
  RolloutEvent,
} from './actors/messages.ts';
import { sceneIdOf } from './actors/scene-id.ts';
import { createAlerts } from './alerts.ts';
import { sliceEpisode } from './episode-chunks.ts';
import { checkFeedback } from './feedback-check.ts';
import { createLearnerHandle, episodeIds } from './learner/handle.ts';
import type { MetricsPoint, ServerMessage } from './protocol/index.ts';
import { frameStep, WATCHDOG_SECONDS } from './protocol/index.ts';
import {
  type LiveState,
  RunError,
  type RunHandle,
  type RunListener,
  type RunOptions,
} from './run-contract.ts';
import { createRunEpisodes } from './run-episodes.ts';
import { createRunOverrides } from './run-overrides.ts';
import { createRunQuestions } from './run-questions.ts';
import { statusOf } from './run-status.ts';
import { createScenes } from './scenes.ts';
import { createStatistics } from './statistics.ts';
import { startThread, type Thread } from './threads.ts';

/** Steps that rollouts may be ahead of the learner. */
const ROLLOUT_CREDIT = 1500;
const METRICS_EVERY = 1000;
/** Open episodes that feedback refers to reach the disk this often, ms. */
const FLUSH_EVERY = 2000;
/** How often questions are asked for while some are missing, ms. */
const QUERIES_EVERY = 1500;
/** Every so many metrics points one goes to the database. */
const METRICS_KEPT = 5;
const HISTORY_POINTS = 600;

export async function startRun(options: RunOptions): Promise<RunHandle> {
  const { run, factory, storage, log } = options;
  const session = `${run.id}-${Date.now().toString(36)}`;
  const listeners = new Set<RunListener>();
  const statistics = createStatistics();
  let state: LiveState | undefined;
  let oneScene = false;
  let holder: string | undefined;
  let lastHolder = 'operator';
  let heldAt = 0;
  /** Steps of the open live episode so far. */
  let liveStep = 0;
  let points = 0;
  let learnedMetrics: Readonly<Record<string, number>> = {};
  let flushWanted = false;
  let labels = await storage.countFeedback(run.id);
  let closing = false;
  let number = 0;

  /** What goes on by itself must not end the process; it is logged. */
  function background(what: string, work: Promise<unknown>): void {
    work.catch((error) => log.error({ error: String(error) }, what));
  }
  const broadcast = (message: ServerMessage) => {
    for (const listener of listeners) listener.message(message);
  };
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
  const overrides = createRunOverrides({
    runId: run.id,
    controlDt: 1 / factory.controlHz,
    roll: (command) => rollouts[0]!.send(command),
    async keep(branch) {
      await episodes.keep(branch, false);
      learner.send({ type: 'chunk', chunk: sliceEpisode(branch, 0, branch.length) });
    },
    append,
    broadcast,
    failed: (error) => log.error({ error: String(error) }, 'a takeover could not be written'),
  });

  const learner = createLearnerHandle({
    run,
    controlDt: 1 / factory.controlHz,
    environmentOptions: options.environmentOptions,
    storage,
    log,
    alert,
    onPublished(snapshot) {
      live.send({ type: 'snapshot', snapshot });
      for (const rollout of rollouts) rollout.send({ type: 'snapshot', snapshot });
    },
    onApplied: (feedbackIds, policyVersion, latencyMs) =>
      broadcast({ type: 'applied', feedbackIds: [...feedbackIds], policyVersion, latencyMs }),
    onCredit(steps) {
      if (options.rollouts === 0) return;
      for (const rollout of rollouts)
        rollout.send({ type: 'credit', steps: steps / options.rollouts });
    },
    onProgress(metrics) {
      learnedMetrics = metrics;
    },
    onQueries: (list) => background('questions', questions.take(list)),
    onPredicted(tag, values) {
      const last = values?.[values.length - 1];
      if (tag === 'live' && last !== undefined) live.send({ type: 'predicted', value: last });
      episodes.predicted(tag, values);
    },
  });

  function actorData(actor: string): Omit<ActorData, 'module'> {
    return {
      actor,
      runId: run.id,
      environmentId: run.environmentId,
      environmentOptions: options.environmentOptions,
      configHash: run.configHash,
      seed: run.seed + number++,
      safeAction: factory.safeAction,
      trainSeeds: factory.trainSeeds,
      session,
    };
  }

  const scenes = createScenes((sceneId, seed) =>
    rollouts[0]!.send({ type: 'scene', sceneId, seed }),
  );

  // ------------------------------------------------------------------ actors

  function startLive(): Thread<LiveCommand> {
    return startThread<LiveCommand, LiveEvent>(actorData('live'), './actors/live.ts', {
      onEvent: (event) => background('live', onLive(event)),
      onDeath(reason) {
        log.error({ reason }, 'the live actor died');
        alert({
          id: 'live-actor',
          severity: 'error',
          code: 'actor-died',
          message: `The simulation thread stopped: ${reason}`,
          tip: 'It is being started again with a new episode.',
        });
        if (closing) return;
        holder = undefined;
        live = startLive();
        const snapshot = learner.snapshot;
        if (snapshot) live.send({ type: 'snapshot', snapshot });
      },
    });
  }

  async function onLive(event: LiveEvent): Promise<void> {
    switch (event.type) {
      case 'ready':
        alerts.clear('live-actor', 'actor-died');
        return;
      case 'scene':
        scenes.put(event.sceneId, event.scene);
        for (const listener of listeners) listener.scene(event.sceneId, event.seed);
        return;
      case 'frame':
        statistics.liveSteps(1);
        liveStep = frameStep(event.buffer);
        for (const listener of listeners) {
          listener.frame(event.buffer);
          if (event.path) listener.frame(event.path);
        }
        return;
      case 'state':
        state = event;
        liveStep = event.step;
        if (event.controller !== 'human') holder = undefined;
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
        await episodes.keep(event.episode, true);
        if (event.episode.end !== 'open')
          await episodes.conclude(event.episode, event.endReason, true);
        return;
      case 'override':
        statistics.override();
        live.send({ type: 'flush' });
        overrides.begin(event, holder ?? lastHolder);
        return;
      case 'snapshot-in-use':
        if (state) state = { ...state, policyVersion: event.version };
        learner.inUse(event.version);
        return;
    }
  }

  function startRollout(i: number): Thread<RolloutCommand> {
    const thread = startThread<RolloutCommand, RolloutEvent>(
      actorData(`r${i}`),
      './actors/rollout.ts',
      {
        onEvent: (event) => background('rollout', onRollout(event)),
        onDeath(reason) {
          log.error({ reason }, 'a rollout actor died');
          if (closing) return;
          alert({
            id: 'rollout',
            severity: 'warning',
            code: 'actor-died',
            message: `A rollout thread stopped: ${reason}`,
            tip: 'It is being started again.',
          });
          rollouts[i] = startRollout(i);
          if (learner.snapshot) rollouts[i]!.send({ type: 'snapshot', snapshot: learner.snapshot });
        },
      },
    );
    if (options.rollouts > 0)
      thread.send({ type: 'credit', steps: ROLLOUT_CREDIT / options.rollouts });
    return thread;
  }

  async function onRollout(event: RolloutEvent): Promise<void> {
    switch (event.type) {
      case 'ready':
        oneScene = event.oneScene;
        alerts.clear('rollout', 'actor-died');
        return;
      case 'scene':
        scenes.put(event.sceneId, event.scene);
        return;
      case 'chunk':
        learner.send({ type: 'chunk', chunk: event.chunk });
        return;
      case 'episode':
        episodes.remember(event.episode);
        await episodes.conclude(event.episode, event.endReason, false);
        return;
      case 'counterfactual':
        await overrides.settle(event.id, event.episode, event.endReason);
        return;
    }
  }

  // ------------------------------------------------------------------ questions and answers

  async function append(feedback: Feedback): Promise<{ duplicate: boolean }> {
    const { sequence, duplicate } = await storage.appendFeedback(feedback);
    if (!duplicate) {
      learner.sendFeedback(sequence, feedback);
      if (feedback.kind !== 'retraction') {
        labels++;
        statistics.answer(Date.now());
      }
    }
    return { duplicate };
  }

  const handle: RunHandle = {
    run,
    factory,
    get backend() {
      return learner.backend;
    },
    get state() {
      return state;
    },
    get learner() {
      return learner.state;
    },
    get counts() {
      return { ...learner.counts, labels };
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
      return holder;
    },
    takeControl(teacherId) {
      const now = Date.now();
      // Whose inputs had no effect for so long does not hold anything, whatever they think.
      const silent = state?.controller !== 'human' && now - heldAt > WATCHDOG_SECONDS * 1000;
      if (holder !== undefined && holder !== teacherId && !silent) return false;
      holder = teacherId;
      lastHolder = teacherId;
      heldAt = now;
      return true;
    },
    history: (since) => storage.readMetrics(run.id, since, HISTORY_POINTS),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    live: (command) => live.send(command),
    async accept(feedback, receivedAt) {
      await checkFeedback(feedback, {
        run,
        storage,
        recent: episodes.recent,
        openEpisode: () => state && { episodeId: state.episodeId, length: liveStep },
      });
      flushWanted ||= state !== undefined && episodeIds(feedback).includes(state.episodeId);
      const result = await append({ ...feedback, receivedAt } as Feedback).catch((error: Error) => {
        throw new RunError('storage-failed', `the answer could not be written: ${error.message}`);
      });
      if (feedback.queryId) questions.answered(feedback.queryId);
      return result;
    },
    episode: episodes.find,
    sceneIdOf: (seed) => sceneIdOf(seed, oneScene),
    sceneMessage: (sceneId, seed) => scenes.message(sceneId, seed),
    wantQueries: questions.want,
    status,
    async close() {
      closing = true;
      for (const timer of timers) clearInterval(timer);
      live.send({ type: 'close' });
      await Promise.race([live.ended, new Promise((r) => setTimeout(r, 2000))]);
      for (const rollout of rollouts) rollout.send({ type: 'close' });
      await Promise.race([
        Promise.all(rollouts.map((r) => r.ended)),
        new Promise((r) => setTimeout(r, 2000)),
      ]);
      await overrides.close();
      await Promise.all([live.stop(), ...rollouts.map((r) => r.stop())]);
      await learner.close();
    },
  };

  function status(): ReturnType<typeof statusOf> {
    const { size } = listeners;
    return statusOf(state, holder, handle.counts, learner.state, size, questions.size);
  }

  async function tick(): Promise<void> {
    const now = Date.now();
    const { environmentSteps, learnerUpdates } = learner.counts;
    questions.expire(now);
    alerts.problems(storage.problems);
    const values = {
      ...learnedMetrics,
      ...statistics.values(now, { environmentSteps, learnerUpdates }),
    };
    const finite = Object.fromEntries(Object.entries(values).filter(([, v]) => Number.isFinite(v)));
    const point: MetricsPoint = { time: now, environmentSteps, learnerUpdates, values: finite };
    broadcast({ type: 'metrics', points: [point] });
    broadcast(status());
    if (points++ % METRICS_KEPT === 0) await storage.appendMetrics(run.id, point);
  }

  const rollouts: Thread<RolloutCommand>[] = [];
  let live = startLive();
  // One is always there: it draws scenes and rolls out counterfactuals even with --rollouts 0.
  for (let i = 0; i < Math.max(1, options.rollouts); i++) rollouts.push(startRollout(i));
  const timers = [
    setInterval(() => background('metrics', tick()), METRICS_EVERY),
    setInterval(() => {
      if (questions.missing > 0) learner.send({ type: 'queries', count: questions.missing + 2 });
    }, QUERIES_EVERY),
    setInterval(() => {
      if (flushWanted) live.send({ type: 'flush' });
      flushWanted = false;
    }, FLUSH_EVERY),
  ];
  await learner.ready; // whoever is served is told which backend learns
  return handle;
}

/**
 * One run: actors, learner and storage wired together. Knows nothing of sockets; viewers subscribe.
 */
import type { Episode, Feedback, Query } from '../agent/contract.ts';
import type {
  ActorData,
  LiveCommand,
  LiveEvent,
  RolloutCommand,
  RolloutEvent,
} from './actors/messages.ts';
import { sceneIdOf } from './actors/scene-id.ts';
import { countHumanSteps, sliceEpisode } from './episode-chunks.ts';
import { checkFeedback } from './feedback-check.ts';
import { createLearnerHandle } from './learner/handle.ts';
import type { EpisodeSummary, MetricsPoint, ServerMessage } from './protocol/index.ts';
import {
  type LiveState,
  RunError,
  type RunHandle,
  type RunListener,
  type RunOptions,
} from './run-contract.ts';
import { createScenes } from './scenes.ts';
import { createStatistics } from './statistics.ts';
import { startThread, type Thread } from './threads.ts';

/** Steps that rollouts may be ahead of the learner. */
const ROLLOUT_CREDIT = 1500;
const METRICS_EVERY = 1000;
/** Open episodes that feedback refers to reach the disk this often, ms. */
const FLUSH_EVERY = 2000;
/** Finished episodes kept in memory, so that questions about them can be shown. */
const RECENT = 60;
const SUMMARIES = 100;
/** Questions held ready, and how often more are asked for, ms. */
const QUERY_STOCK = 6;
const QUERIES_EVERY = 1500;
/** Seconds of future that a counterfactual covers. */
const COUNTERFACTUAL = { least: 1, most: 3 } as const;
const HISTORY_POINTS = 600;

type Alert = Extract<ServerMessage, { type: 'alert' }>;
type Override = Extract<LiveEvent, { type: 'override' }>;

export async function startRun(options: RunOptions): Promise<RunHandle> {
  const { run, factory, storage, log } = options;
  const session = `${run.id}-${Date.now().toString(36)}`;
  const listeners = new Set<RunListener>();
  const alerts = new Map<string, Alert>();
  const recent = new Map<string, Episode>();
  const summaries: EpisodeSummary[] = [];
  const statistics = createStatistics();
  const queries = new Map<string, Query>();
  const overrides = new Map<string, { event: Override; feedback: Feedback }>();
  const learnedReturns = new Map<string, (value: number | null) => void>();
  let state: LiveState | undefined;
  let oneScene = false;
  let wanted = QUERY_STOCK;
  let holder: string | undefined;
  let learnedMetrics: Readonly<Record<string, number>> = {};
  let flushWanted = false;
  let closing = false;
  let _liveSteps = 0;
  let number = 0;

  const broadcast = (message: ServerMessage) => {
    for (const listener of listeners) listener.message(message);
  };
  function alert(a: Omit<Alert, 'type'>): void {
    const message: Alert = { type: 'alert', ...a };
    if (a.severity === 'cleared') alerts.delete(a.id);
    else alerts.set(a.id, message);
    broadcast(message);
  }

  const learner = await createLearnerHandle({
    run,
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
    onQueries: (list) => void takeQueries(list),
    onPredicted(tag, values) {
      const last = values?.[values.length - 1];
      if (tag === 'live' && last !== undefined) live.send({ type: 'predicted', value: last });
      const resolve = learnedReturns.get(tag);
      if (!resolve) return;
      learnedReturns.delete(tag);
      resolve(values ? values.reduce((a, b) => a + b, 0) : null);
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
      onEvent: (event) => void onLive(event),
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
        live = startLive();
        const snapshot = learner.snapshot;
        if (snapshot) live.send({ type: 'snapshot', snapshot });
      },
    });
  }

  async function onLive(event: LiveEvent): Promise<void> {
    switch (event.type) {
      case 'ready':
        return;
      case 'scene':
        scenes.put(event.sceneId, event.scene);
        for (const listener of listeners) listener.scene(event.sceneId);
        return;
      case 'frame':
        _liveSteps++;
        statistics.liveSteps(1);
        for (const listener of listeners) {
          listener.frame(event.buffer);
          if (event.path) listener.frame(event.path);
        }
        return;
      case 'state':
        state = event;
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
        await onLiveEpisode(event.episode, event.endReason);
        return;
      case 'override':
        await onOverride(event);
        return;
      case 'snapshot-in-use':
        if (state) state = { ...state, policyVersion: event.version };
        learner.inUse(event.version);
        return;
    }
  }

  async function onLiveEpisode(episode: Episode, endReason: string): Promise<void> {
    if (episode.length === 0) return;
    await keep(episode, true);
    if (episode.end !== 'open') await conclude(episode, endReason, true);
  }

  /** To disk, and in memory for clips. */
  async function keep(episode: Episode, isLive: boolean): Promise<void> {
    remember(episode);
    try {
      await storage.putEpisode(episode, { live: isLive });
      if (alerts.has('storage'))
        alert({ id: 'storage', severity: 'cleared', code: 'storage-failed', message: '' });
    } catch (error) {
      log.error({ error }, 'an episode could not be written');
      alert({
        id: 'storage',
        severity: 'error',
        code: 'storage-failed',
        message: `An episode could not be written: ${(error as Error).message}`,
        tip: 'Free some space in the data folder; answers are refused rather than lost meanwhile.',
      });
    }
  }

  function remember(episode: Episode): void {
    recent.delete(episode.id);
    recent.set(episode.id, episode);
    if (recent.size > RECENT) recent.delete(recent.keys().next().value!);
  }

  async function conclude(episode: Episode, endReason: string, isLive: boolean): Promise<void> {
    const learnedReturn = await predictReturn(episode);
    const summary: EpisodeSummary = {
      episodeId: episode.id,
      seed: episode.seed,
      length: episode.length,
      end: episode.end,
      endReason,
      live: isLive,
      return: episode.summary.return ?? 0,
      learnedReturn,
      cost: episode.summary.cost ?? 0,
      success: episode.summary.success === 1,
      humanSteps: countHumanSteps(episode.sources),
      policyVersion: episode.policyVersions[episode.length - 1] ?? 0,
      endedAt: Date.now(),
    };
    summaries.push(summary);
    if (summaries.length > SUMMARIES) summaries.shift();
    // People's episodes would flatter the policy; branches and aborted ones say nothing of it.
    if (summary.humanSteps === 0 && episode.end !== 'aborted') statistics.episode(summary);
    broadcast({ type: 'episode', episode: summary });
  }

  function predictReturn(episode: Episode): Promise<number | null> {
    return new Promise((resolve) => {
      const tag = `return-${episode.id}`;
      learnedReturns.set(tag, resolve);
      learner.send({
        type: 'predict',
        tag,
        segment: { episodeId: episode.id, from: 0, to: episode.length },
      });
      // A learner that is being restarted does not answer.
      setTimeout(() => learnedReturns.delete(tag) && resolve(null), 5000).unref();
    });
  }

  async function onOverride(event: Override): Promise<void> {
    statistics.override();
    const now = Date.now();
    const feedback: Feedback = {
      id: `${event.episodeId}-o${event.from}`,
      runId: run.id,
      teacherId: holder ?? lastHolder ?? 'operator',
      shownAt: now,
      answeredAt: now,
      receivedAt: now,
      responseMs: 0,
      kind: 'override',
      episodeId: event.episodeId,
      from: event.from,
      to: event.to,
    };
    const id = `${event.episodeId}-cf${event.from}`;
    overrides.set(id, { event, feedback });
    broadcast({
      type: 'override',
      feedbackId: feedback.id,
      episodeId: event.episodeId,
      from: event.from,
      to: event.to,
      counterfactual: null,
    });
    live.send({ type: 'flush' });
    const seconds = (event.to - event.from) * controlDt;
    const steps = Math.round(
      Math.min(COUNTERFACTUAL.most, Math.max(COUNTERFACTUAL.least, seconds)) / controlDt,
    );
    const of = { episodeId: event.episodeId, step: event.from };
    rollouts[0]!.send({
      type: 'counterfactual',
      id,
      of,
      seed: event.seed,
      state: event.state,
      steps,
    });
  }
  let lastHolder: string | undefined;
  const controlDt = 1 / factory.controlHz;

  async function onCounterfactual(id: string, episode: Episode, endReason: string): Promise<void> {
    const pending = overrides.get(id);
    if (!pending) return;
    overrides.delete(id);
    const { event } = pending;
    await keep(episode, false);
    learner.send({ type: 'chunk', chunk: sliceEpisode(episode, 0, episode.length) });
    const feedback = {
      ...pending.feedback,
      ...(episode.length > 0
        ? { counterfactual: { episodeId: episode.id, from: 0, to: episode.length } }
        : {}),
    } as Feedback;
    await append(feedback);
    broadcast({
      type: 'override',
      feedbackId: feedback.id,
      episodeId: event.episodeId,
      from: event.from,
      to: event.to,
      counterfactual: {
        cost: episode.summary.cost ?? 0,
        return: episode.summary.return ?? 0,
        endReason,
        humanReturn: event.returned,
        humanCost: event.cost,
      },
    });
  }

  function startRollout(i: number): Thread<RolloutCommand> {
    const thread = startThread<RolloutCommand, RolloutEvent>(
      actorData(`r${i}`),
      './actors/rollout.ts',
      {
        onEvent: (event) => void onRollout(event),
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
        return;
      case 'scene':
        scenes.put(event.sceneId, event.scene);
        return;
      case 'chunk':
        learner.send({ type: 'chunk', chunk: event.chunk });
        return;
      case 'episode':
        remember(event.episode);
        await conclude(event.episode, event.endReason, false);
        return;
      case 'counterfactual':
        await onCounterfactual(event.id, event.episode, event.endReason);
        return;
    }
  }

  // ------------------------------------------------------------------ questions and answers

  async function takeQueries(list: readonly Query[]): Promise<void> {
    for (const query of list) {
      if (queries.has(query.id) || queries.size >= Math.max(QUERY_STOCK, wanted)) continue;
      const episodes = await Promise.all(query.segments.map((s) => handle.episode(s.episodeId)));
      const whole = episodes.every(
        (e, i) => e && e.poses.length > 0 && e.length >= query.segments[i]!.to,
      );
      if (!whole) continue;
      for (const e of episodes) if (!(await storage.findEpisode(e!.id))) await keep(e!, false);
      queries.set(query.id, query);
      await storage.putQuery(query);
      broadcast({ type: 'query', query: { ...query, segments: [...query.segments] } });
    }
  }

  function expireQueries(now: number): void {
    for (const query of queries.values()) {
      if (query.expiresAt > now) continue;
      queries.delete(query.id);
      broadcast({ type: 'query-expired', queryId: query.id });
    }
  }

  async function append(feedback: Feedback): Promise<{ duplicate: boolean }> {
    const { sequence, duplicate } = await storage.appendFeedback(feedback);
    if (!duplicate) {
      learner.sendFeedback(sequence, feedback);
      if (feedback.kind !== 'retraction') {
        handle.counts.labels++;
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
    counts: {
      environmentSteps: 0,
      learnerUpdates: 0,
      humanSteps: 0,
      labels: await storage.countFeedback(run.id),
    },
    get queries() {
      return [...queries.values()];
    },
    get alerts() {
      return [...alerts.values()];
    },
    get recentEpisodes() {
      return summaries;
    },
    get holder() {
      return holder;
    },
    takeControl(teacherId) {
      if (holder !== undefined && holder !== teacherId) return false;
      holder = teacherId;
      lastHolder = teacherId;
      return true;
    },
    history: (since) => storage.readMetrics(run.id, since, HISTORY_POINTS),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    live: (command) => live.send(command),
    async accept(feedback, receivedAt) {
      await checkFeedback(feedback, { run, storage, openEpisode: () => state, recent });
      flushWanted ||= refersToOpen(feedback, state);
      const result = await append({ ...feedback, receivedAt } as Feedback).catch((error: Error) => {
        throw new RunError('storage-failed', `the answer could not be written: ${error.message}`);
      });
      if (feedback.queryId) queries.delete(feedback.queryId);
      return result;
    },
    async episode(id) {
      return recent.get(id) ?? (await storage.getEpisode(id));
    },
    sceneIdOf: (seed) => sceneIdOf(seed, oneScene),
    sceneMessage: (seed) => scenes.message(sceneIdOf(seed, oneScene), seed),
    wantQueries(count) {
      wanted = Math.max(count, QUERY_STOCK);
    },
    status,
    async close() {
      closing = true;
      for (const timer of timers) clearInterval(timer);
      live.send({ type: 'close' });
      for (const rollout of rollouts) rollout.send({ type: 'close' });
      await Promise.race([live.ended, new Promise((r) => setTimeout(r, 2000))]);
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([live.stop(), ...rollouts.map((r) => r.stop())]);
      await learner.close();
    },
  };

  function status(): Extract<ServerMessage, { type: 'status' }> {
    return {
      type: 'status',
      state: state?.state ?? 'starting',
      speed: state?.speed ?? 1,
      sceneId: state?.sceneId ?? 0,
      episodeId: state?.episodeId ?? '',
      episodeNumber: state?.episodeNumber ?? 0,
      seed: state?.seed ?? 0,
      controller: state?.controller ?? 'policy',
      holder: holder ?? null,
      releaseTo: state?.releaseTo ?? 'policy',
      policyVersion: state?.policyVersion ?? 0,
      environmentSteps: handle.counts.environmentSteps,
      learnerUpdates: handle.counts.learnerUpdates,
      labels: handle.counts.labels,
      humanSteps: handle.counts.humanSteps,
      viewers: listeners.size,
      droppedFrames: 0,
      learner: learner.state,
      openQueries: queries.size,
    };
  }

  async function tick(): Promise<void> {
    const now = Date.now();
    const { environmentSteps, learnerUpdates, humanSteps } = learner.counts;
    Object.assign(handle.counts, { environmentSteps, learnerUpdates, humanSteps });
    expireQueries(now);
    const values = {
      ...learnedMetrics,
      ...statistics.values(now, { environmentSteps, learnerUpdates }),
    };
    const finite = Object.fromEntries(Object.entries(values).filter(([, v]) => Number.isFinite(v)));
    const point: MetricsPoint = { time: now, environmentSteps, learnerUpdates, values: finite };
    broadcast({ type: 'metrics', points: [point] });
    broadcast(status());
    await storage.appendMetrics(run.id, point);
  }

  const rollouts: Thread<RolloutCommand>[] = [];
  let live = startLive();
  // One is always there: it draws scenes and rolls out counterfactuals even with --rollouts 0.
  for (let i = 0; i < Math.max(1, options.rollouts); i++) rollouts.push(startRollout(i));
  for (const problem of storage.problems) {
    alert({
      id: `corrupt-${problem}`,
      severity: 'warning',
      code: 'corrupt-file',
      message: problem,
      tip: 'The run goes on without it.',
    });
  }
  const timers = [
    setInterval(() => void tick().catch((error) => log.error({ error }, 'metrics')), METRICS_EVERY),
    setInterval(() => {
      if (queries.size < wanted)
        learner.send({ type: 'queries', count: wanted - queries.size + 2 });
    }, QUERIES_EVERY),
    setInterval(() => {
      if (flushWanted) live.send({ type: 'flush' });
      flushWanted = false;
    }, FLUSH_EVERY),
  ];
  return handle;
}

/** Feedback about the episode that is still running: it must reach the disk soon. */
function refersToOpen(feedback: object, state: LiveState | undefined): boolean {
  return state !== undefined && JSON.stringify(feedback).includes(`"${state.episodeId}"`);
}

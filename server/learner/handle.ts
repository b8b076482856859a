/**
 * The server's side of the learner thread: starts it from the last checkpoint, replays feedback that
 * came after it, restarts it when it dies, and knows when an answer is in a policy that acts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isCounterfactual } from '../../agent/acting/counterfactual.ts';
import type {
  Feedback,
  GateSnapshot,
  Metrics,
  PolicySnapshot,
  Query,
} from '../../agent/contract.ts';
import { sliceEpisode } from '../../agent/episode/chunks.ts';
import type { ServerMessage } from '../protocol/index.ts';
import type { Run, Storage } from '../storage/contract.ts';
import type { Log } from '../threads/log.ts';
import { backOff, createDeathCount } from '../threads/supervisor.ts';
import { startThread, type Thread } from '../threads/threads.ts';
import type { LearnerCommand, LearnerCounts, LearnerData, LearnerEvent } from './messages.ts';

const CHECKPOINT_EVERY = 20_000;
/** Episodes remembered as sent; more than the learner itself keeps. */
const KNOWN = 20_000;

export interface LearnerHandleOptions {
  readonly run: Run;
  /** Changes to the preset. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly environmentOptions: Readonly<Record<string, unknown>>;
  readonly storage: Storage;
  /** s; known once an environment was created. */
  readonly controlDt: Promise<number>;
  /** Steps of it are still to come, from an actor. */
  isOpen(episodeId: string): boolean;
  /** Another thread takes over: what is under way must be told from its beginning. */
  onRestart(): void;
  readonly log: Log;
  alert(alert: Omit<Extract<ServerMessage, { type: 'alert' }>, 'type'>): void;
  /** `gate`: when this policy asks for a person, where its learner asks. */
  onPublished(snapshot: PolicySnapshot, gate: GateSnapshot | undefined): void;
  onApplied(feedbackIds: readonly string[], policyVersion: number, latencyMs: number): void;
  onCredit(steps: number): void;
  onProgress(metrics: Metrics): void;
  onQueries(queries: readonly Query[]): void;
  onPredicted(tag: string, values: Float32Array | undefined): void;
}

export interface LearnerHandle {
  /** Resolves when the thread has started for the first time, or failed to and is to be tried again.
   * @throws RangeError for a preset or an option that it refuses. */
  readonly ready: Promise<void>;
  readonly state: 'starting' | 'warming-up' | 'learning' | 'idle' | 'restarting';
  readonly backend: { readonly name: 'native' | 'wasm' | 'cpu'; readonly reason: string };
  readonly counts: LearnerCounts;
  readonly snapshot: PolicySnapshot | undefined;
  send(command: LearnerCommand): void;
  sendFeedback(sequence: number, feedback: Feedback): void;
  /** The live actor acts from this version from now on. */
  inUse(version: number): void;
  close(): Promise<void>;
}

export function createLearnerHandle(options: LearnerHandleOptions): LearnerHandle {
  const { run, storage, log } = options;
  let state: LearnerHandle['state'] = 'starting';
  let backend: LearnerHandle['backend'] = { name: 'cpu', reason: 'the learner is starting' };
  let announce = () => {};
  let refuse: (error: Error) => void = () => {};
  const ready = new Promise<void>((resolve, reject) => {
    announce = resolve;
    refuse = reject;
  });
  ready.catch(() => {});
  let counts: LearnerCounts = {
    environmentSteps: 0,
    learnerUpdates: 0,
    rewardUpdates: 0,
    humanSteps: 0,
    labels: 0,
  };
  let snapshot: PolicySnapshot | undefined;
  const deathCount = createDeathCount();
  let isFirst = true;
  let closing = false;
  /** Ends the pause before a restart. */
  const closed = new AbortController();
  let saved: (() => void) | undefined;
  /** The last checkpoint has come and is being written. */
  let isSaving = false;
  /** When feedback that no acting policy contains yet was received. */
  const received = new Map<string, number>();
  const published = new Map<number, readonly string[]>();

  /** Log position of the checkpoint that the thread started from. */
  let resumedAt = 0;

  let thread: Thread<LearnerCommand> | undefined;
  /** Episodes the present thread has been told of, newest last. */
  const known = new Set<string>();
  /** The last feedback the present thread has been told of. */
  let delivered = 0;
  /** Starts and feedback, one after the other: nothing is told to a dead thread or told twice. */
  let work: Promise<void> = Promise.resolve();

  function later(job: () => Promise<void>): void {
    work = work.then(job).catch((error) => log.error({ error: String(error) }, 'learner'));
  }

  function remember(id: string): void {
    known.delete(id);
    known.add(id);
    if (known.size > KNOWN) known.delete(known.values().next().value!);
  }

  /** A thread from the last checkpoint, with the feedback that came after it. */
  async function start(): Promise<void> {
    const stored = await storage.getCheckpoint(run.id);
    const data: Omit<LearnerData, 'module'> = {
      runId: run.id,
      preset: run.preset,
      overrides: options.overrides,
      seed: run.seed,
      environmentId: run.environmentId,
      environmentOptions: options.environmentOptions,
      ...(stored ? { checkpoint: stored.checkpoint } : {}),
    };
    known.clear();
    delivered = stored?.feedbackSequence ?? 0;
    resumedAt = delivered;
    const started = startThread<LearnerCommand, LearnerEvent>(
      data,
      new URL('./worker.ts', import.meta.url).href,
      {
        onEvent,
        onDeath,
      },
    );
    thread = started;
    deathCount.started(Date.now());
    if (!isFirst) options.onRestart();
    isFirst = false;
    await options.controlDt;
    for (const { sequence, feedback } of await storage.readFeedback(run.id, delivered)) {
      await deliver(sequence, feedback, stored?.savedAt ?? 0);
    }
  }

  /** With the episodes it is about, where this thread does not have them. */
  async function deliver(sequence: number, feedback: Feedback, savedAt = Infinity): Promise<void> {
    if (sequence <= delivered) return;
    for (const id of episodeIds(feedback)) {
      // The feedback waits for those steps in the thread.
      if (known.has(id) || options.isOpen(id)) continue;
      const episode = await storage.getEpisode(id);
      if (!episode) continue;
      remember(id);
      // As far as the learner is concerned nothing more of it will come.
      const end = episode.end === 'open' ? 'aborted' : episode.end;
      const chunk = sliceEpisode({ ...episode, end }, 0, episode.length);
      const lasted = 1000 * (await options.controlDt) * episode.length;
      const isOver = isCounterfactual(id) || episode.startedAt + lasted < savedAt;
      const type = isOver ? 'recall' : 'chunk';
      thread?.send({ type, chunk });
    }
    thread?.send({ type: 'feedback', sequence, feedback });
    delivered = sequence;
  }

  function onEvent(event: LearnerEvent): void {
    switch (event.type) {
      case 'ready':
        announce();
        backend = event.backend;
        counts = event.counts;
        state = 'warming-up';
        options.alert({ id: 'learner', severity: 'cleared', code: 'learner-died', message: '' });
        return;
      case 'published':
        snapshot = event.snapshot;
        published.set(event.snapshot.version, event.appliedFeedback);
        options.onPublished(event.snapshot, event.gate);
        return;
      case 'progress':
        counts = event.counts;
        state = event.learning ? 'learning' : counts.learnerUpdates > 0 ? 'idle' : 'warming-up';
        options.onProgress(event.metrics);
        return;
      case 'credit':
        counts = event.counts;
        options.onCredit(event.steps);
        return;
      case 'queries':
        options.onQueries(event.queries);
        return;
      case 'predicted':
        options.onPredicted(event.tag, event.values);
        return;
      case 'checkpoint':
        isSaving ||= event.last;
        void storage
          .putCheckpoint(run.id, {
            checkpoint: event.checkpoint,
            // A learner that heard nothing new still has what its checkpoint had.
            feedbackSequence: Math.max(event.feedbackSequence, resumedAt),
            savedAt: Date.now(),
          })
          .catch((error) => log.error({ error }, 'the checkpoint could not be written'))
          .then(() => event.last && saved?.());
        return;
    }
  }

  function onDeath(reason: string, error: Error | undefined): void {
    thread = undefined;
    if (!isSaving) saved?.();
    if (closing) return;
    if (state === 'starting' && error instanceof RangeError) {
      refuse(error); // it would refuse it again
      return;
    }
    announce();
    state = 'restarting';
    const deaths = deathCount.died(Date.now());
    const retryMs = backOff(deaths);
    log.error({ reason, deaths, retryMs }, 'the learner died');
    options.alert({
      id: 'learner',
      severity: 'error',
      code: 'learner-died',
      message: `The learner stopped: ${reason}`,
      tip: `It starts again from its last checkpoint in ${retryMs / 1000} s; the simulation goes on meanwhile, and no answer is lost.`,
    });
    later(async () => {
      await sleep(retryMs, undefined, { signal: closed.signal }).catch(() => {});
      if (!closing) await start();
    });
  }

  later(start);
  const timer = setInterval(() => thread?.send({ type: 'save', last: false }), CHECKPOINT_EVERY);
  return {
    ready,
    get state() {
      return state;
    },
    get backend() {
      return backend;
    },
    get counts() {
      return counts;
    },
    get snapshot() {
      return snapshot;
    },
    send(command) {
      if ('chunk' in command && command.chunk.from === 0) remember(command.chunk.id);
      thread?.send(command);
    },
    sendFeedback(sequence, feedback) {
      received.set(feedback.id, feedback.receivedAt);
      later(() => deliver(sequence, feedback));
    },
    inUse(version) {
      const now = Date.now();
      for (const [v, ids] of published) {
        if (v > version) continue;
        published.delete(v);
        const known = ids.filter((id) => received.has(id));
        if (known.length === 0) continue;
        const newest = Math.max(...known.map((id) => received.get(id)!));
        for (const id of known) received.delete(id);
        options.onApplied(known, version, now - newest);
      }
    },
    async close() {
      closing = true;
      closed.abort();
      clearInterval(timer);
      await work;
      if (!thread) return;
      await new Promise<void>((resolve) => {
        saved = resolve;
        thread?.send({ type: 'save', last: true });
        setTimeout(resolve, 5000).unref();
      });
      await thread?.stop();
    },
  };
}

/** Every episode a feedback event names. */
export function episodeIds(feedback: object): string[] {
  const ids = new Set<string>();
  JSON.stringify(feedback, (key, value: unknown) => {
    if (key === 'episodeId' && typeof value === 'string') ids.add(value);
    return value;
  });
  return [...ids];
}

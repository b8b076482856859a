/**
 * The server's side of the learner thread: starts it from the last checkpoint, replays feedback that
 * came after it, restarts it when it dies, and knows when an answer is in a policy that acts.
 */
import type { Feedback, Metrics, PolicySnapshot, Query } from '../../agent/contract.ts';
import { sliceEpisode } from '../episode-chunks.ts';
import type { Log } from '../log.ts';
import type { ServerMessage } from '../protocol/index.ts';
import type { Run, Storage } from '../storage/contract.ts';
import { startThread, type Thread } from '../threads.ts';
import type { LearnerCommand, LearnerCounts, LearnerData, LearnerEvent } from './messages.ts';

const CHECKPOINT_EVERY = 20_000;
const MOST_RESTARTS = 5;

export interface LearnerHandleOptions {
  readonly run: Run;
  readonly environmentOptions: Readonly<Record<string, unknown>>;
  readonly storage: Storage;
  readonly log: Log;
  alert(alert: Omit<Extract<ServerMessage, { type: 'alert' }>, 'type'>): void;
  onPublished(snapshot: PolicySnapshot): void;
  onApplied(feedbackIds: readonly string[], policyVersion: number, latencyMs: number): void;
  onCredit(steps: number): void;
  onProgress(metrics: Metrics): void;
  onQueries(queries: readonly Query[]): void;
  onPredicted(tag: string, values: Float32Array | undefined): void;
}

export interface LearnerHandle {
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

export async function createLearnerHandle(options: LearnerHandleOptions): Promise<LearnerHandle> {
  const { run, storage, log } = options;
  let state: LearnerHandle['state'] = 'starting';
  let backend: LearnerHandle['backend'] = { name: 'cpu', reason: 'the learner is starting' };
  let counts: LearnerCounts = {
    environmentSteps: 0,
    learnerUpdates: 0,
    rewardUpdates: 0,
    humanSteps: 0,
    labels: 0,
  };
  let snapshot: PolicySnapshot | undefined;
  let restarts = 0;
  let closing = false;
  let saved: (() => void) | undefined;
  /** When feedback that no acting policy contains yet was received. */
  const received = new Map<string, number>();
  const published = new Map<number, readonly string[]>();

  /** Log position of the checkpoint that the thread started from. */
  let resumedAt = 0;

  async function start(): Promise<Thread<LearnerCommand>> {
    const stored = await storage.getCheckpoint(run.id);
    resumedAt = stored?.feedbackSequence ?? 0;
    const data: Omit<LearnerData, 'module'> = {
      runId: run.id,
      preset: run.preset,
      seed: run.seed,
      environmentId: run.environmentId,
      environmentOptions: options.environmentOptions,
      ...(stored ? { checkpoint: stored.checkpoint } : {}),
    };
    const thread = startThread<LearnerCommand, LearnerEvent>(data, './learner/worker.ts', {
      onEvent,
      onDeath,
    });
    const missed = await storage.readFeedback(run.id, stored?.feedbackSequence ?? 0);
    const sent = new Set<string>();
    for (const { sequence, feedback } of missed) {
      for (const id of episodeIds(feedback)) {
        if (sent.has(id)) continue;
        sent.add(id);
        const episode = await storage.getEpisode(id);
        if (!episode) continue;
        // It is closed as far as the learner is concerned: nothing more of it will come.
        const end = episode.end === 'open' ? 'aborted' : episode.end;
        thread.send({ type: 'chunk', chunk: sliceEpisode({ ...episode, end }, 0, episode.length) });
      }
      thread.send({ type: 'feedback', sequence, feedback });
    }
    return thread;
  }

  function onEvent(event: LearnerEvent): void {
    switch (event.type) {
      case 'ready':
        backend = event.backend;
        state = 'warming-up';
        options.alert({ id: 'learner', severity: 'cleared', code: 'learner-died', message: '' });
        return;
      case 'published':
        snapshot = event.snapshot;
        published.set(event.snapshot.version, event.appliedFeedback);
        options.onPublished(event.snapshot);
        return;
      case 'progress':
        counts = event.counts;
        state = event.learning ? 'learning' : counts.learnerUpdates > 0 ? 'idle' : 'warming-up';
        options.onProgress(event.metrics);
        return;
      case 'credit':
        options.onCredit(event.steps);
        return;
      case 'queries':
        options.onQueries(event.queries);
        return;
      case 'predicted':
        options.onPredicted(event.tag, event.values);
        return;
      case 'checkpoint':
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

  function onDeath(reason: string): void {
    if (closing) return;
    state = 'restarting';
    restarts++;
    log.error({ reason, restarts }, 'the learner died');
    options.alert({
      id: 'learner',
      severity: 'error',
      code: 'learner-died',
      message: `The learner stopped: ${reason}`,
      tip:
        restarts > MOST_RESTARTS
          ? 'It stopped too often: start Reins again, and report the log if it persists.'
          : 'It starts again from its last checkpoint; the simulation goes on meanwhile.',
    });
    if (restarts > MOST_RESTARTS) return;
    void start().then((next) => {
      thread = next;
    });
  }

  let thread = await start();
  const timer = setInterval(() => thread.send({ type: 'save', last: false }), CHECKPOINT_EVERY);
  return {
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
    send: (command) => thread.send(command),
    sendFeedback(sequence, feedback) {
      received.set(feedback.id, feedback.receivedAt);
      thread.send({ type: 'feedback', sequence, feedback });
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
      clearInterval(timer);
      await new Promise<void>((resolve) => {
        saved = resolve;
        thread.send({ type: 'save', last: true });
        setTimeout(resolve, 5000).unref();
      });
      await thread.stop();
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

/**
 * The server's side of the learner thread. There is always one thread: each starts from the last checkpoint
 * and is sent steps and feedback in order. The owner hears one stream of reports.
 */
import type { Episode, Feedback, Metrics, Segment } from '../../agent/contract.ts';
import { type EpisodeChunk, sliceEpisode } from '../../agent/episode/chunks.ts';
import type { Asking } from '../../agent/queries/queries.ts';
import type { LearnedPerson } from '../../agent/reward/people.ts';
import type { LearnedModel } from '../../agent/trainer/contract.ts';
import type { Run, Storage } from '../storage/contract.ts';
import { createDeferred } from '../threads/deferred.ts';
import type { Log } from '../threads/log.ts';
import { type Death, type Start, SupervisedThread } from '../threads/supervisor.ts';
import { type Applied, createAppliedFeedback } from './applied.ts';
import { buffersOfCheckpoint, Checkpoints } from './checkpoints.ts';
import { Delivery, type LiveEpisodes } from './delivery.ts';
import type {
  Excluded,
  LearnerCommand,
  LearnerCounts,
  LearnerData,
  LearnerEvent,
} from './messages.ts';

const CHECKPOINT_EVERY = 20_000;
/** How long the last checkpoint may take, ms. */
const CLOSE_PATIENCE = 5000;

/** What the owner of the learner hears. */
export type LearnerReport =
  | Exclude<LearnerEvent, { type: 'checkpoint' | 'model' }>
  | { readonly type: 'died'; readonly reason: string; readonly retryMs: number }
  /** It is on disk, or why it is not. */
  | { readonly type: 'checkpoint'; readonly error: Error | undefined }
  /** Another thread follows: open episodes must be sent from their beginning. */
  | { readonly type: 'restarted' };

/** `still`: a finished policy drives, and nothing learns. */
export type LearnerState = 'starting' | 'warming-up' | 'learning' | 'idle' | 'restarting' | 'still';
export type LearnerBackend = Extract<LearnerEvent, { type: 'ready' }>['backend'];

export interface LearnerOptions {
  readonly run: Run;
  /** Changes to the preset. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly environmentOptions: Readonly<Record<string, unknown>>;
  readonly storage: Storage;
  readonly lives: LiveEpisodes;
  readonly log: Log;
}

/** What learns for a run, or stands in its place. */
export type Learner = { readonly [Part in keyof LearnerHandle]: LearnerHandle[Part] };

export class LearnerHandle {
  readonly #options: LearnerOptions;
  readonly #thread = new SupervisedThread<LearnerCommand, LearnerEvent>();
  readonly #checkpoints: Checkpoints;
  readonly #applied = createAppliedFeedback();
  readonly #ready = createDeferred<void>();
  /** To the present thread; none while there is no thread. */
  #delivery: Delivery | undefined;
  #saving: NodeJS.Timeout | undefined;
  #state: LearnerState = 'starting';
  #backend: LearnerBackend = { name: 'cpu', reason: 'the learner is starting' };
  #metrics: Metrics = {};
  #excluded: Excluded = { teacherIds: [], feedbackIds: [] };
  #people: readonly LearnedPerson[] = [];
  /** Who waits for a model, in the order in which they asked. */
  #asked: ((model: LearnedModel | undefined) => void)[] = [];
  #counts: LearnerCounts = {
    environmentSteps: 0,
    learnerUpdates: 0,
    rewardUpdates: 0,
    humanSteps: 0,
    labels: 0,
  };

  constructor(options: LearnerOptions) {
    this.#options = options;
    this.#checkpoints = new Checkpoints(options.run.id, options.storage);
  }

  /**
   * Resolves when the thread has started for the first time, or failed to and is to be tried again.
   * @throws RangeError for a preset or an option that it refuses.
   */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get state(): LearnerState {
    return this.#state;
  }

  /** Physics engine and version that the run was begun with; of an older run, that of its checkpoint. */
  get madeWith(): string | undefined {
    return this.#options.run.engine ?? this.#checkpoints.engine;
  }

  get backend(): LearnerBackend {
    return this.#backend;
  }

  get counts(): LearnerCounts {
    return this.#counts;
  }

  /** As last reported. */
  get metrics(): Metrics {
    return this.#metrics;
  }

  /** How people answer, as last reported. */
  get people(): readonly LearnedPerson[] {
    return this.#people;
  }

  start(listener: (report: LearnerReport) => void): void {
    this.#thread.start({
      module: new URL('./worker.ts', import.meta.url).href,
      prepare: () => this.#prepare(listener),
      isReady: (event) => event.type === 'ready',
      onEvent: (event) => {
        this.#follow(event, listener);
        if (event.type !== 'checkpoint' && event.type !== 'model') listener(event);
      },
      onDeath: (death) => this.#onDeath(death, listener),
    });
    this.#saving = setInterval(() => {
      if (this.#thread.isThere && !this.#checkpoints.isWriting)
        this.#thread.send(this.#save(false));
    }, CHECKPOINT_EVERY);
  }

  /** New steps of an episode. The chunk's arrays are transferred: they are empty afterwards. */
  observe(chunk: EpisodeChunk): void {
    this.#delivery?.chunk('chunk', chunk);
  }

  /** A whole episode for feedback to refer to; it is not experience. */
  recall(episode: Episode): void {
    this.#delivery?.chunk('recall', sliceEpisode(episode, 0, episode.length));
  }

  /** Feedback that is in the log; while there is no thread, the next one reads it there. */
  feedback(sequence: number, feedback: Feedback): void {
    this.#applied.received(feedback);
    this.#delivery?.feedback(sequence, feedback);
  }

  /** From now on what these teachers said, or these pieces of feedback, are not fitted by the reward model. */
  exclude(change: Partial<Excluded>): void {
    const next = { ...this.#excluded, ...change };
    if (isNothing(next) && isNothing(this.#excluded)) return;
    this.#excluded = next;
    this.#thread.send({ type: 'exclude', ...next });
  }

  /** Answered by a `predicted` report with this tag, unless the thread dies. */
  predict(tag: string, segment: Segment): void {
    this.#thread.send({ type: 'predict', tag, segment });
  }

  /** Answered by a `queries` report. `held`: queries that wait for an answer already. `how`: changes to the preset. */
  askQueries(count: number, held: number, how: Asking = {}): void {
    this.#thread.send({ type: 'queries', count, held, how });
  }

  /** What it has learned by now; undefined: no reward, or there is no thread. */
  model(): Promise<LearnedModel | undefined> {
    if (!this.#thread.isThere) return Promise.resolve(undefined);
    const asked = createDeferred<LearnedModel | undefined>();
    this.#asked.push(asked.resolve);
    this.#thread.send({ type: 'model' });
    return asked.promise;
  }

  /** The live actor acts from this version from now on. Returns the feedback that this applies. */
  inUse(version: number): Applied[] {
    return this.#applied.inUse(version, Date.now());
  }

  /** Its thread has ended. */
  get gone(): Promise<void> {
    return this.#thread.gone;
  }

  /** Closes the thread once a last checkpoint is on disk. */
  async close(): Promise<void> {
    clearInterval(this.#saving);
    await this.#delivery?.settled;
    await this.#thread.close(this.#save(true), CLOSE_PATIENCE);
    for (const tell of this.#asked.splice(0)) tell(undefined);
    await this.#checkpoints.written;
    this.#checkpoints.abandon();
  }

  #save(last: boolean): LearnerCommand {
    return { type: 'save', draft: this.#checkpoints.ask(), last };
  }

  /** A thread from the last checkpoint. */
  async #prepare(listener: (report: LearnerReport) => void): Promise<Start<LearnerCommand>> {
    const { run, overrides, environmentOptions, storage, lives, log } = this.#options;
    const stored = await this.#checkpoints.load();
    const data: Omit<LearnerData, 'module'> = {
      runId: run.id,
      preset: run.preset,
      overrides,
      seed: run.seed,
      environmentId: run.environmentId,
      environmentOptions,
      ...(stored
        ? { checkpoint: stored.checkpoint, feedbackSequence: stored.feedbackSequence }
        : {}),
    };
    return {
      data,
      transfer: stored ? buffersOfCheckpoint(stored.checkpoint) : [],
      begin: (send) => {
        const runId = run.id;
        if (!isNothing(this.#excluded)) send({ type: 'exclude', ...this.#excluded });
        this.#delivery = new Delivery({ runId, storage, lives, log, checkpoint: stored, send });
        if (this.#state === 'restarting') listener({ type: 'restarted' });
      },
    };
  }

  #follow(event: LearnerEvent, listener: (report: LearnerReport) => void): void {
    switch (event.type) {
      case 'ready':
        this.#backend = event.backend;
        this.#counts = event.counts;
        this.#state = 'warming-up';
        this.#ready.resolve();
        return;
      case 'published':
        this.#applied.published(event.snapshot.version, event.appliedFeedback);
        return;
      case 'progress':
        this.#counts = event.counts;
        this.#metrics = event.metrics;
        this.#state = stateOf(event);
        return;
      case 'people':
        this.#people = event.people;
        return;
      case 'credit':
        this.#counts = event.counts;
        return;
      case 'model':
        this.#asked.shift()?.(event.model);
        return;
      case 'checkpoint':
        this.#checkpoints.adopt(event, (error) => listener({ type: 'checkpoint', error }));
        return;
      case 'forgotten':
        this.#delivery?.forgotten(event.episodeIds);
        return;
      case 'queries':
      case 'predicted':
        return;
    }
  }

  #onDeath(death: Death, listener: (report: LearnerReport) => void): 'restart' | 'give-up' {
    const { reason, error, deaths, retryMs } = death;
    for (const tell of this.#asked.splice(0)) tell(undefined);
    this.#delivery?.end();
    this.#delivery = undefined;
    this.#checkpoints.abandon();
    if (this.#state === 'starting' && error instanceof RangeError) {
      this.#ready.reject(error); // the next thread would refuse it again
      return 'give-up';
    }
    this.#ready.resolve();
    this.#state = 'restarting';
    this.#options.log.error({ reason, deaths, retryMs }, 'the learner died');
    listener({ type: 'died', reason, retryMs });
    return 'restart';
  }
}

function stateOf({ learning, counts }: Extract<LearnerEvent, { type: 'progress' }>): LearnerState {
  if (learning) return 'learning';
  return counts.learnerUpdates > 0 ? 'idle' : 'warming-up';
}

const isNothing = ({ teacherIds, feedbackIds }: Excluded): boolean =>
  teacherIds.length + feedbackIds.length === 0;

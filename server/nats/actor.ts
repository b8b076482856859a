/** An actor process: threads that act for a run's learner somewhere else, reached over NATS. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg, Subscription } from '@nats-io/transport-node';
import { restOf } from '../../agent/episode/chunks.ts';
import { createActorData } from '../actors/actor-data.ts';
import { ActorThreads } from '../actors/actor-threads.ts';
import { LONGEST_CHUNK } from '../actors/link.ts';
import { createDeferred } from '../threads/deferred.ts';
import type { Log } from '../threads/log.ts';
import { type Bus, type BusOptions, openBus } from './bus.ts';
import { hearRun } from './hear-run.ts';
import {
  type ActorBeat,
  headersOf,
  type Part,
  partOf,
  type RunRecord,
  readCredit,
  readLearnerBeat,
} from './messages.ts';
import { Outbox } from './outbox.ts';
import { findRecord, PLATFORM } from './record.ts';
import { BEAT_EVERY } from './signs.ts';
import { type Subjects, streamOf, subjectsOf } from './subjects.ts';
import { WeightsReader } from './weights.ts';

/** How long a process that ends waits for learner and broker, ms. */
const CLOSE_PATIENCE = 10_000;

export interface ActorProcessOptions extends BusOptions {
  /** undefined: that of the one learner which is there. */
  readonly runId: string | undefined;
  readonly threads: number;
  readonly log: Log;
  readonly stop: AbortSignal;
}

/**
 * Until it is stopped: then it sends what its threads made, and says that it leaves.
 * @throws RangeError naming what cannot be used and the way out
 */
export async function runActor(options: ActorProcessOptions): Promise<void> {
  const { url, stop, log } = options;
  const bus = await openBus(options, 'actor', `reins actor of ${options.runId ?? 'any run'}`);
  try {
    bus.onStatus((isConnected) =>
      log.warn(isConnected ? 'NATS is there again' : 'NATS cannot be reached, and is tried again'),
    );
    bus.onRefusal((what) => log.error({ what }, 'NATS refuses what actors do'));
    const runId = options.runId ?? (await hearRun(bus, 'learner', options));
    let found = runId === undefined ? undefined : await findRecord(bus, runId);
    if (stop.aborted) return;
    if (!found)
      throw new RangeError(
        `run: ${runId} has no learner at ${url}: start it with reins serve --nats ${url}`,
      );
    while (!stop.aborted) {
      await new ActorSession(bus, options, found.record).run();
      if (stop.aborted) return;
      found = (await findRecord(bus, found.record.run.runId)) ?? found;
    }
  } finally {
    await bus.connection.close();
  }
}

/** What one learner is served by: with the next everything begins anew. */
class ActorSession {
  readonly #bus: Bus;
  readonly #options: ActorProcessOptions;
  readonly #run: string;
  readonly #epoch: number;
  readonly #subjects: Subjects;
  readonly #name = `a${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  readonly #threads: ActorThreads;
  readonly #outbox: Outbox;
  readonly #weights: WeightsReader;
  readonly #over = createDeferred<void>();
  #granted = 0;

  constructor(bus: Bus, options: ActorProcessOptions, { epoch, run, platform }: RunRecord) {
    const { log } = options;
    this.#bus = bus;
    this.#options = options;
    this.#run = run.runId;
    this.#epoch = epoch;
    this.#subjects = subjectsOf(run.runId);
    this.#threads = new ActorThreads({
      count: options.threads,
      data: createActorData(run, this.#name, {
        longestChunk: LONGEST_CHUNK,
        keepPoses: platform !== PLATFORM, // otherwise the learner's process plays it again for them
      }),
      onWorking: () => this.#beat(),
      onDeath: (i, { reason, retryMs }) =>
        log.error({ thread: i, reason, retryMs }, 'a thread died'),
    });
    this.#outbox = new Outbox({
      send: (sequence, part) => this.#send(sequence, part),
      partSize: bus.partSize,
    });
    this.#weights = new WeightsReader({
      read: (version, part) => this.#readWeights(version, part),
      onRead: (snapshot) => this.#threads.publish(snapshot),
      onError: (error) => log.warn({ error: error.message }, 'a policy could not be read'),
    });
  }

  /** Until another learner takes over, or the process is to end. */
  async run(): Promise<void> {
    const { connection } = this.#bus;
    const { stop, log } = this.#options;
    const heard: Subscription[] = [
      connection.subscribe(this.#subjects.learner, { callback: (_, m) => this.#hear(m) }),
      connection.subscribe(this.#subjects.credit(this.#name), {
        callback: (_, m) => this.#hearCredit(m),
      }),
      connection.subscribe(this.#subjects.policy(this.#epoch, '*', '*'), {
        callback: (_, m) => this.#hearPolicy(m),
      }),
    ];
    const onStop = () => this.#over.resolve();
    stop.addEventListener('abort', onStop);
    const timer = setInterval(() => this.#beat(), BEAT_EVERY);
    this.#threads.start((event) => {
      if (event.type === 'chunk') this.#outbox.add(event);
      if (event.type === 'episode') {
        const { episode, endReason } = event;
        this.#outbox.add({ type: 'rest', rest: restOf(episode), endReason });
      }
    });
    log.info({ run: this.#run, learner: this.#epoch, actor: this.#name }, 'acting');
    await this.#over.promise;
    stop.removeEventListener('abort', onStop);
    await this.#threads.close();
    if (stop.aborted) await this.#leave();
    else this.#outbox.giveUp();
    clearInterval(timer);
    for (const subscription of heard) subscription.unsubscribe();
    await this.#threads.gone();
  }

  /** Once the learner has everything: it says so when it is asked, by a sign of life. */
  async #leave(): Promise<void> {
    await Promise.race([this.#outbox.settled(), sleep(CLOSE_PATIENCE, undefined, { ref: false })]);
    this.#outbox.giveUp();
    this.#beat(true);
    await Promise.race([
      this.#bus.connection.flush(),
      sleep(CLOSE_PATIENCE, undefined, { ref: false }),
    ]);
  }

  async #send(sequence: number, part: Part): Promise<void> {
    const { connection } = this.#bus;
    const subject = this.#subjects.steps(this.#epoch, this.#name);
    connection.publish(subject, part.bytes, { headers: headersOf(part, sequence) });
    await connection.flush(); // which fails once the line is known to be dead
  }

  async #readWeights(version: number, part: number): Promise<Part | undefined> {
    const last_by_subj = this.#subjects.weights(this.#epoch, version, part);
    const stream = streamOf(this.#run);
    const message = await this.#bus.manager.direct.getMessage(stream, { last_by_subj });
    return message ? partOf({ headers: message.header, data: message.data }) : undefined;
  }

  #hearPolicy(message: Msg): void {
    const [version, part] = message.subject.split('.').slice(-2).map(Number);
    this.#weights.hear(version!, part!, partOf(message));
  }

  #hear({ data }: Msg): void {
    const beat = readLearnerBeat(data);
    if (!beat) return;
    const { epoch, version } = beat;
    if (epoch > this.#epoch) this.#over.resolve();
    if (epoch === this.#epoch && version !== undefined) void this.#weights.want(version);
  }

  #hearCredit({ data }: Msg): void {
    const credit = readCredit(data);
    if (credit?.epoch !== this.#epoch) return;
    this.#outbox.confirm(credit.received, credit.most);
    if (credit.granted <= this.#granted) return;
    this.#threads.credit(credit.granted - this.#granted);
    this.#granted = credit.granted;
  }

  #beat(isLeaving = false): void {
    const { connection } = this.#bus;
    // Nobody could use the credit.
    if (this.#threads.actors.length === 0 && this.#outbox.sent === 0 && !isLeaving) return;
    const beat: ActorBeat = {
      epoch: this.#epoch,
      session: this.#name,
      count: this.#options.threads,
      sent: this.#outbox.sent,
      isLeaving,
    };
    if (!connection.isClosed()) connection.publish(this.#subjects.actors, JSON.stringify(beat));
  }
}

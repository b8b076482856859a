/** An actor process: threads that act for a run's learner somewhere else, reached over NATS. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { headers, type Msg, type Subscription } from '@nats-io/transport-node';
import { createActorData } from '../actors/actor-data.ts';
import { ActorThreads } from '../actors/actor-threads.ts';
import { createDeferred } from '../threads/deferred.ts';
import type { Log } from '../threads/log.ts';
import { type Bus, type BusOptions, findStores, openBus, subjectsOf } from './bus.ts';
import {
  type ActorBeat,
  HAS_MORE,
  RECORD,
  type RunRecord,
  readCredit,
  readLearnerBeat,
  readRecord,
  type Steps,
} from './messages.ts';
import { Outbox } from './outbox.ts';
import { WeightsReader } from './weights.ts';

const BEAT_EVERY = 1000;
/** How long the broker may take to acknowledge a message before it is sent again, ms. */
const ACK_PATIENCE = 5000;
/** How long a process that ends waits for the broker, ms. */
const CLOSE_PATIENCE = 10_000;
/** Room for subject and headers beside the steps, bytes. */
const HEADERS = 4096;

export interface ActorProcessOptions extends Omit<BusOptions, 'name'> {
  readonly runId: string;
  readonly threads: number;
  readonly log: Log;
  readonly stop: AbortSignal;
}

/**
 * Until it is stopped: then it sends what its threads made, and says that it leaves.
 * @throws RangeError naming what cannot be used and the way out
 */
export async function runActor(options: ActorProcessOptions): Promise<void> {
  const { url, runId, stop, log } = options;
  const bus = await openBus({ ...options, name: `reins actor of ${runId}` });
  try {
    const stores = await findStores(bus, runId);
    const read = async () => {
      const entry = await stores?.record.get(RECORD);
      return (entry && readRecord(entry.value)) ?? undefined;
    };
    let record = await read();
    if (!stores || !record)
      throw new RangeError(
        `run: ${runId} has no learner at ${url}: start it with reins serve --nats ${url}`,
      );
    bus.onStatus((isConnected) =>
      log.warn(isConnected ? 'NATS is there again' : 'NATS cannot be reached, and is tried again'),
    );
    while (!stop.aborted) {
      const session = new ActorSession(bus, options, record, stores.weights);
      await session.run();
      if (stop.aborted) return;
      record = (await read()) ?? record;
    }
  } finally {
    await bus.connection.close();
  }
}

/** What one learner is served by: with the next everything begins anew. */
class ActorSession {
  readonly #bus: Bus;
  readonly #options: ActorProcessOptions;
  readonly #epoch: number;
  readonly #subjects: ReturnType<typeof subjectsOf>;
  readonly #name = `a${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  readonly #threads: ActorThreads;
  readonly #outbox: Outbox;
  readonly #weights: WeightsReader;
  readonly #over = createDeferred<void>();
  #granted = 0;
  #made = 0;

  constructor(
    bus: Bus,
    options: ActorProcessOptions,
    { epoch, run }: RunRecord,
    weights: ConstructorParameters<typeof WeightsReader>[0]['store'],
  ) {
    const { log } = options;
    this.#bus = bus;
    this.#options = options;
    this.#epoch = epoch;
    this.#subjects = subjectsOf(run.runId);
    this.#threads = new ActorThreads({
      count: options.threads,
      data: createActorData(run, this.#name),
      onWorking: () => this.#beat(),
      onDeath: (i, { reason, retryMs }) =>
        log.error({ thread: i, reason, retryMs }, 'a thread died'),
    });
    this.#outbox = new Outbox({
      send: (sequence, bytes, hasMore) => this.#send(sequence, bytes, hasMore),
      partSize: (bus.connection.info?.max_payload ?? 2 ** 20) - HEADERS,
      made: () => this.#made,
      onError: (error) => log.debug({ error: error.message }, 'steps are sent again'),
    });
    this.#weights = new WeightsReader({
      store: weights,
      epoch,
      onRead: (snapshot) => this.#threads.publish(snapshot),
      onError: (error) => log.warn({ error: error.message }, 'a policy could not be read'),
    });
  }

  /** Until another learner takes over, or the process is to end. */
  async run(): Promise<void> {
    const { connection } = this.#bus;
    const { stop, log, runId } = this.#options;
    const heard: Subscription[] = [
      connection.subscribe(this.#subjects.learner, { callback: (_, m) => this.#hear(m) }),
      connection.subscribe(this.#subjects.credit(this.#name), {
        callback: (_, m) => this.#hearCredit(m),
      }),
    ];
    const onStop = () => this.#over.resolve();
    stop.addEventListener('abort', onStop);
    const timer = setInterval(() => this.#beat(), BEAT_EVERY);
    this.#threads.start((event) => {
      if (event.type === 'chunk' || event.type === 'episode') this.#pass(event);
    });
    log.info({ runId, learner: this.#epoch, actor: this.#name }, 'acting');
    await this.#over.promise;
    stop.removeEventListener('abort', onStop);
    clearInterval(timer);
    for (const subscription of heard) subscription.unsubscribe();
    await this.#threads.close();
    if (stop.aborted) await this.#leave();
    else this.#outbox.giveUp();
    await this.#threads.gone();
  }

  async #leave(): Promise<void> {
    await Promise.race([this.#outbox.settled(), sleep(CLOSE_PATIENCE, undefined, { ref: false })]);
    this.#outbox.giveUp();
    this.#beat(true);
    await Promise.race([
      this.#bus.connection.flush(),
      sleep(CLOSE_PATIENCE, undefined, { ref: false }),
    ]);
  }

  #pass(event: Steps): void {
    if (event.type === 'chunk') this.#made += event.chunk.to - event.chunk.from;
    this.#outbox.add(event);
  }

  async #send(sequence: number, bytes: Uint8Array, hasMore: boolean): Promise<void> {
    const head = headers();
    if (hasMore) head.set(HAS_MORE, '1');
    await this.#bus.js.publish(this.#subjects.steps(this.#epoch, this.#name), bytes, {
      headers: head,
      msgID: `${this.#name}.${sequence}`,
      timeout: ACK_PATIENCE,
    });
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
    if (credit?.epoch !== this.#epoch || credit.granted <= this.#granted) return;
    this.#threads.credit(credit.granted - this.#granted);
    this.#granted = credit.granted;
  }

  #beat(isLeaving = false): void {
    const { connection } = this.#bus;
    if (this.#threads.actors.length === 0 && !isLeaving) return; // nobody could use the credit
    const beat: ActorBeat = {
      epoch: this.#epoch,
      session: this.#name,
      count: this.#options.threads,
      made: this.#made,
      isLeaving,
    };
    if (!connection.isClosed()) connection.publish(this.#subjects.actors, JSON.stringify(beat));
  }
}

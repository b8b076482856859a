/** A run's actors on other machines, over NATS: the learner's side. */
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { Msg } from '@nats-io/transport-node';
import type { PolicySnapshot } from '../../agent/contract.ts';
import type { EpisodeChunk } from '../../agent/episode/chunks.ts';
import type { ActedRun } from '../actors/actor-data.ts';
import { CreditShares } from '../actors/credit-shares.ts';
import type { ActorLink, LinkedActor, Troubles } from '../actors/link.ts';
import type { RolloutEvent } from '../actors/messages.ts';
import { OpenEpisodes } from '../actors/open-episodes.ts';
import { type Bus, type BusOptions, makeStores, openBus, subjectsOf } from './bus.ts';
import { takeRun } from './epoch.ts';
import { Gapless, Ordered } from './intake.ts';
import {
  type ActorBeat,
  type Credit,
  HAS_MORE,
  type LearnerBeat,
  readActorBeat,
  readLearnerBeat,
  readSteps,
} from './messages.ts';
import { WeightsWriter } from './weights.ts';

/** ms between two signs of life, and without one until an actor counts as gone. */
const BEAT_EVERY = 1000;
const GONE_AFTER = 5000;
/** Messages on their way to this process at once. */
const AHEAD = 64;
/** A broker that says nothing for this long is asked anew, ms. */
const EXPIRES = 4000;

export interface LearnerLinkOptions extends Omit<BusOptions, 'name'> {
  readonly run: ActedRun;
  /** See `Storage.claimRun`. */
  readonly claim: number | undefined;
  readonly troubles: Troubles;
}

interface Actor {
  readonly count: number;
  heardAt: number;
  /** Come from it, and those that are told. */
  received: number;
  steps: number;
  /** It makes no more, and leaves when they are here. */
  last: number | undefined;
  policyVersion: number | undefined;
}

/** @throws RangeError naming what cannot be used and the way out */
export async function openLearnerLink(options: LearnerLinkOptions): Promise<ActorLink> {
  const bus = await openBus({ ...options, name: `reins learner of ${options.run.runId}` });
  try {
    const { stream, record, weights } = await makeStores(bus, options.run.runId);
    const epoch = await takeRun(record, options.run, options.claim);
    const filter_subjects = subjectsOf(options.run.runId).steps(epoch, '*');
    const consumer = await bus.js.consumers.get(stream, { filter_subjects });
    const messages = await consumer.consume({ max_messages: AHEAD, expires: EXPIRES });
    return new LearnerLink(bus, options, epoch, messages, weights);
  } catch (error) {
    await bus.connection.close();
    throw error;
  }
}

class LearnerLink implements ActorLink {
  readonly #bus: Bus;
  readonly #subjects: ReturnType<typeof subjectsOf>;
  readonly #runId: string;
  readonly #epoch: number;
  readonly #troubles: Troubles;
  readonly #messages: ConsumerMessages;
  readonly #weights: WeightsWriter;
  readonly #ordered = new Ordered();
  readonly #gapless = new Gapless();
  readonly #open = new OpenEpisodes();
  #listener: (event: RolloutEvent) => void = () => {};
  readonly #credit = new CreditShares((session) => this.#grant(session));
  /** By session. */
  readonly #actors = new Map<string, Actor>();
  #version: number | undefined;
  #connectedAt = Date.now();
  #isConnected = true;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(
    bus: Bus,
    { run, troubles }: LearnerLinkOptions,
    epoch: number,
    messages: ConsumerMessages,
    weights: ConstructorParameters<typeof WeightsWriter>[0]['store'],
  ) {
    this.#bus = bus;
    this.#runId = run.runId;
    this.#subjects = subjectsOf(run.runId);
    this.#epoch = epoch;
    this.#troubles = troubles;
    this.#messages = messages;
    this.#weights = new WeightsWriter({
      store: weights,
      epoch,
      onWritten: (version) => {
        this.#version = version;
        this.#beat();
      },
      onError: (error) => troubles.raise(`A policy could not be written to NATS: ${error.message}`),
    });
  }

  get actors(): readonly LinkedActor[] {
    return [...this.#actors].map(([id, { steps, policyVersion }]) => ({
      id,
      steps,
      policyVersion,
    }));
  }

  get count(): number {
    return [...this.#actors.values()].reduce((sum, { count }) => sum + count, 0);
  }

  start(listener: (event: RolloutEvent) => void): void {
    const { connection, onStatus } = this.#bus;
    this.#listener = listener;
    void this.#listen();
    connection.subscribe(this.#subjects.actors, { callback: (_, m) => this.#hearActor(m) });
    connection.subscribe(this.#subjects.learner, { callback: (_, m) => this.#hearLearner(m) });
    onStatus((isConnected) => this.#follow(isConnected));
    void this.#weights.removeOlder().catch(() => {}); // they are few, and the next learner tries again
    this.#timer = setInterval(() => this.#tick(), BEAT_EVERY);
    this.#beat();
  }

  publish(snapshot: PolicySnapshot): void {
    if (!this.#isOver) this.#weights.put(snapshot);
  }

  credit(steps: number): void {
    this.#credit.add(steps);
  }

  async close(): Promise<void> {
    this.#end();
    void this.#messages.close(); // which waits for who reads them, and nobody may
    await this.#bus.connection.close();
  }

  async gone(): Promise<void> {
    await this.#bus.connection.closed();
  }

  #end(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }

  async #listen(): Promise<void> {
    for await (const message of this.#messages) {
      if (this.#isOver) return;
      const session = message.subject.split('.').at(-1)!;
      for (const bytes of this.#ordered.take(arrivedOf(session, message)))
        this.#take(session, bytes);
    }
  }

  #take(session: string, bytes: Uint8Array): void {
    let message: ReturnType<typeof readSteps>;
    try {
      message = readSteps(bytes, this.#runId);
    } catch (error) {
      this.#troubles.raise(`An actor sent what cannot be read: ${(error as Error).message}`);
      return;
    }
    const { event, made } = message;
    this.#credit.spent(session, made);
    const isAdmitted = this.#gapless.admits(event);
    if (event.type === 'chunk') this.#count(session, event.chunk, isAdmitted);
    if (isAdmitted) this.#listener(event);
    this.#leaveWhenDone(session);
  }

  #count(session: string, chunk: EpisodeChunk, isAdmitted: boolean): void {
    const actor = this.#actors.get(session);
    const steps = chunk.to - chunk.from;
    if (actor) actor.received += steps;
    if (!isAdmitted) return;
    this.#open.note(session, chunk);
    if (!actor) return;
    actor.steps += steps;
    actor.policyVersion = chunk.policyVersions.at(-1);
  }

  #hearActor(message: Msg): void {
    const beat = readActorBeat(message.data);
    if (!beat || beat.epoch !== this.#epoch || this.#isOver) return;
    const { session, made, count, isLeaving } = beat;
    this.#credit.spent(session, made);
    const actor = this.#actors.get(session);
    if (isLeaving) {
      if (actor) actor.last = made;
      this.#leaveWhenDone(session);
      return;
    }
    if (actor) actor.heardAt = Date.now();
    else this.#join(beat);
    this.#credit.join(session, count);
    this.#grant(session); // what it was told may be lost
  }

  #join({ session, count }: ActorBeat): void {
    this.#actors.set(session, {
      ...{ count, heardAt: Date.now() },
      ...{ received: 0, steps: 0, last: undefined, policyVersion: undefined },
    });
    this.#beat();
  }

  /** What it sent before it said so may still be on its way. */
  #leaveWhenDone(session: string): void {
    const actor = this.#actors.get(session);
    if (actor?.last !== undefined && actor.received >= actor.last) this.#leave(session);
  }

  #leave(session: string): void {
    this.#actors.delete(session);
    this.#credit.leave(session);
    for (const chunk of this.#open.leave(session)) {
      this.#gapless.forget(chunk.id);
      this.#listener({ type: 'chunk', chunk });
    }
  }

  /** Another learner has the run: whatever this one says counts no more. */
  #hearLearner(message: Msg): void {
    const beat = readLearnerBeat(message.data);
    if (!beat || beat.epoch <= this.#epoch || this.#isOver) return;
    this.#end();
    for (const session of this.#actors.keys()) this.#leave(session);
    this.#troubles.raise('Another learner has taken the actors of this run: end one of the two');
  }

  #follow(isConnected: boolean): void {
    this.#isConnected = isConnected;
    if (!isConnected) {
      this.#troubles.raise('NATS cannot be reached: actors on other machines wait');
      return;
    }
    this.#connectedAt = Date.now();
    this.#troubles.clear();
    this.#weights.again();
  }

  #tick(): void {
    this.#beat();
    const now = Date.now();
    // Nobody can be heard while there is no line.
    if (!this.#isConnected || now - this.#connectedAt < GONE_AFTER) return;
    for (const [session, { heardAt }] of this.#actors)
      if (now - heardAt > GONE_AFTER) this.#leave(session);
  }

  #beat(): void {
    const beat: LearnerBeat = { epoch: this.#epoch, version: this.#version };
    if (!this.#isOver) this.#say(this.#subjects.learner, beat);
  }

  #grant(session: string): void {
    if (this.#isOver) return;
    const granted = this.#credit.granted(session);
    this.#say(this.#subjects.credit(session), { epoch: this.#epoch, granted } satisfies Credit);
  }

  #say(subject: string, message: LearnerBeat | Credit): void {
    const { connection } = this.#bus;
    // What is said again anyway must not wait for the server in ever longer a queue.
    if (this.#isConnected && !connection.isClosed())
      connection.publish(subject, JSON.stringify(message));
  }
}

/** The message id is its session and number: the broker drops what it has had lately by it, too. */
function arrivedOf(session: string, { headers, data }: JsMsg) {
  const sequence = Number(headers?.get('Nats-Msg-Id').split('.').at(-1));
  return { session, sequence, bytes: data, hasMore: headers?.has(HAS_MORE) ?? false };
}

/** A run's actors on other machines, over NATS: the learner's side. */
import type { Msg } from '@nats-io/transport-node';
import type { PolicySnapshot } from '../../agent/contract.ts';
import type { EpisodeChunk } from '../../agent/episode/chunks.ts';
import type { ActedRun } from '../actors/actor-data.ts';
import { CreditShares } from '../actors/credit-shares.ts';
import type { ActorLink, LinkedActor, Troubles } from '../actors/link.ts';
import type { RolloutEvent } from '../actors/messages.ts';
import { OpenEpisodes } from '../actors/open-episodes.ts';
import { type Bus, type BusOptions, makeStream, openBus, refusalOf } from './bus.ts';
import { pack } from './codec.ts';
import { Gapless, Ordered } from './intake.ts';
import {
  type ActorBeat,
  type Credit,
  headersOf,
  type LearnerBeat,
  numberOf,
  partOf,
  partsOf,
  readActorBeat,
  readLearnerBeat,
  readSteps,
  type Steps,
} from './messages.ts';
import { takeRun } from './record.ts';
import { BEAT_EVERY, GONE_AFTER } from './signs.ts';
import { type Subjects, subjectsOf } from './subjects.ts';
import { WeightsWriter } from './weights.ts';

/**
 * Messages on their way to this process at once, of all actors together, and of one at least: a broker lets go of who
 * does not read 64 MB.
 */
const AHEAD = 32;
const LEAST_AHEAD = 2;
/** ms after which what an actor sent that was not heard any more does not come. */
const LATEST = 600_000;

export interface LearnerLinkOptions extends BusOptions {
  readonly run: ActedRun;
  /** See `Storage.claimRun`. */
  readonly claim: number | undefined;
  readonly troubles: Troubles;
}

interface Actor {
  readonly count: number;
  heardAt: number;
  /** That came from it and are told. */
  steps: number;
  /** It sends no message after this one, and leaves when they are here. */
  last: number | undefined;
  policyVersion: number | undefined;
  /** Up to this message it was told that they came. */
  confirmed: number;
}

/** @throws RangeError naming what cannot be used and the way out */
export async function openLearnerLink(options: LearnerLinkOptions): Promise<LearnerLink> {
  const { runId } = options.run;
  const bus = await openBus(options, 'learner', `reins learner of ${runId}`);
  try {
    const stream = await makeStream(bus, runId);
    const epoch = await takeRun(bus, options.run, options.claim);
    // Of learners before this one.
    const filter = subjectsOf(runId).weights('*', '*', '*');
    await bus.manager.streams.purge(stream, { filter });
    return new LearnerLink(bus, options, epoch, stream);
  } catch (error) {
    await bus.connection.close();
    const refusal = refusalOf(error as Error, options.url, 'learner');
    throw refusal === undefined ? error : new RangeError(refusal);
  }
}

export class LearnerLink implements ActorLink {
  readonly #bus: Bus;
  readonly #subjects: Subjects;
  readonly #runId: string;
  /** Which learner of the run this is, from 1. */
  readonly epoch: number;
  readonly #troubles: Troubles;
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

  constructor(bus: Bus, { run, troubles }: LearnerLinkOptions, epoch: number, stream: string) {
    this.#bus = bus;
    this.#runId = run.runId;
    this.#subjects = subjectsOf(run.runId);
    this.epoch = epoch;
    this.#troubles = troubles;
    this.#weights = new WeightsWriter({
      put: (version, bytes) => this.#putWeights(version, bytes),
      remove: async (version) => {
        const filter = this.#subjects.weights(epoch, version, '*');
        await bus.manager.streams.purge(stream, { filter });
      },
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

  get awaited(): number {
    return this.#credit.awaited;
  }

  start(listener: (event: RolloutEvent) => void): void {
    const { connection, onStatus, onRefusal } = this.#bus;
    this.#listener = listener;
    const steps = this.#subjects.steps(this.epoch, '*');
    connection.subscribe(steps, { callback: (_, m) => this.#hearSteps(m) });
    connection.subscribe(this.#subjects.actors, { callback: (_, m) => this.#hearActor(m) });
    connection.subscribe(this.#subjects.learner, { callback: (_, m) => this.#hearLearner(m) });
    onStatus((isConnected) => this.#follow(isConnected));
    onRefusal((what) => this.#troubles.raise(`NATS refuses what learners do: ${what}`));
    this.#timer = setInterval(() => this.#tick(), BEAT_EVERY);
    this.#beat();
  }

  publish(snapshot: PolicySnapshot): void {
    if (this.#isOver) return;
    this.#push(snapshot);
    this.#weights.put(snapshot);
  }

  credit(steps: number): void {
    this.#credit.add(steps);
  }

  async close(): Promise<void> {
    this.#end();
    await this.#bus.connection.close();
  }

  async gone(): Promise<void> {
    await this.#bus.connection.closed();
  }

  #end(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
  }

  #hearSteps(message: Msg): void {
    const sequence = numberOf(message);
    if (this.#isOver || !(sequence >= 1)) return;
    const session = message.subject.split('.').at(-1)!;
    for (const bytes of this.#ordered.take({ session, sequence, ...partOf(message) }))
      this.#take(session, bytes);
    this.#confirm(session);
    this.#leaveWhenDone(session);
  }

  /** To all actors at once. Whoever misses it reads what is kept. */
  #push(snapshot: PolicySnapshot): void {
    const { connection, partSize } = this.#bus;
    if (!this.#isConnected || connection.isClosed()) return;
    for (const [i, part] of partsOf(pack(snapshot), partSize).entries())
      connection.publish(this.#subjects.policy(this.epoch, snapshot.version, i), part.bytes, {
        headers: headersOf(part),
      });
  }

  /** For actors that come later. */
  async #putWeights(version: number, bytes: Uint8Array): Promise<void> {
    const parts = partsOf(bytes, this.#bus.partSize).map((part, i) =>
      this.#bus.js.publish(this.#subjects.weights(this.epoch, version, i), part.bytes, {
        headers: headersOf(part),
      }),
    );
    await Promise.all(parts);
  }

  #take(session: string, bytes: Uint8Array): void {
    let steps: Steps;
    try {
      steps = readSteps(bytes, this.#runId);
    } catch (error) {
      this.#troubles.raise(`An actor sent what cannot be read: ${(error as Error).message}`);
      return;
    }
    const event = this.#gapless.take(session, steps);
    if (steps.type === 'chunk') this.#spend(session, steps.chunk, event !== undefined);
    if (event?.type === 'chunk') this.#count(session, event.chunk);
    if (event) this.#listener(event);
  }

  /** What is of no use is made again: a round that waits for its last steps would else never end. */
  #spend(session: string, { from, to }: EpisodeChunk, isOfUse: boolean): void {
    this.#credit.spent(session, to - from);
    if (!isOfUse) this.#credit.add(to - from);
  }

  #count(session: string, chunk: EpisodeChunk): void {
    this.#open.note(session, chunk);
    const actor = this.#actors.get(session);
    if (!actor) return;
    actor.steps += chunk.to - chunk.from;
    actor.policyVersion = chunk.policyVersions.at(-1);
  }

  #hearActor(message: Msg): void {
    const beat = readActorBeat(message.data);
    if (!beat || beat.epoch !== this.epoch || this.#isOver) return;
    const { session, sent, count, isLeaving } = beat;
    const actor = this.#actors.get(session);
    if (isLeaving) {
      if (actor) actor.last = sent;
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
      ...{ steps: 0, last: undefined, policyVersion: undefined, confirmed: 0 },
    });
    this.#beat();
  }

  /** What it sent before it said so may still be on its way. */
  #leaveWhenDone(session: string): void {
    const actor = this.#actors.get(session);
    if (actor?.last === undefined || this.#ordered.received(session) < actor.last) return;
    this.#leave(session);
    this.#gapless.leave(session);
  }

  /** It is not heard any more; what it sent may still come, and so may it. */
  #lose(session: string): void {
    this.#leave(session);
    const forget = () => {
      if (this.#actors.has(session)) return;
      this.#gapless.leave(session);
      this.#ordered.forget(session);
    };
    setTimeout(forget, LATEST).unref();
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
    if (!beat || beat.epoch <= this.epoch || this.#isOver) return;
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
      if (now - heardAt > GONE_AFTER) this.#lose(session);
  }

  #beat(): void {
    const beat: LearnerBeat = { epoch: this.epoch, version: this.#version };
    if (!this.#isOver) this.#say(this.#subjects.learner, beat);
  }

  #confirm(session: string): void {
    const actor = this.#actors.get(session);
    // Well before it has to wait for word of them.
    if (actor && this.#ordered.received(session) >= actor.confirmed + this.#most / 2)
      this.#grant(session);
  }

  get #most(): number {
    return Math.max(LEAST_AHEAD, Math.floor(AHEAD / Math.max(1, this.#actors.size)));
  }

  #grant(session: string): void {
    if (this.#isOver) return;
    const received = this.#ordered.received(session);
    const granted = this.#credit.granted(session);
    const credit: Credit = { epoch: this.epoch, granted, received, most: this.#most };
    const actor = this.#actors.get(session);
    if (actor) actor.confirmed = received;
    this.#say(this.#subjects.credit(session), credit);
  }

  #say(subject: string, message: LearnerBeat | Credit): void {
    const { connection } = this.#bus;
    // What is said again anyway must not wait for the server in ever longer a queue.
    if (this.#isConnected && !connection.isClosed())
      connection.publish(subject, JSON.stringify(message));
  }
}

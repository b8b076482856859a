/** A gateway's way to the learner of its run, whichever that is: the one with the highest number whose door is heard. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg, Subscription } from '@nats-io/transport-node';
import type { Log } from '../threads/log.ts';
import { type BusOptions, endLine, type Line, openLine } from './bus.ts';
import { hearRun } from './hear-run.ts';
import { type DoorBeat, type GatewayBeat, readDoorBeat } from './messages.ts';
import { BEAT_EVERY, GONE_LOOKS } from './signs.ts';
import { type Subjects, subjectsOf } from './subjects.ts';
import { type Opening, Trunk } from './trunk.ts';
import type { Tunnel } from './tunnel.ts';

export interface GatewayLineOptions extends BusOptions {
  /** undefined: that of the one learner which is there. */
  readonly runId: string | undefined;
  readonly log: Log;
  readonly stop: AbortSignal;
}

const NO_LEARNER = 'The server of this run does not answer. It is tried again.';

/**
 * Resolves when a learner was heard, or has had time to be; undefined: it was stopped while none was, and no run given.
 * @throws RangeError naming what cannot be used and the way out
 */
export async function openGatewayLine(
  options: GatewayLineOptions,
): Promise<GatewayLine | undefined> {
  const { runId, log } = options;
  const line = await openLine(options, 'gateway', `reins gateway of ${runId ?? 'any run'}`);
  line.onRefusal((what) =>
    log.error(
      { what },
      'NATS refuses what gateways do: give the key of a gateway, which reins nats-keys makes, with --nats-nkey',
    ),
  );
  try {
    const run = runId ?? (await hearRun(line, 'door', options));
    if (run !== undefined) return await begun(new GatewayLine(line, run, log));
  } catch (error) {
    await line.connection.close();
    throw error;
  }
  await line.connection.close();
  return undefined;
}

async function begun(line: GatewayLine): Promise<GatewayLine> {
  for (let i = 0; i < 30 && !line.isThere; i++) await sleep(BEAT_EVERY / 10);
  return line;
}

interface Way {
  readonly door: string;
  /** Of this gateway, at that door. */
  readonly name: string;
  readonly trunk: Trunk;
  readonly replies: Subscription;
}

export class GatewayLine {
  readonly runId: string;
  readonly #line: Line;
  readonly #log: Log;
  readonly #subjects: Subjects;
  readonly #timer: NodeJS.Timeout;
  #way: Way | undefined;
  /** Of the newest learner that was heard; older ones are heard no more. */
  #epoch = 0;
  /** Looks since it was heard. */
  #silent = 0;

  constructor(line: Line, runId: string, log: Log) {
    this.#line = line;
    this.runId = runId;
    this.#log = log;
    this.#subjects = subjectsOf(runId);
    line.connection.subscribe(this.#subjects.door, { callback: (_, m) => this.#hear(m) });
    line.onStatus((isConnected) => {
      log.warn(isConnected ? 'NATS is there again' : 'NATS cannot be reached, and is tried again');
      if (!isConnected) this.#leave('NATS could not be reached.');
    });
    this.#timer = setInterval(() => this.#tick(), BEAT_EVERY);
  }

  /** Whether a learner is heard. */
  get isThere(): boolean {
    return this.#way !== undefined;
  }

  /** @throws Error with words for a person where nobody can be let in */
  open(opening: Opening): Tunnel {
    if (!this.#way) throw new Error(NO_LEARNER);
    return this.#way.trunk.open(opening);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#leave('The gateway has ended.');
    await endLine(this.#line);
  }

  #hear({ data }: Msg): void {
    const beat = readDoorBeat(data);
    if (!beat || beat.epoch < this.#epoch) return;
    this.#epoch = beat.epoch;
    this.#silent = 0;
    if (beat.door === this.#way?.door) return;
    this.#leave('The server of this run has ended.');
    if (beat.door !== null) this.#enter(beat.door, beat);
  }

  #enter(door: string, { epoch }: DoorBeat): void {
    const { connection, partSize } = this.#line;
    const name = randomUUID().slice(0, 18);
    const up = this.#subjects.up(door, name);
    const trunk = new Trunk({ partSize, send: (bytes) => this.#say(up, bytes) });
    const replies = connection.subscribe(this.#subjects.down(door, name), {
      callback: (_, { data }) => trunk.hear(data),
    });
    this.#way = { door, name, trunk, replies };
    this.#log.info({ run: this.runId, learner: epoch }, 'a learner is there');
    this.#beat(this.#way);
  }

  /** @param why in words for those who are connected */
  #leave(why: string): void {
    const way = this.#way;
    if (!way) return;
    this.#way = undefined;
    this.#log.warn({ why }, 'connections end');
    way.trunk.close(why);
    way.replies.unsubscribe();
    this.#beat(way, true);
  }

  #tick(): void {
    if (++this.#silent > GONE_LOOKS) this.#leave(NO_LEARNER);
    if (this.#way) this.#beat(this.#way);
  }

  #beat({ door, name }: Way, isLeaving = false): void {
    const beat: GatewayBeat = { door, gateway: name, isLeaving };
    this.#say(this.#subjects.gateways, JSON.stringify(beat));
  }

  #say(subject: string, what: string | Uint8Array): void {
    const { connection } = this.#line;
    if (!connection.isClosed()) connection.publish(subject, what);
  }
}

/**
 * Where gateways bring the connections of people to a learner. Its name holds as long as its connection to the broker:
 * what was under way when that broke is over on both sides.
 */
import { randomUUID } from 'node:crypto';
import type { Msg } from '@nats-io/transport-node';
import { type BusOptions, endLine, type Line, openLine } from './bus.ts';
import { type DoorBeat, readGatewayBeat } from './messages.ts';
import { BEAT_EVERY, GONE_LOOKS } from './signs.ts';
import { type Subjects, subjectsOf } from './subjects.ts';
import { type Opening, Trunk } from './trunk.ts';
import type { Tunnel } from './tunnel.ts';

export interface DoorOptions extends BusOptions {
  readonly runId: string;
  /** Which learner this is (record.ts): gateways go to the highest. */
  readonly epoch: number;
  /** Why nobody may come in by a gateway that listens there, in words; undefined: they may. */
  readonly refusal: (opening: Opening) => string | undefined;
  /** Somebody connected, as to a server of this process. */
  readonly onConnection: (tunnel: Tunnel) => void;
}

interface Gateway {
  readonly trunk: Trunk;
  /** Looks since it was heard. */
  silent: number;
}

export interface Door {
  close(): Promise<void>;
}

/** @throws RangeError naming what cannot be used and the way out */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const line = await openLine(options, 'learner', `reins door of ${options.runId}`);
  return new LearnerDoor(line, options);
}

class LearnerDoor implements Door {
  readonly #line: Line;
  readonly #options: DoorOptions;
  readonly #subjects: Subjects;
  /** By name. */
  readonly #gateways = new Map<string, Gateway>();
  readonly #timer: NodeJS.Timeout;
  #name = newName();

  constructor(line: Line, options: DoorOptions) {
    this.#line = line;
    this.#options = options;
    this.#subjects = subjectsOf(options.runId);
    const { connection, onStatus } = line;
    connection.subscribe(this.#subjects.gateways, { callback: (_, m) => this.#hearBeat(m) });
    connection.subscribe(this.#subjects.up('*', '*'), { callback: (_, m) => this.#hear(m) });
    onStatus((isConnected) => (isConnected ? this.#beat() : this.#renew()));
    this.#timer = setInterval(() => this.#tick(), BEAT_EVERY);
    this.#beat();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const name of this.#gateways.keys()) this.#leave(name, 'The server has ended.');
    this.#say({ epoch: this.#options.epoch, door: null });
    await endLine(this.#line);
  }

  #tick(): void {
    for (const [name, gateway] of this.#gateways)
      if (++gateway.silent > GONE_LOOKS) this.#leave(name, 'Its gateway is gone.');
    this.#beat();
  }

  #beat(): void {
    this.#say({ epoch: this.#options.epoch, door: this.#name });
  }

  #say(beat: DoorBeat): void {
    const { connection } = this.#line;
    if (!connection.isClosed()) connection.publish(this.#subjects.door, JSON.stringify(beat));
  }

  /** What was on its way is lost, on whichever way it was. */
  #renew(): void {
    this.#name = newName();
    for (const name of this.#gateways.keys()) this.#leave(name, 'NATS could not be reached.');
  }

  #leave(name: string, why: string): void {
    const gateway = this.#gateways.get(name);
    this.#gateways.delete(name);
    gateway?.trunk.close(why);
  }

  #hearBeat({ data }: Msg): void {
    const beat = readGatewayBeat(data);
    if (beat?.door !== this.#name) return;
    if (beat.isLeaving) this.#leave(beat.gateway, 'Its gateway has ended.');
    else this.#gateway(beat.gateway).silent = 0;
  }

  #hear({ subject, data }: Msg): void {
    const [door, gateway] = subject.split('.').slice(-2) as [string, string];
    if (door === this.#name) this.#gateway(gateway).trunk.hear(data);
  }

  #gateway(name: string): Gateway {
    const known = this.#gateways.get(name);
    if (known) return known;
    const { connection, partSize } = this.#line;
    const subject = this.#subjects.down(this.#name, name);
    const trunk = new Trunk({
      partSize,
      send: (bytes) => {
        if (!connection.isClosed()) connection.publish(subject, bytes);
      },
      onOpened: (tunnel, opening) => this.#letIn(tunnel, opening),
    });
    const gateway = { trunk, silent: 0 };
    this.#gateways.set(name, gateway);
    return gateway;
  }

  #letIn(tunnel: Tunnel, opening: Opening): void {
    const { refusal, onConnection } = this.#options;
    tunnel.on('error', () => {}); // an ordinary end
    const why = refusal(opening);
    if (why === undefined) onConnection(tunnel);
    else tunnel.destroy(new Error(why));
  }
}

const newName = () => randomUUID().slice(0, 18);

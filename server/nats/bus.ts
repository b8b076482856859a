/** A connection to NATS, and how what a run needs there is called. Loaded only where NATS is used. */
import {
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { type ObjectStore, Objm } from '@nats-io/obj';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';

/** Milliseconds; the client asks for nanoseconds. */
const nanos = (ms: number) => ms * 1e6;
/** What a stream of steps holds at most: learners take them at once. */
const STEPS_BYTES = 256 * 1024 * 1024;
const STEPS_AGE = 600_000;
/** ms between two attempts to get back to a server. */
const RECONNECT_EVERY = 500;

export interface BusOptions {
  /** `nats://host:4222`, several by comma. */
  readonly url: string;
  /** Content of a credentials file, where the server asks for one. */
  readonly credentials?: string | undefined;
  /** How the server lists this client. */
  readonly name: string;
}

export interface Bus {
  readonly connection: NatsConnection;
  readonly js: JetStreamClient;
  readonly manager: JetStreamManager;
  /** The connection broke, or is there again. */
  onStatus(listener: (isConnected: boolean) => void): void;
}

/** Subjects of a run. */
export function subjectsOf(runId: string) {
  const prefix = `reins.${token(runId)}`;
  return {
    /** From the learner, to all: which learner, which weights. */
    learner: `${prefix}.learner`,
    /** From actors: that they are there, and how far. */
    actors: `${prefix}.actors`,
    /** To one actor: how far it may go. */
    credit: (session: string) => `${prefix}.credit.${session}`,
    /** Of one learner, and of all. */
    steps: (epoch: number | '*', session: string) => `${prefix}.steps.${epoch}.${session}`,
  };
}

const stepsOf = (runId: string) => `reins-${token(runId)}-steps`;

/** @throws RangeError for a run that no subject can name */
function token(runId: string): string {
  if (!/^[\w-]+$/.test(runId))
    throw new RangeError(`run: is "${runId}", allowed over NATS letters, digits, - and _`);
  return runId;
}

/** @throws RangeError naming the server and the way out */
export async function openBus({ url, credentials, name }: BusOptions): Promise<Bus> {
  const connection = await connect({
    servers: url.split(','),
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_EVERY,
    ...(credentials === undefined
      ? {}
      : { authenticator: credsAuthenticator(new TextEncoder().encode(credentials)) }),
  }).catch((error: Error) => {
    throw new RangeError(
      `nats: ${url} cannot be used (${error.message}): start it with nats-server -js, or give the address of one with --nats`,
    );
  });
  try {
    const manager = await jetstreamManager(connection);
    const listeners: ((isConnected: boolean) => void)[] = [];
    void follow(connection, (isConnected) => {
      for (const listener of listeners) listener(isConnected);
    });
    return {
      connection,
      js: jetstream(connection),
      manager,
      onStatus: (listener) => listeners.push(listener),
    };
  } catch (error) {
    await connection.close();
    throw new RangeError(
      `nats: ${url} has no JetStream (${(error as Error).message}): start it with nats-server -js`,
    );
  }
}

async function follow(connection: NatsConnection, tell: (isConnected: boolean) => void) {
  for await (const { type } of connection.status()) {
    if (type === 'disconnect') tell(false);
    if (type === 'reconnect') tell(true);
  }
}

/** What a learner needs is made where it is not there yet. */
export async function makeStores({ js, manager }: Bus, runId: string) {
  const stream = stepsOf(runId);
  await manager.streams.add({
    name: stream,
    subjects: [subjectsOf(runId).steps('*', '*')],
    max_bytes: STEPS_BYTES,
    max_age: nanos(STEPS_AGE),
  });
  const record: KV = await new Kvm(js).create(`reins-${runId}`);
  const weights: ObjectStore = await new Objm(js).create(`reins-${runId}-weights`);
  return { stream, record, weights };
}

/** What an actor reads; undefined: no learner was there yet. */
export async function findStores({ js }: Bus, runId: string) {
  token(runId);
  try {
    const record = await new Kvm(js).open(`reins-${runId}`);
    await record.status();
    const weights = await new Objm(js).open(`reins-${runId}-weights`);
    return { record, weights };
  } catch (error) {
    if (/not found/i.test((error as Error).message)) return undefined;
    throw error;
  }
}

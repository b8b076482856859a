/** A connection to NATS, and what a run has there. Loaded only where NATS is used. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import {
  AuthorizationError,
  connect,
  credsAuthenticator,
  type NatsConnection,
  nkeyAuthenticator,
  PermissionViolationError,
} from '@nats-io/transport-node';
import { inboxOf, type Role } from './access.ts';
import { streamOf, subjectsOf } from './subjects.ts';

/** ms between two attempts to get back to a server. */
const RECONNECT_EVERY = 500;
/** ms between two questions whether the server is there, of which two may be left without an answer. */
const PING_EVERY = 5000;
/** How long a server that is not there is waited for at the end, ms. */
const CLOSE_PATIENCE = 1000;
/** Room for subject and headers beside what a message carries, bytes. */
const HEADERS = 4096;

/** What is shown to a server that asks: the text of a credentials file, or the seed of an NKey. */
export interface Credentials {
  readonly kind: 'creds' | 'nkey';
  readonly text: string;
}

export interface BusOptions {
  /** `nats://host:4222`, several by comma. */
  readonly url: string;
  readonly credentials?: Credentials | undefined;
}

/** A connection, for what is said and not kept. */
export interface Line {
  readonly connection: NatsConnection;
  /** Most bytes that a message carries. */
  readonly partSize: number;
  /** The connection broke, or is there again. */
  onStatus(listener: (isConnected: boolean) => void): void;
  /** The server refused what this key may not do. */
  onRefusal(listener: (what: string) => void): void;
}

export interface Bus extends Line {
  /** Of what is kept. */
  readonly js: JetStreamClient;
  readonly manager: JetStreamManager;
}

/**
 * @param name how the server lists this client
 * @throws RangeError naming the server and the way out
 */
export async function openLine(options: BusOptions, role: Role, name: string): Promise<Line> {
  const { url, credentials } = options;
  const connection = await connect({
    servers: url.split(','),
    name,
    inboxPrefix: inboxOf(role),
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_EVERY,
    pingInterval: PING_EVERY,
    maxPingOut: 2,
    // A key that the server no longer takes may be known again once its configuration is mended.
    ignoreAuthErrorAbort: true,
    ...(credentials ? { authenticator: authenticator(credentials) } : {}),
  }).catch((error: Error) => {
    throw new RangeError(`nats: ${url} cannot be used (${error.message}): ${wayOut(error)}`);
  });
  const listeners: Listeners = { status: [], refusal: [] };
  void follow(connection, listeners);
  return {
    connection,
    partSize: (connection.info?.max_payload ?? 2 ** 20) - HEADERS,
    onStatus: (listener) => listeners.status.push(listener),
    onRefusal: (listener) => listeners.refusal.push(listener),
  };
}

/** After what was said has gone, if the server takes it. */
export async function endLine({ connection }: Line): Promise<void> {
  if (connection.isClosed()) return;
  await Promise.race([connection.flush().catch(() => {}), sleep(CLOSE_PATIENCE)]);
  await connection.close();
}

/**
 * With what is kept, by a connection of its own: NATS 2.9 on a full disk may read nothing more from the one by which it is
 * written to. As `openLine`.
 */
export async function openBus(options: BusOptions, role: Role, name: string): Promise<Bus> {
  const line = await openLine(options, role, name);
  const kept = await openLine(options, role, `${name}, what is kept`).catch(async (error) => {
    await line.connection.close();
    throw error;
  });
  void line.connection.closed().then(() => kept.connection.close());
  const onRefusal: Line['onRefusal'] = (listener) => {
    line.onRefusal(listener);
    kept.onRefusal(listener);
  };
  try {
    const manager = await jetstreamManager(kept.connection);
    return { ...line, onRefusal, js: jetstream(kept.connection), manager };
  } catch (error) {
    await line.connection.close();
    const { url } = options;
    throw new RangeError(refusalOf(error as Error, url, role) ?? noJetStream(error as Error, url));
  }
}

/** @throws Error of the client for what is none */
function authenticator({ kind, text }: Credentials) {
  const bytes = new TextEncoder().encode(text);
  return kind === 'creds' ? credsAuthenticator(bytes) : nkeyAuthenticator(bytes);
}

function wayOut(error: Error): string {
  return error instanceof AuthorizationError
    ? 'give a key that the server knows with --nats-nkey, or credentials with --nats-creds'
    : 'start it with nats-server -js, or give the address of one with --nats';
}

const noJetStream = (error: Error, url: string) =>
  `nats: ${url} has no JetStream (${error.message}): start it with nats-server -js`;

/** In words, where an error is that this key may not do it. */
export function refusalOf(error: Error, url: string, role: Role): string | undefined {
  const cause = error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof PermissionViolationError)) return undefined;
  const what = `${cause.operation} ${cause.subject}`;
  return `nats: ${url} refuses what ${role}s do (${what}): give the key of a ${role}, which reins nats-keys makes, with --nats-nkey`;
}

interface Listeners {
  readonly status: ((isConnected: boolean) => void)[];
  readonly refusal: ((what: string) => void)[];
}

async function follow(connection: NatsConnection, { status, refusal }: Listeners): Promise<void> {
  for await (const event of connection.status()) {
    if (event.type === 'disconnect') for (const tell of status) tell(false);
    if (event.type === 'reconnect') for (const tell of status) tell(true);
    if (event.type === 'error' && event.error instanceof PermissionViolationError)
      for (const tell of refusal) tell(event.error.message);
  }
}

/** What a learner needs is made where it is not there yet. @returns the name of its stream */
export async function makeStream({ manager }: Bus, runId: string): Promise<string> {
  const name = streamOf(runId);
  const subjects = subjectsOf(runId);
  await manager.streams.add({
    name,
    subjects: [subjects.record, subjects.weights('*', '*', '*')],
    max_msgs_per_subject: 1,
    allow_direct: true, // who may read what is decided by its subject
  });
  return name;
}

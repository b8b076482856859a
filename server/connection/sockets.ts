/** The door for the pages of a run: who may open a socket, and how all of them are watched and closed. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import type { RunHandle } from '../contract.ts';
import type { Consents } from '../people/consents.ts';
import type { People, Person } from '../people/people.ts';
import { CLOSE, LIMITS, SUBPROTOCOL, WEBSOCKET_PATH } from '../protocol/index.ts';
import type { Admission, Asking } from './admission.ts';
import { Budget } from './budget.ts';
import type { ConnectionLog } from './counted-log.ts';
import { Turns } from './large-replies.ts';
import { shownLogins } from './login.ts';
import { runInPath } from './run-paths.ts';
import { type SessionOptions, startSession } from './session.ts';
import { LOOK_EVERY, Upkeep } from './upkeep.ts';

/** What every page is told first, but for its session. */
export type Welcome = Omit<SessionOptions['welcome'], 'sessionId'>;

/** Pages at once: what has been tried (tests/bench/pictures.ts), and few enough for the memory. */
const MOST_PAGES = 1024;
/** Connections of any kind at once: those of gateways are not among them. */
const MOST_CONNECTIONS = 4096;
/** How long pages may take to close their connection, ms. */
const CLOSE_PATIENCE = 500;

export interface Sockets {
  /** Why this page could not open a socket now, as an answer of HTTP; undefined: it could. */
  refusal(asking: Asking & { readonly origin: string | undefined }): SocketRefusal | undefined;
  /** Lets a page in, or tells it why not. The path is the run's own. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** One look at whether pages are still there; by itself every second. */
  look(): void;
  /** Pages get a moment to hear why; one that does not listen must not keep the process alive. */
  close(): Promise<void>;
}

export interface SocketRefusal {
  readonly status: 401 | 403 | 404 | 426 | 503;
  readonly message: string;
}

export interface SocketsOptions {
  readonly run: RunHandle;
  readonly welcome: Welcome;
  readonly admission: Admission;
  readonly people: People;
  readonly consents?: Consents | undefined;
  readonly log: ConnectionLog;
  /** Pages at once. */
  readonly mostPages?: number;
}

/** Upgrades at one path only, from pages that may connect, speaking our subprotocol. */
export function createSockets(options: SocketsOptions): Sockets {
  const { admission, log, mostPages = MOST_PAGES } = options;
  const shared: Shared = { upkeep: new Upkeep(), budget: new Budget(), turns: new Turns() };
  /** Logins with which pages were let in, and as whom. */
  const seats = new Map<WebSocket, Seat>();
  const look = () => {
    shared.upkeep.look();
    closeSeats(seats, options.people);
  };
  const timer = setInterval(look, LOOK_EVERY).unref();
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // Above the limit of a message, so that a large one is refused rather than fatal.
    maxPayload: 16 * LIMITS.messageBytes,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });

  function refusal({ headers, url, origin }: Parameters<Sockets['refusal']>[0]) {
    const refused =
      admission.refuse({ headers, url }, options.people.areNamed) ??
      admission.refuseOrigin(origin, headers.host);
    if (refused) return refused;
    if (sockets.clients.size < mostPages) return undefined;
    const message = `${mostPages} pages are connected, which is as many as can be. Close one.`;
    return { status: 503, message } as const;
  }

  function refuseUpgrade({ headers, url = '/' }: IncomingMessage): SocketRefusal | undefined {
    // Not parsed: what the parser of URLs refuses must be refused too, not thrown.
    if (url.split('?')[0] !== WEBSOCKET_PATH)
      return { status: 404, message: `Sockets are at ${WEBSOCKET_PATH}.` };
    const refused = refusal({ headers, url, origin: headers.origin });
    if (refused) return refused;
    const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((p) => p.trim());
    if (offered.includes(SUBPROTOCOL)) return undefined;
    return { status: 426, message: `Page and server differ: this server speaks ${SUBPROTOCOL}.` };
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const logins = shownLogins(request);
    const person = options.people.personOf(logins, Date.now());
    const refused = refuseUpgrade(request) ?? (person ? undefined : SIGN_IN);
    if (refused || !person) {
      log.warn({ url: request.url, ...refused }, 'a socket was refused');
      refuse(socket, refused ?? SIGN_IN);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      seats.set(client, { logins, person });
      client.on('close', () => seats.delete(client));
      welcomePage(client, person, options, shared);
    });
  }

  return {
    refusal,
    look,
    upgrade(request, socket, head) {
      try {
        upgrade(request, socket, head);
      } catch (error) {
        log.error({ error: String(error) }, 'an upgrade failed');
        socket.destroy();
      }
    },
    async close() {
      clearInterval(timer);
      await closeSockets(sockets);
    },
  };
}

/** Hands upgrades of a server to the run that their path names; what names none that is open is for the first. */
export function acceptSockets(
  server: Server,
  first: Pick<Sockets, 'upgrade'>,
  others: (runId: string) => Pick<Sockets, 'upgrade'> | undefined = () => undefined,
): void {
  server.maxConnections = MOST_CONNECTIONS;
  // From the first moment, and whatever takes the socket over later: a reset is an ordinary end, nothing to die of.
  server.on('connection', (socket) => socket.on('error', () => {}));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const named = runInPath(request.url);
    const other = named && others(named.id);
    if (other) request.url = named.rest;
    (other ?? first).upgrade(request, socket, head);
  });
}

interface Seat {
  readonly logins: readonly (string | undefined)[];
  readonly person: Person;
}

/** Whoever signed out, was shut out or has another role now comes in again as what they are, or not at all. */
function closeSeats(seats: ReadonlyMap<WebSocket, Seat>, people: People): void {
  for (const [client, { logins, person }] of seats) {
    const now = people.personOf(logins, Date.now());
    if (!now || now.id !== person.id || now.role !== person.role)
      client.close(CLOSE.signedOut, 'signed out');
  }
}

/** What all pages have together. */
interface Shared {
  readonly upkeep: Upkeep;
  readonly budget: Budget;
  readonly turns: Turns;
}

function welcomePage(
  socket: WebSocket,
  person: Person,
  options: SocketsOptions,
  shared: Shared,
): void {
  const { run, log, people, consents } = options;
  const { upkeep, budget, turns } = shared;
  const sessionId = randomUUID();
  const welcome = { ...options.welcome, sessionId };
  const page = startSession({
    ...{ socket, run, sessionId, log, budget, turns, welcome, person, consents },
    nameOf: (id) => people.nameOf(id),
  });
  upkeep.add(page);
  const heard = () => upkeep.heard(page);
  socket.on('pong', heard);
  socket.on('message', heard);
  socket.on('close', () => upkeep.remove(page));
}

const SIGN_IN: SocketRefusal = { status: 401, message: 'Sign in first.' };

const REASONS = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  426: 'Upgrade Required',
  503: 'Service Unavailable',
} as const;

/** A client that does not read the refusal is not waited for. */
function refuse(socket: Duplex, { status, message }: SocketRefusal): void {
  const body = Buffer.from(`${message}\n`);
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    'X-Content-Type-Options: nosniff',
    `Content-Length: ${body.length}`,
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
}

async function closeSockets(sockets: WebSocketServer): Promise<void> {
  sockets.close(); // no new ones
  for (const client of sockets.clients) client.close(CLOSE.shuttingDown, 'shutting down');
  const deadline = Date.now() + CLOSE_PATIENCE;
  while (sockets.clients.size > 0 && Date.now() < deadline) await sleep(10);
  for (const client of sockets.clients) client.terminate();
}

/** The server's door in this process: real HTTP and sockets in front of as much of a run as they ask for. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import WebSocket from 'ws';
import { Admission, type AdmissionOptions } from '../../../server/connection/admission.ts';
import { createHttp } from '../../../server/connection/http.ts';
import { acceptSockets, createSockets, type Sockets } from '../../../server/connection/sockets.ts';
import type { LiveHandle, RunHandle, RunListener } from '../../../server/contract.ts';
import type { WebhookReport } from '../../../server/events/webhook.ts';
import { OpenRefusal, type OpenRuns } from '../../../server/open-runs/contract.ts';
import type { Consents } from '../../../server/people/consents.ts';
import type { Oidc } from '../../../server/people/oidc.ts';
import { People } from '../../../server/people/people.ts';
import { PROTOCOL_VERSION, SUBPROTOCOL, WEBSOCKET_PATH } from '../../../server/protocol/index.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import type { WatchedFolders } from '../../../server/storage/watched.ts';
import { TrainingRefusal, type Trainings } from '../../../server/trainings/contract.ts';

export interface Door {
  readonly port: number;
  readonly app: FastifyInstance;
  readonly sockets: Sockets;
  readonly url: string;
  /** What pages that said hello hear by. */
  readonly listeners: ReadonlySet<RunListener>;
  /** Causes that were logged. */
  readonly logged: readonly string[];
  /** Looks at whether pages are still there, so many times. */
  look(times: number): void;
  close(): Promise<void>;
}

const none = () => {
  throw new TrainingRefusal(404, 'there is none');
};
const noTrainings: Trainings = {
  most: 0,
  list: () => [],
  folders: () => [],
  start: none,
  stop: none,
  goOn: none,
  branch: none,
  close: async () => {},
};

const noOpenRuns: OpenRuns = {
  first: 'run-1',
  most: 0,
  list: () => [],
  find: () => undefined,
  async open() {
    throw new OpenRefusal(403, 'none');
  },
  async begin() {
    throw new OpenRefusal(403, 'none');
  },
  async stop() {
    throw new OpenRefusal(409, 'none');
  },
};

const noAccounts = { listAccounts: async () => [], listLogins: async () => [] } as never;

export async function openDoor(
  options: Partial<AdmissionOptions> & {
    uiDir?: string;
    run?: Partial<RunHandle>;
    storage?: Partial<Storage>;
    mostPages?: number;
    people?: People;
    oidc?: Oidc;
    consents?: Consents;
    watched?: WatchedFolders;
    webhooks?: readonly { readonly report: WebhookReport }[];
    trainings?: Trainings;
    /** Runs that its addresses lead to, too. */
    others?: ReadonlyMap<string, Door>;
  } = {},
): Promise<Door> {
  const listeners = new Set<RunListener>();
  const logged: string[] = [];
  const note = (_fields: object, cause: string) => void logged.push(cause);
  const log = { warn: note, error: note };
  const admission = new Admission({ host: '127.0.0.1', ...options });
  const people = options.people ?? (await People.open(noAccounts));
  const run = { ...stubRun(listeners), ...options.run } as RunHandle;
  const app = await createHttp({
    run,
    storage: { listRuns: async () => [], ...options.storage } as unknown as Storage,
    uiDir: options.uiDir ?? '/nowhere',
    serverVersion: '0',
    admission,
    people,
    oidc: options.oidc,
    log,
    socketRefusal: (asking) => sockets.refusal(asking),
    webhooks: options.webhooks ?? [],
    watched: options.watched ?? { all: () => [], close: async () => {} },
    forms: async () => ({ environments: [], presets: [] }),
    trainings: options.trainings ?? noTrainings,
    openRuns: noOpenRuns,
    pagesOf: options.others && ((id) => options.others?.get(id)?.app),
  });
  const welcome = { runId: 'run-1' } as never;
  const sockets: Sockets = createSockets({
    run,
    admission,
    people,
    log,
    welcome,
    consents: options.consents,
    ...(options.mostPages === undefined ? {} : { mostPages: options.mostPages }),
  });
  acceptSockets(app.server, sockets, (id) => options.others?.get(id)?.sockets);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    ...{ port, app, sockets },
    url: `http://127.0.0.1:${port}`,
    listeners,
    logged,
    look(times) {
      for (let i = 0; i < times; i++) sockets.look();
    },
    async close() {
      await sockets.close();
      await app.close();
    },
  };
}

/** A live simulation without a thread, which takes everything. */
export const stubLive = (live: Partial<LiveHandle> = {}): LiveHandle => ({
  state: undefined,
  step: 0,
  picture: undefined,
  holder: undefined,
  recorder: undefined,
  send() {},
  takeControl: () => true,
  otherDriver: () => undefined,
  ...live,
});

function stubRun(listeners: Set<RunListener>): Partial<RunHandle> {
  return {
    run: { id: 'run-1' } as never,
    isHealthy: true,
    counts: { environmentSteps: 0, learnerUpdates: 0, humanSteps: 0, labels: 0 },
    backend: { name: 'wasm', reason: 'test' },
    lives: [stubLive()],
    alerts: [],
    recentEpisodes: [],
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    leaveQueries() {},
    status: () => ({ type: 'status' }) as never,
  };
}

/** The status of an upgrade: 101, or what refused it. */
export function upgradeStatus(door: Door, headers: Record<string, string> = {}): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${door.port}${WEBSOCKET_PATH}`, SUBPROTOCOL, {
    headers,
  });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('unexpected-response', (_request, response) => {
      response.destroy();
      resolve(response.statusCode!);
    });
  });
}

/** A page that has said hello and counts its frames. */
export async function watchDoor(door: Door, teacherId: string) {
  const socket = new WebSocket(`ws://127.0.0.1:${door.port}${WEBSOCKET_PATH}`, SUBPROTOCOL);
  const page = { socket, frames: 0, isOpen: true };
  socket.on('message', (_data, binary) => {
    if (binary) page.frames++;
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    page.isOpen = false;
  });
  await new Promise((resolve) => socket.once('open', resolve));
  const welcomed = new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, teacherId }));
  await welcomed;
  return page;
}

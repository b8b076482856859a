/** Puts storage, run, HTTP and sockets together. */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { EnvironmentOptions } from '../sim/contract.ts';
import type { EnvironmentFacts } from './actors/messages.ts';
import { createHttp } from './connection/http.ts';
import { type SessionOptions, startSession } from './connection/session.ts';
import { KEEP_EPISODES, type RunHandle } from './contract.ts';
import { CLOSE, LIMITS, PROTOCOL_VERSION, SUBPROTOCOL, WEBSOCKET_PATH } from './protocol/index.ts';
import { startRun } from './run/run.ts';
import type { Run, Storage } from './storage/contract.ts';
import { lockFolder } from './storage/lock.ts';
import { openStorage } from './storage/sqlite.ts';
import { createLog } from './threads/log.ts';

export interface ServeOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly dataDir: string;
  readonly environment: string;
  readonly environmentOptions: EnvironmentOptions;
  readonly preset: string;
  /** `{learner, reward, queries, scheduler}`: changes to the preset. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Free-running rollout threads. */
  readonly rollouts: number;
  /** Episodes kept on disk beside those that feedback names; 1000. */
  readonly keepEpisodes?: number;
  readonly uiDir: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

export interface RunningServer {
  readonly url: string;
  readonly runId: string;
  close(): Promise<void>;
}

/** How long pages may take to close their connection, ms. */
const CLOSE_PATIENCE = 500;

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

/**
 * @throws RangeError for unknown environments or options, and for a folder that cannot be used; the
 * listen error as it is.
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const opened: (() => unknown)[] = [];
  /** In the opposite order; what fails does not keep the rest open. */
  async function closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of opened.splice(0).reverse()) {
      await Promise.resolve(close()).catch((error) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
  try {
    return { ...(await open(options, (close) => opened.push(close))), close: closeAll };
  } catch (error) {
    await closeAll().catch(() => {});
    throw error;
  }
}

async function open(
  options: ServeOptions,
  onClose: (close: () => unknown) => void,
): Promise<Omit<RunningServer, 'close'>> {
  const log = createLog(options.logLevel);
  onClose(lockFolder(options.dataDir).release);
  const storage = openStorage(options.dataDir);
  onClose(storage.close);
  const { record, isNew } = await resumeOrNew(options, storage);
  const run = await startRun({
    ...options,
    overrides: options.overrides ?? {},
    keepEpisodes: options.keepEpisodes ?? KEEP_EPISODES,
    run: record,
    storage,
    log,
  });
  onClose(() => run.close());
  // Only now: a run that was refused must not be the newest of the folder.
  if (isNew) await storage.createRun(record);
  storage.verify().catch((error) => log.error({ error: String(error) }, 'verification'));
  const app = await createHttp({ run, storage, uiDir: options.uiDir, serverVersion: version });
  const welcome: Omit<SessionOptions['welcome'], 'sessionId'> = {
    protocol: PROTOCOL_VERSION,
    serverVersion: version,
    runId: record.id,
    environment: describe(run.facts),
    preset: record.preset,
  };
  const sockets = acceptSockets(app.server, run, welcome, log);
  onClose(() => app.close());
  onClose(() => closeSockets(sockets));
  await app.listen({ host: options.host, port: options.port });
  const { port } = app.server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return { url: `http://${host}:${port}`, runId: record.id };
}

/** Pages get a moment to hear why; one that does not listen must not keep the process alive. */
async function closeSockets(sockets: WebSocketServer): Promise<void> {
  sockets.close(); // no new ones
  for (const client of sockets.clients) client.close(CLOSE.shuttingDown, 'shutting down');
  const deadline = Date.now() + CLOSE_PATIENCE;
  while (sockets.clients.size > 0 && Date.now() < deadline) await sleep(10);
  for (const client of sockets.clients) client.terminate();
}

/** The environment as a page is told of it. */
function describe(facts: EnvironmentFacts): SessionOptions['welcome']['environment'] {
  const { info, observationNames, actionNames, actionLow, actionHigh, endReasons, overlays } =
    facts;
  return {
    id: info.id,
    title: info.title,
    description: info.description,
    controlDt: facts.controlDt,
    horizon: info.horizon,
    ...(observationNames ? { observationNames: [...observationNames] } : {}),
    actionNames: [...actionNames],
    actionLow: [...actionLow],
    actionHigh: [...actionHigh],
    controls: info.controls.map(({ paces, ...c }) => ({
      ...c,
      positiveKeys: [...c.positiveKeys],
      negativeKeys: [...c.negativeKeys],
      ...(paces ? { paces: paces.map((p) => ({ ...p, keys: [...p.keys] })) } : {}),
    })),
    endReasons: endReasons.map((reason) => ({ ...reason })),
    overlays,
  };
}

/** The newest run of the folder goes on when it is of the same environment, preset and settings. */
async function resumeOrNew(
  options: ServeOptions,
  storage: Storage,
): Promise<{ record: Run; isNew: boolean }> {
  const settings = Object.keys(options.overrides ?? {}).length > 0 ? [options.overrides] : [];
  const configHash = createHash('sha256')
    .update(JSON.stringify([options.environment, options.environmentOptions, version, ...settings]))
    .digest('hex')
    .slice(0, 16);
  const latest = await storage.latestRun();
  if (
    latest &&
    latest.environmentId === options.environment &&
    latest.preset === options.preset &&
    latest.configHash === configHash
  ) {
    return { record: latest, isNew: false };
  }
  const record: Run = {
    id: `run-${randomUUID().slice(0, 8)}`,
    environmentId: options.environment,
    preset: options.preset,
    seed: options.seed,
    configHash,
    createdAt: Date.now(),
  };
  return { record, isNew: true };
}

/** Upgrades at one path only, from pages of this very host, speaking our subprotocol. */
function acceptSockets(
  server: import('node:http').Server,
  run: RunHandle,
  welcome: Omit<SessionOptions['welcome'], 'sessionId'>,
  log: SessionOptions['log'],
): WebSocketServer {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // Above the limit of a message, so that a large one is refused rather than fatal.
    maxPayload: 16 * LIMITS.messageBytes,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refuseUpgrade(request);
    if (refusal) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const sessionId = randomUUID();
      startSession({
        socket: client,
        run,
        sessionId,
        serverVersion: version,
        log,
        welcome: { ...welcome, sessionId },
      });
    });
  });
  return sockets;
}

function refuseUpgrade(request: IncomingMessage): string | undefined {
  if (new URL(request.url ?? '/', 'http://local').pathname !== WEBSOCKET_PATH)
    return '404 Not Found';
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  if (!offered.split(',').some((p) => p.trim() === SUBPROTOCOL)) return '426 Upgrade Required';
  const { origin, host } = request.headers;
  // Browsers always send it: another site's page must not drive. Programs send none.
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host))
    return '403 Forbidden';
  return undefined;
}

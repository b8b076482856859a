/** Puts storage, run, HTTP and sockets together. */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EnvironmentOptions } from '../sim/contract.ts';
import type { Troubles } from './actors/link.ts';
import { describeEnvironment } from './actors/wire-environment.ts';
import { Admission } from './connection/admission.ts';
import { createCountedLog } from './connection/counted-log.ts';
import { createHttp } from './connection/http.ts';
import { acceptSockets, type Sockets, type Welcome } from './connection/sockets.ts';
import {
  type AutomationRules,
  KEEP_EPISODES,
  NO_RULES,
  type Overlap,
  type QualityRules,
  type RunHandle,
  type StillPolicy,
} from './contract.ts';
import { Webhook, type WebhookTarget } from './events/webhook.ts';
import { createForms } from './forms/forms.ts';
import type { BusOptions } from './nats/bus.ts';
import { Tunnel } from './nats/tunnel.ts';
import { Consents } from './people/consents.ts';
import { Oidc, type OidcOptions } from './people/oidc.ts';
import { People } from './people/people.ts';
import { removeDue, sweepDaily } from './people/removals.ts';
import { PROTOCOL_VERSION, type Study } from './protocol/index.ts';
import { startRun } from './run/run.ts';
import { DAY } from './storage/audit-heads.ts';
import { chooseRun } from './storage/choose.ts';
import type { Run, Storage } from './storage/contract.ts';
import { sweep } from './storage/folders.ts';
import { lockFolder } from './storage/lock.ts';
import { openPlace } from './storage/open.ts';
import { watchFolders } from './storage/watched.ts';
import { createLog, type Log } from './threads/log.ts';
import { createTrainings, NO_TRAININGS, type TrainingsOptions } from './trainings/trainings.ts';

export interface ServeOptions {
  readonly host: string;
  /** Asked of every client; needed where others can reach the host. 16 to 256 letters, digits and . _ ~ - */
  readonly token?: string | undefined;
  /** Names in `Host` besides those of loopback, for a server on loopback behind a proxy. */
  readonly allowHosts?: readonly string[];
  /** Origins of pages besides the server's own. */
  readonly allowOrigins?: readonly string[];
  /** 0: any free port. */
  readonly port: number;
  readonly dataDir: string;
  /** `postgres://…`: where everything is kept, instead of in the folder. */
  readonly database?: string | undefined;
  readonly environment: string;
  readonly environmentOptions: EnvironmentOptions;
  /** Paths of the user's files that these options make the environment of: a run is their content. */
  readonly environmentFiles?: readonly string[] | undefined;
  /** Options that are paths, of which the spelling does not matter. */
  readonly pathOptions?: readonly string[] | undefined;
  readonly preset: string;
  /** `{learner, reward, queries, scheduler}`: changes to the preset. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Of a new run; absent: 1, or that of the run that goes on. */
  readonly seed?: number | undefined;
  /** The run that is to go on, by id or name; absent: the newest that is the same, or a new one. */
  readonly runId?: string | undefined;
  /** Free-running rollout threads. */
  readonly rollouts: number;
  /** `nats://…`: actors on other machines act for the run, too. */
  readonly nats?: BusOptions | undefined;
  /** Live simulations; one. */
  readonly lives?: number | undefined;
  /** Episodes kept on disk beside those that feedback names; 1000. */
  readonly keepEpisodes?: number;
  /** How many people are asked each query; one. */
  readonly overlap?: Overlap;
  /** How people's answers are watched; not at all. */
  readonly quality?: QualityRules;
  /** When a certified model answers in people's place; never. */
  readonly automation?: AutomationRules | undefined;
  /** Data folders of others, whose runs are listed too. */
  readonly watch?: readonly string[];
  /** Who is told what happens. */
  readonly webhooks?: readonly WebhookTarget[];
  /** A finished policy drives, and nothing learns; with the path of its file, whose content belongs to the run. */
  readonly policy?: StillPolicy | undefined;
  readonly policyFile?: string | undefined;
  /** Trainings that may be started from the page; absent: none. */
  readonly trainings?: Pick<TrainingsOptions, 'most' | 'command'> | undefined;
  /** What its people are told and asked to agree to. */
  readonly study?: Study | undefined;
  /** An identity provider where its people may sign in; then everybody signs in. */
  readonly oidc?: OidcOptions | undefined;
  readonly uiDir: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

export interface RunningServer {
  readonly url: string;
  readonly runId: string;
  close(): Promise<void>;
}

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

/**
 * @throws RangeError for unknown environments or options, for a folder that cannot be used, and for a host that
 * others can reach without a token; the listen error as it is.
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const opened: (() => unknown)[] = [];
  /** Closes everything in the opposite order; a failure does not keep the rest open. */
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
  const admission = new Admission(options);
  const log = createLog(options.logLevel);
  onClose(lockFolder(options.dataDir).release);
  const storage = await openData(options, log, onClose);
  const webhooks = await openWebhooks(options.webhooks ?? [], storage, log, onClose);
  const oidc = options.oidc && new Oidc(options.oidc);
  const people = await People.open(storage, { isClosed: oidc !== undefined });
  const wanted = wantedOf(options);
  const { record, isNew, words } = await chooseRun(storage, wanted, version, options.runId);
  log.info(words);
  const claim = await storage.claimRun(record.id);
  const nats = reach(wanted, record, claim);
  const run = await startRun({
    ...wanted,
    keepEpisodes: options.keepEpisodes ?? KEEP_EPISODES,
    overlap: options.overlap ?? { people: 1, share: 1 },
    quality: options.quality ?? NO_RULES,
    automation: options.automation,
    run: record,
    remote: nats?.remote,
    storage,
    log,
  });
  onClose(() => run.close());
  // Only now: a run that was refused must not be the newest of the folder.
  const { engine } = run.facts;
  if (isNew) await storage.createRun(engine ? { ...record, engine } : record);
  const onError = (what: string) => (error: unknown) => log.error({ error: String(error) }, what);
  onClose(await signHeads(storage, onError('audit head')));
  onClose(await sweepDaily(storage, log, onError('retention')));
  storage.verify().catch(onError('verification'));
  const connections = countedLog(log, onClose);
  const lists = openLists(options, onClose);
  const shared = { run, people, admission, storage, log: connections };
  const app = await createHttp({
    ...shared,
    ...lists,
    webhooks,
    oidc,
    uiDir: options.uiDir,
    serverVersion: version,
    socketRefusal: (asking) => sockets.refusal(asking),
    isRelayed: (socket) => socket instanceof Tunnel,
  });
  const sockets: Sockets = acceptSockets(app.server, {
    ...shared,
    consents: options.study && (await Consents.open(options.study, storage)),
    welcome: welcomeOf(options, run, (await storage.listCampaigns(record.id)).length > 0),
  });
  await app.ready();
  if (nats) onClose(await nats.openDoor(app.server, admission));
  onClose(() => app.close());
  onClose(sockets.close);
  await app.listen({ host: options.host, port: options.port });
  return { url: urlOf(options.host, app.server.address() as AddressInfo), runId: record.id };
}

const wantedOf = (options: ServeOptions) => ({
  ...options,
  files: options.environmentFiles,
  overrides: options.overrides ?? {},
});

/** How actors and gateways on other machines are reached, if they are. Its client is loaded only where it is used. */
function reach(
  { nats, environmentOptions }: ServeOptions,
  { id: runId, environmentId, configHash, seed }: Run,
  claim: number | undefined,
) {
  if (!nats) return undefined;
  const run = { runId, environmentId, environmentOptions, configHash, seed };
  let epoch = 0;
  return {
    async remote(troubles: Troubles) {
      const { openLearnerLink } = await import('./nats/learner-link.ts');
      const link = await openLearnerLink({ ...nats, run, claim, troubles });
      epoch = link.epoch;
      return link;
    },
    /** For connections of people by gateways. Resolves with how it is closed. */
    async openDoor(server: Server, admission: Admission) {
      const { openDoor } = await import('./nats/door.ts');
      const door = await openDoor({
        ...{ ...nats, runId, epoch },
        refusal: ({ host }) => admission.refuseGateway(host),
        onConnection: (tunnel) => server.emit('connection', tunnel),
      });
      return () => door.close();
    },
  };
}

/** Before anything happens, and ended after everything has. */
async function openWebhooks(
  targets: readonly WebhookTarget[],
  storage: Storage,
  log: Log,
  onClose: (close: () => unknown) => void,
): Promise<Webhook[]> {
  const webhooks: Webhook[] = [];
  for (const target of targets) {
    const webhook = await Webhook.open({ target, storage, log });
    onClose(() => webhook.close());
    webhooks.push(webhook);
  }
  return webhooks;
}

/** Runs beside the one that is served, and what makes others. Ended with the server: trainings before what reads them. */
function openLists(options: ServeOptions, onClose: (close: () => unknown) => void) {
  const forms = createForms();
  const { dataDir, watch = [] } = options;
  const trainings = createTrainings({ ...NO_TRAININGS, ...options.trainings, dataDir, forms });
  const watched = watchFolders(watch, trainings.folders);
  onClose(watched.close);
  onClose(trainings.close);
  return { forms, trainings, watched };
}

/** Ended with the server. */
function countedLog(log: Log, onClose: (close: () => unknown) => void) {
  const counted = createCountedLog(log);
  onClose(counted.close);
  return counted;
}

function urlOf(host: string, { port }: AddressInfo): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** What every page is told first. */
function welcomeOf(
  options: ServeOptions,
  { run, facts, lives }: RunHandle,
  hasCampaigns: boolean,
): Welcome {
  return {
    protocol: PROTOCOL_VERSION,
    serverVersion: version,
    runId: run.id,
    environment: describeEnvironment(facts),
    preset: run.preset,
    ...(options.policy ? { policy: policyOnWire(options.policy) } : {}),
    ...(lives.length > 1 ? { lives: lives.length } : {}),
    hasPeople: hasCampaigns || hasPeople(options),
  };
}

const policyOnWire = ({ name, trainedOn, isWatched }: StillPolicy) => ({
  name,
  trainedOn,
  isWatched,
});

function hasPeople({ overlap, quality = NO_RULES, automation }: ServeOptions): boolean {
  const isWatched = Object.values(quality).some((rule) => rule > 0);
  return (overlap?.people ?? 1) > 1 || isWatched || automation !== undefined;
}

/** A signed head of the audit log at the start, once a day, and at the end. Resolves with how to end it. */
async function signHeads(storage: Storage, onError: (error: unknown) => void) {
  const sign = () => storage.signAudit(Date.now()).catch(onError);
  await sign();
  const timer = setInterval(sign, DAY).unref();
  return async () => {
    clearInterval(timer);
    await sign();
  };
}

/** The storage of a folder that is locked, after what a killed process left half-written is gone. */
async function openData(
  { dataDir, database }: Pick<ServeOptions, 'dataDir' | 'database'>,
  log: Log,
  onClose: (close: () => unknown) => void,
): Promise<Storage> {
  const swept = sweep(dataDir);
  if (swept.length > 0) log.info({ swept }, 'half-written files of a killed process were removed');
  const storage = await openPlace({ folder: dataDir, database });
  onClose(storage.close);
  await storage.expectRoom();
  await removeDue(storage, log);
  await storage.occupy();
  return storage;
}

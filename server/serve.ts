/** Puts storage, run, HTTP and sockets together. */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Troubles } from './actors/link.ts';
import { createCloses } from './closes.ts';
import { Admission } from './connection/admission.ts';
import { createCountedLog } from './connection/counted-log.ts';
import { acceptSockets } from './connection/sockets.ts';
import { Webhook, type WebhookTarget } from './events/webhook.ts';
import { createForms } from './forms/forms.ts';
import { Tunnel } from './nats/tunnel.ts';
import { newRunOf } from './open-runs/new-run.ts';
import { OpenRunSet } from './open-runs/open-runs.ts';
import { Consents } from './people/consents.ts';
import { Oidc } from './people/oidc.ts';
import { People } from './people/people.ts';
import { removeDue, sweepDaily } from './people/removals.ts';
import { clearFormer } from './run/alerts.ts';
import type { ServeOptions } from './serve-options.ts';
import { type House, openPages, openRun, type ServedRun, startServed } from './served-run.ts';
import { DAY } from './storage/audit-heads.ts';
import { chooseRun } from './storage/choose.ts';
import type { Run, Storage } from './storage/contract.ts';
import { sweep } from './storage/folders.ts';
import { lockFolder } from './storage/lock.ts';
import { openPlace } from './storage/open.ts';
import { watchFolders } from './storage/watched.ts';
import { createLog, type Log } from './threads/log.ts';
import { createTrainings, NO_TRAININGS } from './trainings/trainings.ts';

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
  const closes = createCloses();
  try {
    return { ...(await open(options, closes.add)), close: closes.all };
  } catch (error) {
    await closes.all().catch(() => {});
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
  const onError = (what: string) => (error: unknown) => log.error({ error: String(error) }, what);
  await clearFormer(storage).catch(onError('alerts of the server before'));
  const webhooks = await openWebhooks(options.webhooks ?? [], storage, log, onClose);
  const oidc = options.oidc && new Oidc(options.oidc);
  const people = await People.open(storage, { isClosed: oidc !== undefined });
  const consents = options.study && (await Consents.open(options.study, storage));
  const wanted = wantedOf(options);
  const { record, isNew, words } = await chooseRun(storage, wanted, version, options.runId);
  log.info(words);
  const claim = await storage.claimRun(record.id);
  const nats = reach(wanted, record, claim);
  const started = { record, storage, log };
  const run = await startServed({ ...wanted, remote: nats?.remote }, started);
  onClose(() => run.close());
  // Only now: a run that was refused must not be the newest of the folder.
  const { engine } = run.facts;
  if (isNew) await storage.createRun(engine ? { ...record, engine } : record);
  onClose(await signHeads(storage, onError('audit head')));
  onClose(await sweepDaily(storage, log, onError('retention')));
  storage.verify().catch(onError('verification'));
  const connections = countedLog(log, onClose);
  const lists = openLists(options, onClose);
  const house: House = {
    ...{ admission, storage, people, consents, webhooks, oidc, ...lists, log: connections },
    openRuns: new OpenRunSet<ServedRun>({
      ...{ most: options.openRuns ?? 0, first: record.id, storage, log },
      start: (record, isNew) => openRun(options, house, { record, isNew, storage, log }),
      create: async (asked) => newRunOf(asked, await lists.forms(), Date.now()),
    }),
    ...{ uiDir: options.uiDir, serverVersion: version },
    isRelayed: (socket) => socket instanceof Tunnel,
  };
  const { app, sockets } = await openPages(options, house, run, house.openRuns);
  acceptSockets(app.server, sockets, (id) => house.openRuns.find(id)?.sockets);
  await app.ready();
  if (nats) onClose(await nats.openDoor(app.server, admission));
  onClose(() => app.close());
  onClose(sockets.close);
  onClose(() => house.openRuns.close());
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
  options: Pick<ServeOptions, 'dataDir' | 'database' | 'blobs' | 'blobsEndpoint'>,
  log: Log,
  onClose: (close: () => unknown) => void,
): Promise<Storage> {
  const { dataDir, database, blobs, blobsEndpoint } = options;
  const swept = sweep(dataDir);
  if (swept.length > 0) log.info({ swept }, 'half-written files of a killed process were removed');
  const storage = await openPlace({ folder: dataDir, database, blobs, blobsEndpoint });
  onClose(storage.close);
  await storage.expectRoom();
  await removeDue(storage, log);
  await storage.occupy();
  return storage;
}

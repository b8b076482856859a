/** A run of a server with its own pages: started, asked and ended by itself, in a house that all runs share. */
import type { FastifyInstance } from 'fastify';
import { describeEnvironment } from './actors/wire-environment.ts';
import { createCloses } from './closes.ts';
import { createHttp, type HttpOptions } from './connection/http.ts';
import { createSockets, type Sockets, type Welcome } from './connection/sockets.ts';
import {
  KEEP_EPISODES,
  NO_RULES,
  type RunHandle,
  type RunOptions,
  type StillPolicy,
} from './contract.ts';
import type { OpenRun } from './open-runs/contract.ts';
import type { OpenRunSet } from './open-runs/open-runs.ts';
import { wantedOf } from './open-runs/wanted.ts';
import type { Consents } from './people/consents.ts';
import { PROTOCOL_VERSION } from './protocol/index.ts';
import { tellOver } from './run/alerts.ts';
import { startRun } from './run/run.ts';
import type { ServeOptions } from './serve-options.ts';
import type { Run, Storage } from './storage/contract.ts';
import type { Log } from './threads/log.ts';

/** What all runs of a server have together. */
export interface House extends Omit<HttpOptions, 'run' | 'socketRefusal' | 'pagesOf' | 'openRuns'> {
  readonly consents: Consents | undefined;
  readonly openRuns: OpenRunSet<ServedRun>;
}

interface Pages {
  readonly app: FastifyInstance;
  readonly sockets: Sockets;
}

/** Beside the first: without a server of its own to listen. */
export interface ServedRun extends OpenRun, Pages, Pick<FastifyInstance, 'routing'> {}

interface Started {
  /** Absent: it is stored already. */
  readonly isNew?: boolean;
  readonly record: Run;
  readonly storage: Storage;
  readonly log: Log;
}

/** Its simulation and its learner. @throws RangeError for what is refused */
export function startServed(
  options: Omit<ServeOptions, 'overrides'> & Pick<RunOptions, 'overrides' | 'remote'>,
  { record, storage, log }: Started,
): Promise<RunHandle> {
  return startRun({
    ...options,
    keepEpisodes: options.keepEpisodes ?? KEEP_EPISODES,
    overlap: options.overlap ?? { people: 1, share: 1 },
    quality: options.quality ?? NO_RULES,
    automation: options.automation,
    run: record,
    ...{ storage, log },
  });
}

/** Another run of the folder, as it was begun, under the rules of this server. @throws Error in words for a person */
export async function openRun(
  options: ServeOptions,
  house: House,
  started: Started,
): Promise<ServedRun> {
  const { record, storage } = started;
  const wanted = { ...options, ...(await wantedOf(record)), policy: undefined };
  await storage.claimRun(record.id);
  const closes = createCloses();
  closes.add(() => storage.releaseRun(record.id));
  try {
    const run = await startServed({ ...wanted, remote: undefined }, started);
    closes.add(() => endRun(run, storage));
    // Only now: a run that was refused must not be in the folder.
    const { engine } = run.facts;
    if (started.isNew) await storage.createRun(engine ? { ...record, engine } : record);
    const { app, sockets } = await openPages(wanted, house, run);
    closes.add(() => app.close());
    closes.add(sockets.close);
    await app.ready();
    return { app, sockets, routing: app.routing, close: closes.all };
  } catch (error) {
    await closes.all().catch(() => {});
    throw error;
  }
}

async function endRun(run: RunHandle, storage: Storage): Promise<void> {
  const { alerts } = run;
  await run.close();
  await tellOver(storage, run.run.id, alerts);
}

/** Its HTTP and its sockets. @param others the runs that its addresses lead to, too */
export async function openPages(
  options: ServeOptions,
  house: House,
  run: RunHandle,
  others?: House['openRuns'],
): Promise<Pages> {
  const app = await createHttp({
    ...{ ...house, run },
    socketRefusal: (asking) => sockets.refusal(asking),
    pagesOf: others && ((id) => others.find(id)),
  });
  const hasCampaigns = (await house.storage.listCampaigns(run.run.id)).length > 0;
  const { serverVersion } = house;
  const welcome = welcomeOf(options, { run, serverVersion, hasCampaigns });
  const sockets: Sockets = createSockets({ ...house, run, welcome });
  return { app, sockets };
}

/** What every page is told first. */
function welcomeOf(
  options: ServeOptions,
  about: {
    readonly run: RunHandle;
    readonly serverVersion: string;
    readonly hasCampaigns: boolean;
  },
): Welcome {
  const { serverVersion, hasCampaigns } = about;
  const { run, facts, lives } = about.run;
  return {
    protocol: PROTOCOL_VERSION,
    serverVersion,
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

/** Static page, health, data and metrics over HTTP. */
import type { Duplex } from 'node:stream';
import fastify, { type FastifyInstance } from 'fastify';
import { Gauge, Registry } from 'prom-client';
import type { RunHandle } from '../contract.ts';
import type { Oidc } from '../people/oidc.ts';
import { OWNER, type People } from '../people/people.ts';
import type { Storage } from '../storage/contract.ts';
import { accountRoutes } from './account-routes.ts';
import type { Admission, Refused } from './admission.ts';
import { describeApi, docsRoutes } from './api-docs.ts';
import { automationRoutes } from './automation-routes.ts';
import { behaviourRoutes } from './behaviour-routes.ts';
import { campaignRoutes } from './campaign-routes.ts';
import { commentRoutes } from './comment-routes.ts';
import { compressAnswers } from './compress.ts';
import type { ConnectionLog } from './counted-log.ts';
import { datasetRoutes } from './dataset-routes.ts';
import { episodeRoutes } from './episode-routes.ts';
import { type EventRoutes, eventRoutes } from './event-routes.ts';
import { guardHttp } from './http-guard.ts';
import { kpiRoutes } from './kpi-routes.ts';
import { lineageRoutes } from './lineage-routes.ts';
import { modelRoutes } from './model-routes.ts';
import { openRoutes } from './open-routes.ts';
import { overlayRoutes } from './overlay-routes.ts';
import { pageFiles } from './page.ts';
import { practiceRoutes } from './practice-routes.ts';
import { qualityRoutes } from './quality-routes.ts';
import { refusedField } from './refused-field.ts';
import { retentionRoutes } from './retention-routes.ts';
import { reviewRoutes } from './review-routes.ts';
import { handRuns } from './run-paths.ts';
import { type RunRoutes, runRoutes } from './run-routes.ts';
import { file } from './shapes/parts.ts';
import { feedback, newestPoint } from './shapes/runs.ts';
import type { Sockets } from './sockets.ts';
import { subjectRoutes } from './subject-routes.ts';
import { teachingRoutes } from './teaching-routes.ts';

/** How long a request may take to arrive whole, ms. */
export const REQUEST_PATIENCE = 30_000;

export interface HttpOptions extends RunRoutes, EventRoutes {
  readonly uiDir: string;
  readonly serverVersion: string;
  readonly admission: Admission;
  readonly people: People;
  readonly oidc?: Oidc | undefined;
  readonly log: ConnectionLog;
  /** Why a page could not open a socket: a browser does not tell its page. */
  readonly socketRefusal: Sockets['refusal'];
  /** Whether a connection came by a gateway, which has the page's files; absent: none does. */
  readonly isRelayed?: (socket: Duplex) => boolean;
  /** Pages of another run that is open; absent: these are that run's own. */
  readonly pagesOf?: ((runId: string) => Pick<FastifyInstance, 'routing'> | undefined) | undefined;
}

export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { run, storage, uiDir, log } = options;
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    requestTimeout: REQUEST_PATIENCE,
    ajv: { customOptions: { verbose: true } }, // errors tell the value
    schemaErrorFormatter: refusedField,
  });
  const { admission, people } = options;
  const onRefused = (refused: Refused) => log.warn(refused, 'a request was refused');
  if (options.pagesOf) handRuns(app, options.pagesOf);
  guardHttp(app, { admission, people, onRefused });
  compressAnswers(app);
  await describeApi(app, options.serverVersion);
  await app.register(async (api) => {
    routes(api, run, storage);
    episodeRoutes(api, { run, storage, people });
    runRoutes(api, options);
    openRoutes(api, { ...options, isFirst: options.pagesOf !== undefined });
    qualityRoutes(api, { run, storage, people });
    teachingRoutes(api, { run, storage, people });
    eventRoutes(api, options);
    automationRoutes(api, run, storage);
    kpiRoutes(api, run, storage);
    lineageRoutes(api, run, storage);
    subjectRoutes(api, { run, storage, people });
    campaignRoutes(api, { run, storage, people });
    retentionRoutes(api, { storage, people });
    datasetRoutes(api, { run, storage, people });
    commentRoutes(api, { run, storage, people });
    modelRoutes(api, { run, storage, people });
    reviewRoutes(api, { run, storage, people });
    admissionRoute(api, options.socketRefusal);
    accountRoutes(api, options, ({ person }) => person ?? OWNER);
  });
  const registry = createGauges(run);
  const summary = 'The run’s counters, for Prometheus';
  const response = { 200: file('In its text format', 'text/plain') };
  app.get('/metrics', { schema: { summary, response } }, async (_request, reply) => {
    return reply.type(registry.contentType).send(await registry.metrics());
  });
  await app.register(pageFiles, { uiDir, isElsewhere: options.isRelayed });
  return app;
}

const HEALTH = {
  description: '`degraded`: a thread is being started again, see the alerts',
  type: 'object',
  properties: {
    ...{ status: { enum: ['ok', 'degraded'] }, runId: { type: 'string' } },
    ...{ policyVersion: { type: 'integer' }, environmentSteps: { type: 'integer' } },
    ...{ learnerUpdates: { type: 'integer' }, backend: { type: 'string' } },
  },
} as const;
const ADMISSION = {
  description: 'Why, and the way out',
  type: 'object',
  properties: { message: { type: ['string', 'null'] } },
} as const;

function admissionRoute(api: FastifyInstance, refusal: Sockets['refusal']): void {
  const querystring = { type: 'object', properties: { origin: { type: 'string' } } } as const;
  api.get<{ Querystring: { origin?: string } }>(
    '/api/admission',
    {
      schema: {
        summary: 'Why a page of this origin cannot open a socket; null: it can',
        querystring,
        response: { 200: ADMISSION },
      },
    },
    async ({ raw, query }) => {
      const { headers, url = '/' } = raw;
      return { message: refusal({ headers, url, origin: query.origin })?.message ?? null };
    },
  );
}

function routes(api: FastifyInstance, run: RunHandle, storage: Storage): void {
  const summary = 'Is it alive, and how far is it';
  api.get('/api/health', { schema: { summary, response: { 200: HEALTH } } }, async () => ({
    // 'degraded': a thread is being started again, see the alerts.
    status: run.isHealthy ? 'ok' : 'degraded',
    runId: run.run.id,
    policyVersion: run.lives[0]?.state?.policyVersion ?? 0,
    environmentSteps: run.counts.environmentSteps,
    learnerUpdates: run.counts.learnerUpdates,
    backend: run.backend.name,
  }));
  api.get(
    '/api/memory',
    {
      schema: {
        summary: 'What the parts of the run hold, as reported last',
        response: { 200: newestPoint },
      },
    },
    async () => {
      const points = await storage.readMetrics(run.run.id, 0, 1);
      return { point: points.at(-1) ?? null };
    },
  );
  practiceRoutes(api, run);
  behaviourRoutes(api, run);
  overlayRoutes(api, run);
  api.get(
    '/api/feedback',
    { schema: { summary: 'The whole feedback log, oldest first', response: { 200: feedback } } },
    async () => {
      const rows = await storage.readFeedback(run.run.id, 0);
      return rows.map(({ sequence, feedback }) => ({ sequence, ...feedback }));
    },
  );
  docsRoutes(api);
}

function createGauges(run: RunHandle): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge(
    'reins_environment_steps',
    'Environment steps of the run',
    () => run.counts.environmentSteps,
  );
  gauge(
    'reins_awaited_steps',
    'Steps that the learner allows and no actor has made yet',
    () => run.awaitedSteps,
  );
  gauge('reins_learner_updates', 'Gradient updates of the policy', () => run.counts.learnerUpdates);
  gauge(
    'reins_policy_version',
    'Version of the acting policy',
    () => run.lives[0]?.state?.policyVersion ?? 0,
  );
  gauge('reins_labels', 'Feedback events without retractions', () => run.counts.labels);
  gauge(
    'reins_open_queries',
    'Questions waiting for an answer',
    () => run.queue.waiting + run.queue.open,
  );
  gauge('reins_viewers', 'Connected pages', () => run.status(0).viewers);
  return registry;
}

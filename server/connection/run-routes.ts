/** The runs of the data folder, and of folders that are watched: how they stand, their curves, names and notes. */
import type { FastifyInstance } from 'fastify';
import type { RunHandle } from '../contract.ts';
import type { Forms } from '../forms/contract.ts';
import type { OpenRuns } from '../open-runs/contract.ts';
import type { MetricsPoint } from '../protocol/index.ts';
import type { Run, Storage } from '../storage/contract.ts';
import type { WatchedFolders } from '../storage/watched.ts';
import type { Trainings } from '../trainings/contract.ts';
import { file } from './shapes/parts.ts';
import * as shapes from './shapes/runs.ts';
import { trainingRoutes } from './training-routes.ts';

export interface RunRoutes {
  readonly run: RunHandle;
  readonly storage: Storage;
  readonly watched: WatchedFolders;
  readonly forms: () => Promise<Forms>;
  readonly trainings: Trainings;
  readonly openRuns: OpenRuns;
}

interface Found {
  readonly run: Run;
  readonly storage: Storage;
  /** In addresses: `id` for runs of this server's own data folder, which may be the id of others elsewhere too. */
  readonly key: string;
  /** Absent: of this server's own data folder. */
  readonly folder?: string;
}

interface About {
  readonly Params: { readonly id: string };
}

const points = {
  type: 'object',
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 5000, default: 400 },
    since: { type: 'integer', minimum: 0, default: 0, description: 'Learner updates' },
  },
} as const;

const change = {
  type: 'object',
  additionalProperties: false,
  anyOf: [{ required: ['name'] }, { required: ['notes'] }],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 80 },
    notes: { type: 'string', maxLength: 10_000 },
  },
} as const;

const EXPORTS = ['metrics.csv', 'feedback.jsonl', 'config.json'] as const;
type ExportName = (typeof EXPORTS)[number];
const exported = {
  type: 'object',
  properties: { id: { type: 'string' }, file: { enum: EXPORTS } },
} as const;

export function runRoutes(api: FastifyInstance, options: RunRoutes): void {
  readRoutes(api, options);
  api.post<About & { Body: { readonly name?: string; readonly notes?: string } }>(
    '/api/runs/:id',
    {
      schema: {
        summary: 'Give a run a name or notes',
        body: change,
        response: { 200: shapes.run },
      },
    },
    async ({ params, body }, reply) => {
      const found = await find(options, params.id);
      if (!found) return reply.code(404).send({ message: unknown(params.id) });
      if (found.folder !== undefined)
        return reply.code(409).send({
          message: `run ${params.id} is of ${found.folder}, which is only looked into: rename it with reins runs rename --data ${found.folder}`,
        });
      await options.storage.describeRun(params.id, body);
      return { ...found.run, ...body };
    },
  );
  trainingRoutes(api, options.trainings);
  api.get(
    '/api/forms',
    {
      schema: {
        summary: 'Environments and presets, with JSON Schema of what can be set',
        response: { 200: shapes.forms },
      },
    },
    options.forms,
  );
}

function readRoutes(api: FastifyInstance, options: RunRoutes): void {
  api.get(
    '/api/runs',
    {
      schema: {
        summary:
          'Runs of the data folder and of those watched, newest first; `last`: their newest figures',
        response: { 200: shapes.runs },
      },
    },
    async () => {
      const found = await listAll(options);
      const rows = await Promise.all(found.map((each) => rowOf(each, options.run)));
      return rows.sort((one, other) => other.createdAt - one.createdAt);
    },
  );
  api.get<About & { Querystring: { limit: number; since: number } }>(
    '/api/runs/:id/metrics',
    {
      schema: {
        summary: 'Figures of a run from a number of updates on, evenly thinned',
        querystring: points,
        response: { 200: shapes.points },
      },
    },
    async ({ params, query }, reply) => {
      const found = await find(options, params.id);
      if (!found) return reply.code(404).send({ message: unknown(params.id) });
      return found.storage.readMetrics(found.run.id, query.since, query.limit);
    },
  );
  api.get<About & { Params: { readonly file: ExportName } }>(
    '/api/runs/:id/files/:file',
    {
      schema: {
        summary: 'A run as a file: its figures, its feedback, or what it is made of',
        params: exported,
        response: { 200: file('As `file` says', ...Object.values(TYPES)) },
      },
    },
    async ({ params: { id, file } }, reply) => {
      const found = await find(options, id);
      if (!found) return reply.code(404).send({ message: unknown(id) });
      reply.header('Content-Disposition', `attachment; filename="${id}-${file}"`);
      return reply.type(TYPES[file]).send(await contentOf(found, file));
    },
  );
}

const TYPES: Readonly<Record<ExportName, string>> = {
  'metrics.csv': 'text/csv; charset=utf-8',
  'feedback.jsonl': 'application/x-ndjson',
  'config.json': 'application/json',
};

async function contentOf({ run, storage }: Found, file: ExportName): Promise<string> {
  switch (file) {
    case 'metrics.csv':
      return csvOf(await storage.readMetrics(run.id, 0, 100_000));
    case 'feedback.jsonl': {
      const rows = await storage.readFeedback(run.id, 0);
      return rows.map(({ feedback }) => `${JSON.stringify(feedback)}\n`).join('');
    }
    case 'config.json':
      return `${JSON.stringify(run, null, 2)}\n`;
  }
}

/** One line a moment; a metric that has no value there is empty. */
function csvOf(all: readonly MetricsPoint[]): string {
  const names = [...new Set(all.flatMap(({ values }) => Object.keys(values)))].sort();
  const head = ['time', 'environmentSteps', 'learnerUpdates', ...names].join(',');
  const lines = all.map(({ time, environmentSteps, learnerUpdates, values }) =>
    [time, environmentSteps, learnerUpdates, ...names.map((name) => values[name] ?? '')].join(','),
  );
  return `${[head, ...lines].join('\n')}\n`;
}

async function rowOf({ run, storage, key, folder }: Found, served: RunHandle) {
  const [last] = (await storage.readMetrics(run.id, 0, 1)).slice(-1);
  return {
    ...run,
    key,
    isServed: folder === undefined && run.id === served.run.id,
    answers: await storage.countFeedback(run.id),
    last: last ?? null,
    ...(folder === undefined ? {} : { folder }),
  };
}

async function listAll({ storage, watched }: RunRoutes): Promise<Found[]> {
  const own = (await storage.listRuns()).map((run) => ({ run, key: run.id, storage }));
  const others = await Promise.all(
    watched
      .all()
      .map(async ({ key, ...each }) =>
        (await each.storage.listRuns()).map((run) => ({ run, key: `${key}.${run.id}`, ...each })),
      ),
  );
  return [...own, ...others.flat()];
}

/** By its key, or by the id of the first that has it. */
async function find(options: RunRoutes, id: string): Promise<Found | undefined> {
  const all = await listAll(options);
  return all.find(({ key }) => key === id) ?? all.find(({ run }) => run.id === id);
}

const unknown = (id: string) => `run ${id}: unknown, see /api/runs`;

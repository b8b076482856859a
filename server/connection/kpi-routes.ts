/** The key figures of the run, and the same for spreadsheets. */
import type { FastifyInstance } from 'fastify';
import type { RunHandle } from '../contract.ts';
import { kpisCsv } from '../kpis/csv.ts';
import { kpisOf } from '../kpis/kpis.ts';
import { workOf } from '../kpis/work.ts';
import type { Storage } from '../storage/contract.ts';
import { createLogReader } from '../storage/log-reader.ts';
import { file } from './shapes/parts.ts';
import { curve, kpiAlerts } from './shapes/people.ts';

const querystring = {
  type: 'object',
  properties: {
    rate: {
      type: 'number',
      minimum: 0,
      maximum: 1_000_000,
      description: 'price of an hour of work, in any currency; absent: costs are hours and seconds',
    },
  },
} as const;

const number = { type: ['number', 'null'] } as const;
const text = { type: 'string' } as const;
const kpi = {
  type: 'object',
  properties: {
    ...{ id: text, title: text, value: number, low: number, high: number, unit: text },
    ...{ state: { enum: ['good', 'bad', 'unknown'] }, basis: text, advice: text },
  },
} as const;
const report = {
  description: 'Figures, one point a version of the reward model, and what is wrong with its clips',
  type: 'object',
  properties: {
    ...{
      runId: text,
      rate: number,
      kpis: { type: 'array', items: kpi },
      curve,
      alerts: kpiAlerts,
    },
  },
} as const;

interface Asked {
  readonly Querystring: { readonly rate?: number };
}

export function kpiRoutes(api: FastifyInstance, run: RunHandle, storage: Storage): void {
  const { id } = run.run;
  const log = createLogReader(storage, id);
  const read = async (rate: number | undefined) =>
    kpisOf(await workOf(storage, id, log), id, rate ?? null);
  const summary = 'How good, how fast and how dear people’s answers are, and what to do';
  api.get<Asked>(
    '/api/kpis',
    { schema: { summary, querystring, response: { 200: report } } },
    ({ query }) => read(query.rate),
  );
  api.get<Asked>(
    '/api/kpis.csv',
    {
      schema: {
        summary: 'The same figures, one line each',
        querystring,
        response: { 200: file('With a head', 'text/csv') },
      },
    },
    async ({ query }, reply) => {
      reply.header('Content-Disposition', `attachment; filename="${id}-kpis.csv"`);
      return reply.type('text/csv; charset=utf-8').send(kpisCsv(await read(query.rate)));
    },
  );
}

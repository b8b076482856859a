/** Datasets: what was answered in a campaign, as versions that never change. */
import type { FastifyInstance } from 'fastify';
import type { RunHandle } from '../contract.ts';
import { Datasets } from '../datasets/datasets.ts';
import type { People } from '../people/people.ts';
import type { Storage } from '../storage/contract.ts';
import { actorOf } from './actor.ts';
import * as shapes from './shapes/campaigns.ts';
import { file } from './shapes/parts.ts';

export interface DatasetRouteOptions {
  readonly run: RunHandle;
  readonly storage: Storage;
  readonly people: People;
}

const made = {
  type: 'object',
  required: ['campaign'],
  properties: { campaign: { type: 'string', description: 'its id' } },
} as const;

interface Made {
  readonly Body: { readonly campaign: string };
}
interface About {
  readonly Params: { readonly id: string };
}

export function datasetRoutes(api: FastifyInstance, options: DatasetRouteOptions): void {
  const { run, storage, people } = options;
  const nameOf = (id: string) => people.nameOf(id);
  const datasets = () => new Datasets({ storage, run: run.run, nameOf });

  api.get(
    '/api/datasets',
    {
      schema: {
        summary: 'Datasets with their datasheets, newest first',
        response: { 200: shapes.datasets },
      },
    },
    () => datasets().list(),
  );
  api.post<Made>(
    '/api/datasets',
    {
      schema: {
        summary: 'Keep the answers of a campaign that count now as a version',
        body: made,
        response: { 200: shapes.dataset },
      },
    },
    async (asked) => {
      const id = await datasets().make(asked.body.campaign, actorOf(asked), Date.now());
      return datasets().find(id);
    },
  );
  api.get<About>(
    '/api/datasets/:id/answers',
    {
      schema: {
        summary: 'Its answers as the log has them, a line each; 410 where some are gone',
        response: { 200: file('Feedback, a line each', 'application/jsonl') },
      },
    },
    async ({ params }, reply) => {
      const { lines, isWhole, missing } = await datasets().read(params.id);
      if (!isWhole)
        return reply.code(410).send({
          message: `dataset: ${params.id} is not what it was (${missing} answers are gone): people were erased, or answers are kept no longer; make another version`,
        });
      reply.header('Content-Disposition', `attachment; filename="${params.id}.jsonl"`);
      return reply.type('application/jsonl; charset=utf-8').send(lines);
    },
  );
}

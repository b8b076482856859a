/** Which policy has learned from which feedback, both ways. */
import type { FastifyInstance } from 'fastify';
import type { RunHandle } from '../contract.ts';
import { contentOf, feedbackLineage, summaryOf, versionsOf } from '../run/lineage.ts';
import type { Storage } from '../storage/contract.ts';

const newest = {
  type: 'object',
  properties: { limit: { type: 'integer', minimum: 0, maximum: 1000, default: 100 } },
} as const;
const version = {
  type: 'object',
  properties: { version: { type: 'integer', minimum: 0 } },
} as const;

export function lineageRoutes(api: FastifyInstance, { run }: RunHandle, storage: Storage): void {
  api.get<{ Querystring: { limit: number } }>(
    '/api/lineage',
    {
      schema: {
        summary: 'What policies have learned from, what none has and why; the newest `limit` ones',
        querystring: newest,
      },
    },
    async ({ query }) => ({
      ...(await summaryOf(storage, run.id)),
      versions: query.limit > 0 ? await versionsOf(storage, run.id, query.limit) : [],
    }),
  );
  api.get<{ Params: { version: number } }>(
    '/api/lineage/versions/:version',
    { schema: { summary: 'Ids of the feedback that a policy has learned from', params: version } },
    async ({ params }) => {
      const used = await storage.usedFeedback(run.id);
      const content = contentOf(params.version, used, await storage.exclusions(run.id));
      const ids = (list: typeof used) => list.map(({ feedbackId }) => feedbackId);
      const { taken, excluded, retracted } = content;
      return {
        ...{ version: params.version, feedback: ids(taken) },
        ...{ excluded: ids(excluded), retracted: ids(retracted) },
      };
    },
  );
  api.get<{ Params: { id: string } }>(
    '/api/lineage/feedback/:id',
    { schema: { summary: 'The first policy that has learned from a piece of feedback' } },
    async ({ params }, reply) => {
      const found = await feedbackLineage(storage, run.id, params.id);
      if (found) return found;
      return reply.code(404).send({ message: `feedback: ${params.id} is not in this run` });
    },
  );
}

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

const integer = { type: 'integer' } as const;
const integerOrNull = { type: ['integer', 'null'] } as const;
const text = { type: 'string' } as const;
const ids = { type: 'array', items: text } as const;
const versionLineage = {
  type: 'object',
  properties: {
    ...{ version: integer, added: integer, feedback: integer, retracted: integer, erased: integer },
    time: { type: ['number', 'null'], description: 'when it was published, ms since epoch' },
    sequences: {
      type: ['object', 'null'],
      description: 'first and last in the log',
      properties: { from: integer, to: integer },
    },
    excluded: { type: 'object', properties: { teacherIds: ids, feedback: integer } },
  },
} as const;
const summaryReply = {
  description: 'What was accepted, what is in a policy, and why the rest is in none',
  type: 'object',
  properties: {
    ...{ accepted: integer, used: integer, newest: integerOrNull },
    unused: { type: 'object', additionalProperties: integer },
    erased: {
      type: ['object', 'null'],
      properties: { feedback: integer, since: integerOrNull },
    },
    promoted: { type: ['object', 'null'], properties: { model: text, version: integer } },
    versions: { type: 'array', items: versionLineage },
  },
} as const;
const contentReply = {
  description: 'Ids of feedback, in the order of the log',
  type: 'object',
  properties: { version: integer, feedback: ids, excluded: ids, retracted: ids },
} as const;
const feedbackReply = {
  description: 'The first policy that has it, or why none has',
  type: 'object',
  properties: {
    ...{ feedbackId: text, version: integerOrNull, retractedIn: integerOrNull },
    ...{ reason: { type: ['string', 'null'] }, isErased: { type: 'boolean' } },
  },
} as const;

export function lineageRoutes(api: FastifyInstance, { run }: RunHandle, storage: Storage): void {
  api.get<{ Querystring: { limit: number } }>(
    '/api/lineage',
    {
      schema: {
        summary: 'What policies have learned from, what none has and why; the newest `limit` ones',
        querystring: newest,
        response: { 200: summaryReply },
      },
    },
    async ({ query }) => ({
      ...(await summaryOf(storage, run.id)),
      versions: query.limit > 0 ? await versionsOf(storage, run.id, query.limit) : [],
    }),
  );
  api.get<{ Params: { version: number } }>(
    '/api/lineage/versions/:version',
    {
      schema: {
        summary: 'Ids of the feedback that a policy has learned from',
        params: version,
        response: { 200: contentReply },
      },
    },
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
    {
      schema: {
        summary: 'The first policy that has learned from a piece of feedback',
        response: { 200: feedbackReply },
      },
    },
    async ({ params }, reply) => {
      const found = await feedbackLineage(storage, run.id, params.id);
      if (found) return found;
      return reply.code(404).send({ message: `feedback: ${params.id} is not in this run` });
    },
  );
}

/** What became of people's questions, how good their answers are, who did what; and what supervisors decide about it. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { RunError, type RunHandle } from '../contract.ts';
import type { People } from '../people/people.ts';
import { CONSENSUS_METHODS, type ConsensusMethod, consensusOf } from '../run/consensus.ts';
import { qualityOf } from '../run/quality.ts';
import { rejectedBy } from '../run/review-rules.ts';
import { transitivityOf } from '../run/transitivity.ts';
import type { Storage } from '../storage/contract.ts';
import { createLogReader, type LogReader } from '../storage/log-reader.ts';
import { actorOf } from './actor.ts';
import * as shapes from './shapes/people.ts';

export interface QualityRouteOptions {
  readonly run: RunHandle;
  readonly storage: Storage;
  readonly people: People;
}

const page = {
  type: 'object',
  properties: {
    after: { type: 'integer', minimum: 0, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 10_000, default: 1000 },
  },
} as const;
const reasoned = {
  type: 'object',
  required: ['reason'],
  properties: { reason: { type: 'string', minLength: 1, maxLength: 500 } },
} as const;

const integer = { type: 'integer' } as const;
const text = { type: 'string' } as const;
const textOrNull = { type: ['string', 'null'] } as const;
const counts = {
  ...{ served: integer, answered: integer, skipped: integer, expired: integer, open: integer },
} as const;
const queue = {
  description:
    'Assignments by what became of them; `disk`: the same counted anew; `holds`: they add up',
  type: 'object',
  properties: {
    ...{ ...counts, waiting: integer, holds: { type: 'boolean' } },
    disk: { type: 'object', properties: counts },
  },
} as const;
const audit = {
  description: 'Rows after the one that was asked for; ids and hashes alone',
  type: 'array',
  items: {
    type: 'object',
    properties: {
      ...{ seq: integer, hash: text, time: { type: 'number', description: 'ms since epoch' } },
      ...{ action: text, actor: text, role: textOrNull, objectType: text, objectId: text },
      ...{ before: textOrNull, after: textOrNull, reason: textOrNull },
    },
  },
} as const;
const changed = {
  description: 'How many answers it changes',
  type: 'object',
  properties: { answers: integer },
} as const;
const about = {
  type: 'object',
  required: ['queryId'],
  properties: { queryId: { type: 'string', minLength: 1, maxLength: 200 } },
} as const;
const made = { type: 'object', properties: { id: text } } as const;
const retired = { type: 'object', properties: { isRetired: { type: 'boolean' } } } as const;

interface Decision {
  readonly Params: { id: string };
  readonly Body: { reason: string };
}

export function qualityRoutes(api: FastifyInstance, options: QualityRouteOptions): void {
  const log = createLogReader(options.storage, options.run.run.id);
  const { run, storage } = options;
  api.get(
    '/api/queue',
    {
      schema: {
        summary: 'What became of the queries given to people; the sum, counted twice',
        response: { 200: queue },
      },
    },
    async () => {
      const { disk, isSame } = await run.recountQueue();
      const { queue } = run;
      return { ...queue, disk, holds: queue.holds && isSame };
    },
  );
  api.get(
    '/api/quality',
    {
      schema: {
        summary: 'How far people agree, and how far each can be relied on',
        response: { 200: shapes.quality },
      },
    },
    () => report(options, log),
  );
  consensus(api, options);
  api.get<{ Querystring: { after: number; limit: number } }>(
    '/api/audit',
    {
      schema: {
        summary: 'The audit log after a row, oldest first',
        querystring: page,
        response: { 200: audit },
      },
    },
    async ({ query }) => {
      const rows = await storage.readAudit(query.after, query.limit);
      return rows.map(({ seq, hash, body }) => ({ seq, hash, ...JSON.parse(body) }));
    },
  );
  decisions(api, run);
}

function consensus(api: FastifyInstance, options: QualityRouteOptions): void {
  api.get<{ Querystring: { method: ConsensusMethod } }>(
    '/api/consensus',
    {
      schema: {
        summary: 'What the answers to each question that two people or more answered come to',
        querystring: {
          type: 'object',
          properties: { method: { enum: CONSENSUS_METHODS, default: 'one-coin' } },
        },
        response: { 200: shapes.consensus },
      },
    },
    async ({ query }) => consensusOf(await counted(options), query.method),
  );
}

function decisions(api: FastifyInstance, run: RunHandle): void {
  const { watch } = run;
  const decided = { body: reasoned, response: { 200: changed } };
  const pause = { summary: 'A person’s answers count no more; others are asked', ...decided };
  api.post<Decision>('/api/people/:id/pause', { schema: pause }, async (request) => ({
    answers: await watch.pause(request.params.id, request.body.reason, actorOf(request)),
  }));
  const resume = { summary: 'A person’s answers count again as they did', ...decided };
  api.post<Decision>('/api/people/:id/resume', { schema: resume }, async (request) => ({
    answers: await watch.resume(request.params.id, request.body.reason, actorOf(request)),
  }));
  api.get(
    '/api/gold',
    {
      schema: {
        summary: 'Questions whose answer is known, and how they were answered',
        response: { 200: shapes.gold },
      },
    },
    async () => watch.gold,
  );
  const agreed = {
    summary: 'A comparison on which people agree is a known question from now on',
    body: about,
    response: { 200: { description: 'The id of the gold', ...made } },
  };
  api.post<{ Body: { queryId: string } }>(
    '/api/gold',
    { schema: agreed },
    async (request, reply) => {
      try {
        return { id: await watch.agreeOnGold(request.body.queryId, actorOf(request)) };
      } catch (error) {
        if (!(error instanceof RunError)) throw error;
        const status = error.code === 'not-allowed' ? 409 : 400;
        return reply.code(status).send({ message: error.message });
      }
    },
  );
  const retire = {
    summary: 'Nobody is asked this gold any more',
    body: reasoned,
    response: { 200: { description: 'Done', ...retired } },
  };
  api.post<Decision>('/api/gold/:id/retire', { schema: retire }, async (request, reply) => {
    const { params, body } = request;
    const isDone = await watch.retireGold(params.id, body.reason, actorOf(request));
    return isDone
      ? { isRetired: true }
      : unknown(reply, `gold: none is asked with id ${params.id}`);
  });
}

function unknown(reply: FastifyReply, message: string): FastifyReply {
  return reply.code(404).send({ message });
}

/** Oldest first. */
async function counted({ run, storage }: Pick<QualityRouteOptions, 'run' | 'storage'>) {
  const rows = await storage.answeredAssignments(run.run.id);
  return rows.flatMap(({ verdict, ...row }) => (verdict === null ? [] : [{ ...row, verdict }]));
}

/** Everybody who has answered, or of whom anything else is known. */
async function report({ run, storage, people }: QualityRouteOptions, read: LogReader) {
  const { people: known, ...quality } = qualityOf(await counted({ run, storage }));
  const rejected = new Set(rejectedBy(await storage.listReviews(run.run.id)));
  const { all: triads, people: circles } = transitivityOf(await read(), rejected);
  const others = run.watch.people.filter((id) => !known.some((p) => p.teacherId === id));
  const silent = {
    answers: 0,
    left: 0,
    decisive: 0,
    medianMs: 0,
    shared: 0,
    withConsensus: 0,
    accuracy: null,
  };
  const all = [...known, ...others.map((teacherId) => ({ teacherId, ...silent }))];
  return {
    ...quality,
    triads,
    people: all.map((person) => ({
      ...person,
      triads: circles.get(person.teacherId) ?? { n: 0, cyclic: 0 },
      name: people.nameOf(person.teacherId),
      standing: run.watch.of(person.teacherId),
      learned: run.watch.learned(person.teacherId) ?? null,
    })),
  };
}

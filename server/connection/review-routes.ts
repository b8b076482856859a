/** Answers to be looked at, and what supervisors decide about them. */
import type { FastifyInstance } from 'fastify';
import { RunError, type RunHandle } from '../contract.ts';
import type { People } from '../people/people.ts';
import {
  REVIEW_SHOWS,
  REVIEW_VERDICTS,
  type ReviewShow,
  type ReviewVerdict,
} from '../protocol/index.ts';
import { ownAnswers } from '../run/own-answers.ts';
import type { Storage } from '../storage/contract.ts';
import { actorOf } from './actor.ts';
import * as shapes from './shapes/people.ts';

const querystring = {
  type: 'object',
  properties: {
    show: {
      enum: REVIEW_SHOWS,
      default: 'disputed',
      description: 'disputed: people disagree; new: nobody looked at it; decided: to undo',
    },
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 20 },
  },
} as const;

const id = { type: 'string', pattern: '^[\\w.:-]{1,60}$' } as const;
const body = {
  type: 'object',
  required: ['id', 'verdict', 'reason'],
  properties: {
    id: { ...id, description: 'made by the client: a retry is the same decision' },
    verdict: { enum: REVIEW_VERDICTS },
    reason: { type: 'string', maxLength: 500 },
    choice: { enum: ['a', 'b', 'equal'], description: 'of a fix: what is right' },
  },
} as const;

const whoAsks = {
  type: 'object',
  properties: { teacherId: { type: 'string', minLength: 1, maxLength: 64 } },
} as const;
/** Cases that are looked through for a person's own. */
const DECIDED = 10_000;

interface Decision {
  readonly Params: { readonly id: string };
  readonly Body: {
    readonly id: string;
    readonly verdict: ReviewVerdict;
    readonly reason: string;
    readonly choice?: 'a' | 'b' | 'equal';
  };
}

export interface ReviewRoutes {
  readonly run: RunHandle;
  readonly storage: Storage;
  readonly people: People;
}

export function reviewRoutes(api: FastifyInstance, options: ReviewRoutes): void {
  const { run, people } = options;
  ownRoute(api, options);
  api.get<{ Querystring: { show: ReviewShow; limit: number } }>(
    '/api/review',
    {
      schema: {
        summary: 'Answers to the same clips side by side, to be looked at',
        querystring,
        response: { 200: shapes.reviews },
      },
    },
    async ({ query }) => {
      const cases = await run.reviews.list(query.show, query.limit);
      return cases.map(({ answers, ...rest }) => ({
        ...rest,
        answers: answers.map((answer) => ({ ...answer, name: people.nameOf(answer.teacherId) })),
      }));
    },
  );
  api.post<Decision>(
    '/api/review/:id',
    {
      schema: {
        summary: 'Accept, fix or reject an answer, or undo that',
        body,
        response: { 200: shapes.decided },
      },
    },
    async (asked, reply) => {
      const { params, body: decision } = asked;
      try {
        const reviewer = actorOf(asked);
        await run.reviews.decide({ ...decision, feedbackId: params.id, reviewer });
        return { isDecided: true };
      } catch (error) {
        if (!(error instanceof RunError)) throw error;
        const status = error.code === 'not-allowed' ? 409 : 400;
        return reply.code(status).send({ message: error.message });
      }
    },
  );
}

/** Others' answers are nobody's but those who look after people. */
function ownRoute(api: FastifyInstance, { run, storage }: ReviewRoutes): void {
  api.get<{ Querystring: { teacherId?: string } }>(
    '/api/me/answers',
    {
      schema: {
        summary:
          'How many questions I answered, how many of that counts, and what was decided about my answers; teacherId: who I am, where there are no accounts',
        querystring: whoAsks,
        response: { 200: shapes.own },
      },
    },
    async ({ query, person }) => {
      const teacherId = person?.id ?? query.teacherId;
      if (teacherId === undefined) return ownAnswers('', [], []);
      const rows = await storage.assignmentsTo(run.run.id, teacherId);
      return ownAnswers(teacherId, rows, await run.reviews.list('decided', DECIDED));
    },
  );
}

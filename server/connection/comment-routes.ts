/** What people write about stretches of episodes: threads, each settled or open. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RunHandle } from '../contract.ts';
import type { People } from '../people/people.ts';
import type { CommentReply } from '../protocol/index.ts';
import type { Comment } from '../storage/comments-contract.ts';
import type { Storage } from '../storage/contract.ts';
import { actorOf } from './actor.ts';

export interface CommentRouteOptions {
  readonly run: RunHandle;
  readonly storage: Storage;
  readonly people: People;
}

const id = { type: 'string', pattern: '^[\\w.:-]{1,60}$' } as const;
const step = { type: 'integer', minimum: 0 } as const;
const given = {
  type: 'object',
  required: ['id', 'text'],
  properties: {
    id: { ...id, description: 'made by the client: a retry is the same comment' },
    text: { type: 'string', minLength: 1, maxLength: 2000, pattern: '\\S' },
    from: { ...step, description: 'first step; of a reply that of its thread' },
    to: { ...step, description: 'the step after the last' },
    replyTo: { ...id, description: 'the first comment of a thread' },
    teacherId: {
      type: 'string',
      minLength: 1,
      maxLength: 64,
      description: 'who I am, where there are no accounts',
    },
  },
} as const;
const settled = {
  type: 'object',
  required: ['isResolved'],
  properties: { isResolved: { type: 'boolean' } },
} as const;

interface About {
  readonly Params: { readonly id: string };
}

interface Given {
  readonly id: string;
  readonly text: string;
  readonly from?: number;
  readonly to?: number;
  readonly replyTo?: string;
  readonly teacherId?: string;
}

const text = { type: 'string' } as const;
const comments = {
  description: 'Comments on the episode, oldest first; `by` and `resolvedBy` are names',
  type: 'array',
  items: {
    type: 'object',
    properties: {
      ...{ id: text, from: { type: 'integer' }, to: { type: 'integer' }, text, by: text },
      ...{ replyTo: { type: ['string', 'null'] }, resolvedBy: { type: ['string', 'null'] } },
      at: { type: 'number', description: 'ms since epoch' },
    },
  },
} as const;
const response = { 200: comments } as const;

export function commentRoutes(api: FastifyInstance, options: CommentRouteOptions): void {
  const { run, storage, people } = options;

  const replyOf = ({
    teacherId,
    runId: _,
    episodeId: __,
    resolvedAt: ___,
    ...comment
  }: Comment) => ({
    ...comment,
    by: people.nameOf(teacherId),
    resolvedBy: comment.resolvedBy && people.nameOf(comment.resolvedBy),
  });
  const commentsOn = async (episodeId: string): Promise<CommentReply[]> =>
    (await storage.commentsOn(episodeId)).filter(({ runId }) => runId === run.run.id).map(replyOf);

  /** @throws RangeError where there is nothing to comment on */
  async function commentOf(asked: FastifyRequest<About & { Body: Given }>): Promise<Comment> {
    const { params, body, person } = asked;
    const { id, text, teacherId } = body;
    const { from, to } = await rangeOf(params.id, body);
    return {
      ...{ id, runId: run.run.id, episodeId: params.id, from, to, text: text.trim() },
      replyTo: body.replyTo ?? null,
      teacherId: person?.id ?? teacherId ?? actorOf(asked),
      ...{ at: Date.now(), resolvedBy: null, resolvedAt: null },
    };
  }

  async function rangeOf(episodeId: string, { from, to, replyTo }: Given) {
    if (replyTo !== undefined) {
      const first = (await storage.commentsOn(episodeId)).find((c) => c.id === replyTo);
      if (first && first.replyTo === null) return first;
      throw new RangeError(`replyTo: ${replyTo} does not begin a thread about this episode`);
    }
    const length = (await storage.findEpisode(episodeId))?.length ?? 0;
    if (from === undefined || to === undefined || from >= to || to > length)
      throw new RangeError(
        `from, to: are ${from ?? 'not given'} and ${to ?? 'not given'}, allowed whole steps of 0 to ${length} with from below to`,
      );
    return { from, to };
  }

  api.get<About>(
    '/api/episodes/:id/comments',
    { schema: { summary: 'What people wrote about stretches of an episode', response } },
    ({ params }) => commentsOn(params.id),
  );
  api.post<About & { Body: Given }>(
    '/api/episodes/:id/comments',
    { schema: { summary: 'Write about steps [from, to), or reply to one', body: given, response } },
    async (asked, reply) => {
      const row = await storage.findEpisode(asked.params.id);
      if (row?.runId !== run.run.id)
        return reply
          .code(404)
          .send({ message: `episode ${asked.params.id}: not in this run, or no longer kept` });
      await storage.putComment(await commentOf(asked));
      return commentsOn(asked.params.id);
    },
  );
  api.post<About & { Body: { readonly isResolved: boolean } }>(
    '/api/comments/:id',
    { schema: { summary: 'Call a thread settled, or open it again', body: settled, response } },
    async (asked, reply) => {
      const { id } = asked.params;
      const found = await storage.findComment(id);
      if (found?.runId !== run.run.id || found.replyTo !== null)
        return reply.code(404).send({ message: `comment: ${id} does not begin a thread here` });
      await storage.resolveComment(id, asked.body.isResolved, actorOf(asked), Date.now());
      return commentsOn(found.episodeId);
    },
  );
}

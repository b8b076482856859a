/** Runs of the data folder opened and stopped on this server, and what stands at the addresses of those that are not. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { OpenRefusal } from '../open-runs/contract.ts';
import type { OpenRunList, RunWanted } from '../protocol/index.ts';
import { actorOf } from './actor.ts';
import { asText, plainPage } from './plain-page.ts';
import type { RunRoutes } from './run-routes.ts';
import * as shapes from './shapes/runs.ts';
import { filled } from './training-routes.ts';

export interface OpenRoutes extends Pick<RunRoutes, 'openRuns'> {
  /** These are the routes of the run that the server began with. */
  readonly isFirst: boolean;
}

interface About {
  readonly Params: { readonly id: string };
}

/** What is asked for is in the path. */
const nothing = { type: 'object', additionalProperties: false } as const;
const wanted = {
  type: 'object',
  additionalProperties: false,
  required: ['environment', 'preset', 'seed', 'settings'],
  properties: filled,
} as const;
const hide = { schema: { hide: true } };
const response = { 200: shapes.openRuns } as const;

export function openRoutes(api: FastifyInstance, { openRuns, isFirst }: OpenRoutes): void {
  /** From a page of a run that was opened, the first is two folders above. */
  const root = isFirst ? '' : '../../';
  const list = (): OpenRunList => ({
    most: openRuns.most,
    runs: [
      { id: openRuns.first, state: 'open', isFirst: true, address: root || './' },
      ...openRuns.list().map((run) => ({ ...run, isFirst: false, address: addressOf(run.id) })),
    ],
  });
  const addressOf = (id: string) => `${root}runs/${id}/`;
  const answer = async <T>(reply: FastifyReply, work: Promise<T>, told: (done: T) => object) => {
    try {
      return told(await work);
    } catch (error) {
      if (!(error instanceof OpenRefusal)) throw error;
      return reply.code(error.status).send({ message: error.message });
    }
  };

  const summary = 'Runs that are open on this server, and how many may be at once';
  api.get('/api/open-runs', { schema: { summary, response } }, async () => list());
  api.post<{ Body: RunWanted }>(
    '/api/open-runs',
    {
      schema: {
        summary: 'Begin a run and open it at once, as a form of `/api/forms` was filled in',
        body: wanted,
        response: { 200: shapes.begun },
      },
    },
    (asked, reply) =>
      answer(reply, openRuns.begin(asked.body, actorOf(asked)), (id) => ({
        id,
        address: addressOf(id),
      })),
  );
  api.post<About>(
    '/api/open-runs/:id',
    {
      schema: {
        summary: 'Open another run of the data folder: its simulation and learner go on',
        body: nothing,
        response,
      },
    },
    (asked, reply) => answer(reply, openRuns.open(asked.params.id, actorOf(asked)), list),
  );
  api.post<About>(
    '/api/open-runs/:id/stop',
    {
      schema: {
        summary: 'End a run that was opened: everything is kept',
        body: nothing,
        response,
      },
    },
    (asked, reply) => answer(reply, openRuns.stop(asked.params.id, actorOf(asked)), list),
  );
  closedRoutes(api, openRuns.first);
}

/** No run is open at that address, or it is not written as it should be. */
function closedRoutes(api: FastifyInstance, first: string): void {
  api.get<About>('/runs/:id', hide, async ({ params }, reply) =>
    reply.redirect(`${encodeURIComponent(params.id)}/`, 303),
  );
  api.get<About>('/runs/:id/*', hide, async ({ params, headers }, reply) => {
    if (params.id === first) return reply.redirect('../../', 303);
    const message = `Run ${params.id} is not open on this server: it was stopped, or the server began anew. The first page opens it, under Runs.`;
    reply.code(404);
    return headers.accept?.includes('text/html')
      ? reply.type('text/html').send(closedPage(message))
      : reply.send({ message });
  });
}

function closedPage(message: string): string {
  return plainPage(
    'This run is not open',
    `<p>${asText(message)}</p><p><a href="../../">To the first</a></p>`,
  );
}

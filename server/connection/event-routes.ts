/** What happened, for other programs: to be fetched, and how far those have heard that are told of it. */
import type { FastifyInstance } from 'fastify';
import { EVENT_TYPES, readEvents } from '../events/events.ts';
import type { WebhookReport } from '../events/webhook.ts';
import type { Storage } from '../storage/contract.ts';

export interface EventRoutes {
  readonly storage: Storage;
  readonly webhooks: readonly { readonly report: WebhookReport }[];
}

const TYPE = EVENT_TYPES.map((type) => type.replace('.', '\\.')).join('|');

const querystring = {
  type: 'object',
  properties: {
    after: { type: 'integer', minimum: 0, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
    types: {
      type: 'string',
      pattern: `^(${TYPE})(,(${TYPE}))*$`,
      description: `of ${EVENT_TYPES.join(', ')}; with commas between them; absent: all`,
    },
  },
} as const;

const text = { type: 'string' } as const;
const textOrNull = { type: ['string', 'null'] } as const;
const event = {
  type: 'object',
  properties: {
    id: text,
    sequence: { type: 'integer' },
    type: { enum: EVENT_TYPES },
    timestamp: { type: 'string', format: 'date-time' },
    data: {
      type: 'object',
      properties: {
        actor: text,
        role: textOrNull,
        objectType: text,
        objectId: text,
        reason: textOrNull,
      },
    },
  },
} as const;
const page = {
  description:
    'Oldest first; `next` is what to ask for next, as asked where there is nothing newer',
  type: 'object',
  properties: { events: { type: 'array', items: event }, next: { type: 'integer' } },
} as const;
const targets = {
  description: 'One for each target; `error` null: all is well',
  type: 'array',
  items: {
    type: 'object',
    properties: {
      target: text,
      delivered: { type: 'integer' },
      failures: { type: 'integer' },
      error: textOrNull,
    },
  },
} as const;

interface Asked {
  readonly after: number;
  readonly limit: number;
  readonly types?: string;
}

export function eventRoutes(api: FastifyInstance, { storage, webhooks }: EventRoutes): void {
  api.get<{ Querystring: Asked }>(
    '/api/events',
    {
      schema: {
        summary: 'What happened after an event, in order, without a gap: ids, never what was said',
        querystring,
        response: { 200: page },
      },
    },
    ({ query }) =>
      readEvents(
        storage,
        query.after,
        query.limit,
        query.types === undefined ? undefined : new Set(query.types.split(',')),
      ),
  );
  api.get(
    '/api/webhooks',
    {
      schema: {
        summary: 'How far the targets of webhooks have heard, and what is wrong with them',
        response: { 200: targets },
      },
    },
    async () => webhooks.map(({ report }) => report),
  );
}

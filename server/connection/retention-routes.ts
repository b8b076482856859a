/** How long what is kept: what is due and what is held, for who oversees; the rules, for supervisors. */
import type { FastifyInstance } from 'fastify';
import type { People } from '../people/people.ts';
import { retentionReport } from '../people/retention-report.ts';
import type { Storage } from '../storage/contract.ts';
import {
  MOST_DAYS,
  RETENTION_CLASSES,
  type RetentionClass,
} from '../storage/retention-contract.ts';
import { actorOf } from './actor.ts';

export interface RetentionRouteOptions {
  readonly storage: Storage;
  readonly people: People;
}

const text = { type: 'string' } as const;
const integer = { type: 'integer' } as const;
const time = { type: 'number', description: 'ms since epoch' } as const;
const limit = { type: ['integer', 'null'], minimum: 1, maximum: MOST_DAYS } as const;
const name = { enum: RETENTION_CLASSES } as const;

const rule = {
  type: 'object',
  properties: {
    ...{ name, days: limit, due: integer, waiting: integer },
    hold: { type: ['object', 'null'], properties: { reason: text, actor: text, since: time } },
    held: {
      type: 'array',
      items: { type: 'object', properties: { why: text, count: integer } },
    },
  },
} as const;
const sweep = {
  type: 'object',
  properties: {
    ...{ id: text, at: time, actor: text, held: integer },
    removed: { type: 'object', additionalProperties: integer },
  },
} as const;
const report = {
  description: 'Each class with its limit, what holds it, and how much is due; the newest sweeps',
  type: 'object',
  properties: {
    rules: { type: 'array', items: rule },
    sweeps: { type: 'array', items: sweep },
  },
} as const;
const response = { 200: report } as const;

const params = { type: 'object', properties: { name } } as const;
const change = {
  type: 'object',
  anyOf: [{ required: ['days'] }, { required: ['hold'] }],
  additionalProperties: false,
  properties: {
    days: { ...limit, description: 'how long it is kept; null: without limit' },
    hold: {
      type: ['string', 'null'],
      minLength: 1,
      maxLength: 500,
      description: 'why nothing of it may go; null: ends that',
    },
  },
} as const;

interface Change {
  readonly Params: { readonly name: RetentionClass };
  readonly Body: { readonly days?: number | null; readonly hold?: string | null };
}

export function retentionRoutes(api: FastifyInstance, options: RetentionRouteOptions): void {
  const { storage, people } = options;
  const read = () => retentionReport(storage, (id) => people.nameOf(id), Date.now(), true);
  api.get(
    '/api/retention',
    { schema: { summary: 'How long what is kept, what is due, and what is held', response } },
    read,
  );
  api.post<Change>(
    '/api/retention/:name',
    {
      schema: {
        summary: 'How long a class is kept, or a hold on all of it',
        params,
        body: change,
        response,
      },
    },
    async (asked) => {
      const { days, hold } = asked.body;
      const actor = actorOf(asked);
      if (days !== undefined) await storage.limitRetention(asked.params.name, days, actor);
      if (hold !== undefined) {
        const held = hold === null ? null : { reason: hold, since: Date.now() };
        await storage.holdRetention(asked.params.name, held, actor);
      }
      return read();
    },
  );
}

/** Erasing what is kept of a person: one asks for it, another one approves, and the next start carries it out. */
import type { FastifyInstance } from 'fastify';
import type { RunHandle } from '../contract.ts';
import { Erasures } from '../people/erasures.ts';
import type { People } from '../people/people.ts';
import type { Storage } from '../storage/contract.ts';
import type { Erasure } from '../storage/subjects-contract.ts';
import { actorOf } from './actor.ts';
import { twoPersons } from './two-persons.ts';

export interface SubjectRouteOptions {
  readonly run: RunHandle;
  readonly storage: Storage;
  readonly people: People;
}

interface About {
  readonly Params: { readonly id: string };
}

const request = {
  type: 'object',
  properties: { answers: { type: 'boolean', default: false } },
} as const;

const text = { type: 'string' } as const;
const textOrNull = { type: ['string', 'null'] } as const;
const time = { type: 'number', description: 'ms since epoch' } as const;
const timeOrNull = { type: ['number', 'null'], description: 'ms since epoch' } as const;
const result = {
  type: ['object', 'null'],
  description: 'what it removed; null: it was not carried out yet',
  properties: {
    rows: { type: 'object', additionalProperties: { type: 'integer' } },
    removed: { type: 'integer' },
    learnedIn: { type: 'array', items: text },
    auditRows: { type: 'integer' },
  },
} as const;
const erasure = {
  description: 'As it stands; `subject` is a keyed hash once it was carried out',
  type: 'object',
  properties: {
    ...{
      id: text,
      subject: text,
      withAnswers: { type: 'boolean' },
      isWithdrawn: { type: 'boolean' },
    },
    ...{ requestedBy: text, requestedAt: time, approvedBy: textOrNull, approvedAt: timeOrNull },
    ...{ doneAt: timeOrNull, result },
  },
} as const;
const erasureList = { description: 'Oldest first', type: 'array', items: erasure } as const;

const decided = {
  type: 'object',
  required: ['decision'],
  properties: { decision: { enum: ['approve', 'withdraw'] } },
} as const;

export function subjectRoutes(api: FastifyInstance, options: SubjectRouteOptions): void {
  const { run, storage, people } = options;
  const erasures = new Erasures(storage, people);

  /** Until it is carried out they are let in no more, and what is to go counts no more. */
  async function shutOut({ subject, withAnswers, approvedBy }: Erasure): Promise<void> {
    if (approvedBy === null) return;
    const now = Date.now();
    if (people.accounts.some(({ id }) => id === subject))
      await people.change(subject, { isDisabled: true }, approvedBy, now);
    if (withAnswers) await run.watch.pause(subject, 'erasure', approvedBy);
  }

  api.get(
    '/api/erasures',
    {
      schema: {
        summary: 'Erasures that were asked for, oldest first',
        response: { 200: erasureList },
      },
    },
    () => erasures.list(),
  );
  api.post<About & { Body: { readonly answers: boolean } }>(
    '/api/people/:id/erase',
    {
      schema: {
        summary: 'Ask for a person to be erased; `answers`: with what they said',
        body: request,
        response: { 200: erasure },
      },
    },
    async (asked, reply) =>
      twoPersons(reply, async () => {
        const { params, body } = asked;
        const actor = actorOf(asked);
        const erasure = await erasures.request(params.id, body.answers, actor, Date.now());
        await shutOut(erasure);
        return erasure;
      }),
  );
  api.post<About & { Body: { readonly decision: 'approve' | 'withdraw' } }>(
    '/api/erasures/:id',
    {
      schema: {
        summary: 'Approve it, carried out when the server starts next; or withdraw it',
        body: decided,
        response: { 200: erasure },
      },
    },
    async (asked, reply) =>
      twoPersons(reply, async () => {
        const { params, body } = asked;
        const actor = actorOf(asked);
        if (body.decision === 'withdraw') {
          await erasures.withdraw(params.id, actor);
          return { isWithdrawn: true };
        }
        const erasure = await erasures.approve(params.id, actor, Date.now());
        await shutOut(erasure);
        return erasure;
      }),
  );
}

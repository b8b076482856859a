/** Campaigns: what people are asked for a while. Supervisors make, start, pause and end them. */
import type { FastifyInstance } from 'fastify';
import { Campaigns, NotCalibratedError } from '../campaigns/campaigns.ts';
import type { RunHandle } from '../contract.ts';
import type { People } from '../people/people.ts';
import { CAMPAIGN_TERMS, ownInstructions } from '../protocol/index.ts';
import type { Storage } from '../storage/contract.ts';
import { actorOf } from './actor.ts';
import * as shapes from './shapes/campaigns.ts';

export interface CampaignRouteOptions {
  readonly run: RunHandle;
  readonly storage: Storage;
  readonly people: People;
}

/** Without types: a coerced null would be 0. What is wrong is found by the schema that the command line has too. */
const terms = {
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(CAMPAIGN_TERMS).map(([name, description]) => [name, { description }]),
  ),
} as const;
const instructions = {
  type: 'string',
  description: 'Markdown; absent: what the environment says of itself, or what they were',
} as const;
const made = {
  type: 'object',
  required: ['terms'],
  properties: { terms, instructions },
} as const;
const changed = { type: 'object', properties: { terms, instructions } } as const;

const DECISIONS = ['start', 'pause', 'end', 'delete'] as const;
const decided = {
  type: 'object',
  required: ['decision'],
  properties: { decision: { enum: DECISIONS } },
} as const;

const one = { 200: shapes.campaign } as const;
const all = { 200: shapes.campaigns } as const;

interface Made {
  readonly Body: {
    readonly terms: Readonly<Record<string, unknown>>;
    readonly instructions?: string;
  };
}
interface About {
  readonly Params: { readonly id: string };
}
interface Changed extends About {
  readonly Body: Partial<Made['Body']>;
}
interface Decided extends About {
  readonly Body: { readonly decision: (typeof DECISIONS)[number] };
}

export function campaignRoutes(api: FastifyInstance, options: CampaignRouteOptions): void {
  const { run, storage, people } = options;
  const nameOf = (id: string) => people.nameOf(id);
  const campaigns = new Campaigns({ storage, nameOf, runId: run.run.id });

  api.get(
    '/api/campaigns',
    { schema: { summary: 'Campaigns with what has come of them, newest first', response: all } },
    () => campaigns.list(),
  );
  api.post<Made>(
    '/api/campaigns',
    { schema: { summary: 'Draft a campaign', body: made, response: one } },
    async (asked) => {
      const { body } = asked;
      const text = body.instructions ?? ownInstructions(run.facts.info);
      return campaigns.find(await campaigns.create(body.terms, text, actorOf(asked), Date.now()));
    },
  );
  api.post<Changed>(
    '/api/campaigns/:id/terms',
    {
      schema: {
        summary: 'Change a campaign; whoever answers reads new instructions first',
        body: changed,
        response: one,
      },
    },
    async (asked) => {
      const { params, body } = asked;
      const { terms: given = {}, instructions: text } = body;
      await campaigns.change(params.id, given, text, actorOf(asked), Date.now());
      await run.lookAtCampaign();
      return campaigns.find(params.id);
    },
  );
  api.post<Decided>(
    '/api/campaigns/:id',
    {
      schema: {
        summary: 'Start, pause or end a campaign, or delete a draft',
        body: decided,
        response: all,
      },
    },
    async (asked, reply) => {
      const { params, body } = asked;
      try {
        await decide(campaigns, params.id, body.decision, actorOf(asked));
      } catch (error) {
        if (!(error instanceof NotCalibratedError)) throw error;
        return reply.code(409).send({ message: error.message });
      }
      await run.lookAtCampaign();
      return campaigns.list();
    },
  );
}

function decide(
  campaigns: Campaigns,
  id: string,
  decision: Decided['Body']['decision'],
  actor: string,
): Promise<void> {
  switch (decision) {
    case 'start':
      return campaigns.start(id, actor, Date.now());
    case 'pause':
      return campaigns.pause(id, actor);
    case 'end':
      return campaigns.end(id, actor, Date.now());
    case 'delete':
      return campaigns.remove(id, actor);
  }
}

/** Models that were proposed and promoted: one supervisor proposes, another one approves, either rolls back. */
import type { FastifyInstance } from 'fastify';
import type { RunHandle } from '../contract.ts';
import type { People } from '../people/people.ts';
import { Promotions } from '../people/promotions.ts';
import { figuresOf, gateOf, MARGIN, promotedIn } from '../run/promotion.ts';
import type { Storage } from '../storage/contract.ts';
import { actorOf } from './actor.ts';
import * as shapes from './shapes/models.ts';
import { twoPersons } from './two-persons.ts';

export interface ModelRouteOptions {
  readonly run: RunHandle;
  readonly storage: Storage;
  readonly people: People;
}

const proposed = {
  type: 'object',
  properties: {
    margin: {
      type: 'number',
      minimum: 0,
      maximum: 0.5,
      default: MARGIN,
      description: 'by so much it may be right less often than the promoted one',
    },
  },
} as const;

const DECISIONS = ['approve', 'withdraw', 'rollback'] as const;
const decided = {
  type: 'object',
  required: ['decision'],
  properties: { decision: { enum: DECISIONS } },
} as const;

interface Decision {
  readonly Params: { readonly id: string };
  readonly Body: { readonly decision: (typeof DECISIONS)[number] };
}

export function modelRoutes(api: FastifyInstance, options: ModelRouteOptions): void {
  const { run, storage, people } = options;
  const promotions = new Promotions(storage, people, run.run.id);
  const find = async (id: string) => (await promotions.list()).find((model) => model.id === id);

  api.get(
    '/api/models',
    {
      schema: {
        summary: 'Models that were proposed, and which is the promoted one; newest first',
        response: { 200: shapes.models },
      },
    },
    () => promotions.list(),
  );
  api.post<{ Body: { margin: number } }>(
    '/api/models',
    {
      schema: {
        summary:
          'Keep policy and reward model as they are now, judged on labels they were not fitted to',
        body: proposed,
        response: { 200: shapes.model },
      },
    },
    async (asked) => find(await propose(options, promotions, asked.body.margin, actorOf(asked))),
  );
  api.post<Decision>(
    '/api/models/:id',
    {
      schema: {
        summary: 'Approve what another one proposed, withdraw it, or roll the promoted one back',
        body: decided,
        response: { 200: shapes.decided },
      },
    },
    async (asked, reply) =>
      twoPersons(reply, async () => {
        const { params, body } = asked;
        const actor = actorOf(asked);
        switch (body.decision) {
          case 'approve':
            await promotions.approve(params.id, actor, Date.now());
            return find(params.id);
          case 'withdraw':
            await promotions.withdraw(params.id, actor);
            return { isWithdrawn: true };
          case 'rollback':
            return { promoted: await promotions.rollBack(params.id, actor, Date.now()) };
        }
      }),
  );
}

/** What the run has learned by now. @returns its id. @throws RangeError where nothing can be judged */
async function propose(
  { run, storage }: ModelRouteOptions,
  promotions: Promotions,
  margin: number,
  actor: string,
): Promise<string> {
  const model = await run.model();
  if (!model)
    throw new RangeError(
      'model: there is no reward model to judge yet, or the preset learns none; allowed once comparisons are learned from',
    );
  const { id: runId, environmentId } = run.run;
  const promoted = await promotedIn(storage, runId);
  const what = {
    gate: await gateOf(model, promoted, margin),
    figures: await figuresOf(storage, runId),
  };
  const { policy, reward } = model;
  const observationSize = policy.layers[0]!.inputs;
  const kept = { environmentId, observationSize, policy, reward };
  return (await promotions.propose(what, kept, actor, Date.now())).id;
}

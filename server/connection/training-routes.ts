/** Trainings started, stopped, gone on with and branched from the page. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { TrainingList, TrainingWanted } from '../protocol/index.ts';
import { TrainingRefusal, type Trainings } from '../trainings/contract.ts';
import * as shapes from './shapes/runs.ts';

const steps = { type: 'integer', minimum: 1, maximum: 1_000_000_000 } as const;
const labels = { type: 'integer', minimum: 0, maximum: 1_000_000 } as const;
const word = { type: 'string', minLength: 1, maxLength: 80 } as const;

/** Of a form, whatever begins by it. */
export const filled = {
  environment: word,
  preset: word,
  seed: { type: 'integer', minimum: 0, maximum: 4_294_967_295 },
  settings: {
    type: 'object',
    maxProperties: 200,
    propertyNames: { pattern: '^[A-Za-z]\\w*\\.[A-Za-z]\\w*$' },
    additionalProperties: { type: 'string', minLength: 1, maxLength: 2000 },
  },
} as const;

const wanted = {
  type: 'object',
  additionalProperties: false,
  required: ['environment', 'preset', 'teacher', 'steps', 'labels', 'seed', 'settings'],
  properties: { ...filled, teacher: word, steps, labels },
} as const;

const more = {
  type: 'object',
  additionalProperties: false,
  required: ['steps', 'labels'],
  properties: { steps, labels },
} as const;

/** What is asked for is in the path. */
const nothing = { type: 'object', additionalProperties: false } as const;

interface Named {
  readonly Params: { readonly name: string };
}

const response = { 200: shapes.training } as const;

export function trainingRoutes(api: FastifyInstance, trainings: Trainings): void {
  const answer = async (reply: FastifyReply, work: () => unknown) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TrainingRefusal)) throw error;
      return reply.code(error.status).send({ message: error.message });
    }
  };
  api.get(
    '/api/trainings',
    {
      schema: {
        summary: 'Trainings of this server, newest first, and how many may run at once',
        response: { 200: shapes.trainings },
      },
    },
    async (): Promise<TrainingList> => ({ most: trainings.most, trainings: trainings.list() }),
  );
  api.post<{ Body: TrainingWanted }>(
    '/api/trainings',
    { schema: { summary: 'Start a training', body: wanted, response } },
    ({ body }, reply) => answer(reply, () => trainings.start(body)),
  );
  api.post<Named>(
    '/api/trainings/:name/stop',
    { schema: { summary: 'Save a training and end it', body: nothing, response } },
    ({ params }, reply) => answer(reply, () => trainings.stop(params.name)),
  );
  api.post<Named>(
    '/api/trainings/:name/resume',
    { schema: { summary: 'Go on with a training that was stopped', body: nothing, response } },
    ({ params }, reply) => answer(reply, () => trainings.goOn(params.name)),
  );
  api.post<Named & { Body: Pick<TrainingWanted, 'steps' | 'labels'> }>(
    '/api/trainings/:name/branch',
    {
      schema: {
        summary: 'Another that goes on, longer, where a training stands',
        body: more,
        response,
      },
    },
    ({ params, body }, reply) => answer(reply, () => trainings.branch(params.name, body)),
  );
}

/** Contacts, joints and rays of an episode that is over, row by row. */
import type { FastifyInstance } from 'fastify';
import { RunError, type RunHandle } from '../contract.ts';
import { overlays } from './shapes/overlays.ts';

/** Rows that are sent at once at most: a lidar says a thousand numbers in each. */
const MOST_ROWS = 50;

const query = {
  type: 'object',
  properties: {
    from: { type: 'integer', minimum: 0, default: 0 },
    to: { type: 'integer', minimum: 1 },
  },
} as const;

interface Asked {
  readonly Params: { readonly id: string };
  readonly Querystring: { readonly from: number; readonly to?: number };
}

export function overlayRoutes(api: FastifyInstance, run: RunHandle): void {
  api.get<Asked>(
    '/api/episodes/:id/overlays',
    {
      schema: {
        summary: `What overlays show at rows [from, to) of an episode of length + 1 rows, at most ${MOST_ROWS}: not recorded, but found by playing it again`,
        querystring: query,
        response: { 200: overlays },
      },
    },
    async ({ params: { id }, query: { from, to: until } }, reply) => {
      const episode = await run.episode(id);
      if (!episode || episode.runId !== run.run.id)
        return reply.code(404).send({ message: `id: ${id} is not an episode of this run` });
      if (!run.facts.overlays)
        return reply
          .code(409)
          .send({ message: 'this environment tells of no contacts and no rays' });
      const last = episode.length;
      const to = Math.min(until ?? last + 1, last + 1, from + MOST_ROWS);
      if (from >= to)
        return reply.code(400).send({ message: `from: is ${from}, allowed 0 to ${to - 1}` });
      try {
        const sensed = await run.sense(episode, from, to);
        const { contacts, joints, rays } = sensed;
        return {
          from,
          to,
          contacts: rounded(contacts),
          joints: rounded(joints),
          rays: rounded(rays),
        };
      } catch (error) {
        if (!(error instanceof RunError)) throw error;
        return reply.code(409).send({ message: error.message });
      }
    },
  );
}

/** To a millimetre, a thousandth of a newton or of a range. */
const rounded = (rows: readonly Float32Array[]) =>
  rows.map((row) => Array.from(row, (value) => Math.round(value * 1000) / 1000));

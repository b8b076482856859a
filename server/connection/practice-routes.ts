/** What a newcomer practises on. */
import type { FastifyInstance } from 'fastify';
import type { RunHandle } from '../contract.ts';
import { practicePairs } from '../run/practice.ts';
import { practice } from './shapes/episodes.ts';

/** Newest episodes that are looked through. */
const NEWEST = 40;
const PAIRS = 3;
/** Of a clip; half of the longest episode where those are shorter. */
const SECONDS = 3;

export function practiceRoutes(api: FastifyInstance, run: RunHandle): void {
  api.get(
    '/api/practice',
    {
      schema: {
        summary:
          'Pairs of segments of which the environment itself says which is better: to practise on, not feedback',
        response: { 200: practice },
      },
    },
    async () => {
      const ids = run.recentEpisodes.slice(-NEWEST).map(({ episodeId }) => episodeId);
      const found = await Promise.all(ids.map((id) => run.episode(id)));
      const episodes = found.filter((episode) => episode !== undefined);
      const longest = Math.max(0, ...episodes.map(({ length }) => length));
      const steps = Math.round(SECONDS / run.facts.controlDt);
      return practicePairs(episodes, Math.max(2, Math.min(steps, Math.floor(longest / 2))), PAIRS);
    },
  );
}

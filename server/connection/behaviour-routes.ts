/** What the agent did lately as a map, and what its reward model thinks of it now. */
import type { FastifyInstance } from 'fastify';
import type { RunHandle } from '../contract.ts';
import { mapBehaviour } from '../run/behaviour.ts';
import { behaviour } from './shapes/episodes.ts';

/** Newest episodes that are looked through. */
const NEWEST = 40;
/** Of a segment; half of the longest episode where those are shorter. */
const SECONDS = 2;
/** More points than can be told apart are not drawn. */
const MOST = 400;

export function behaviourRoutes(api: FastifyInstance, run: RunHandle): void {
  api.get(
    '/api/behaviour',
    {
      schema: {
        summary:
          'Segments of the newest episodes as a map (two principal components), with learned and true reward',
        response: { 200: behaviour },
      },
    },
    async () => {
      const ids = run.recentEpisodes.slice(-NEWEST).map(({ episodeId }) => episodeId);
      const found = await Promise.all(ids.map((id) => run.episode(id)));
      const episodes = found.filter((episode) => episode !== undefined);
      const learned = await Promise.all(
        episodes.map(async ({ id, length }) => {
          const predicted = await run.predict({ episodeId: id, from: 0, to: length });
          return predicted?.rewards;
        }),
      );
      const longest = Math.max(0, ...episodes.map(({ length }) => length));
      const wanted = Math.round(SECONDS / run.facts.controlDt);
      const steps = Math.max(1, Math.min(wanted, Math.floor(longest / 2)));
      return mapBehaviour(episodes, learned, steps, MOST);
    },
  );
}

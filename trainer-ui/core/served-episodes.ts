/** Stored episodes over HTTP, as server/connection/episode-routes.ts tells of them. */
import type { EpisodeReply, OverlayRows } from '../../server/protocol/index.ts';
import { type EpisodeSource, type EpisodeSteps, PAGE_SIZE } from './episode-source.ts';
import { get } from './http.ts';

export const servedEpisodes: EpisodeSource = {
  async list(request) {
    const { page, ...rest } = request;
    const asked = Object.entries(rest).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as const],
    );
    const window = { limit: String(PAGE_SIZE), offset: String(page * PAGE_SIZE) };
    const response = await get('api/episodes', { ...Object.fromEntries(asked), ...window });
    const total = Number(response.headers.get('x-total-count') ?? 0);
    return { rows: (await response.json()) as EpisodeReply[], total };
  },
  find: async (id) => (await get(`api/episodes/${id}`, {})).json() as Promise<EpisodeReply>,
  /** As many requests as that takes. */
  async steps(id) {
    const parts: EpisodeSteps[] = [];
    for (let from = 0; ; from = parts.at(-1)!.to) {
      const part = (await (
        await get(`api/episodes/${id}/steps`, { from: String(from) })
      ).json()) as EpisodeSteps;
      parts.push(part);
      if (part.to >= part.length) return parts;
    }
  },
  async overlays(id, from, to) {
    const rows = { from: String(from), to: String(to) };
    return (await (await get(`api/episodes/${id}/overlays`, rows)).json()) as OverlayRows;
  },
  events: async () => [], // a server tells nobody what others said
};

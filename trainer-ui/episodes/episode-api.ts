/** What the server tells of stored episodes (server/connection/episode-routes.ts). */
import { get } from '../core/http.ts';

export interface EpisodeRow {
  readonly id: string;
  readonly seed: number;
  readonly length: number;
  readonly end: string;
  readonly endReason?: string;
  readonly live: boolean;
  /** ms since epoch. */
  readonly startedAt: number;
  readonly humanSteps: number;
  readonly summary: Readonly<Record<string, number>>;
}

/** Columns of steps [from, to). */
export interface EpisodeSteps {
  readonly from: number;
  readonly to: number;
  readonly length: number;
  readonly actions: readonly (readonly number[])[];
  readonly policyActions: readonly (readonly number[])[];
  /** 0: the policy acted. */
  readonly sources: readonly number[];
  readonly policyVersions: readonly number[];
  readonly rewards: readonly number[];
  readonly costs: readonly number[];
}

export type Sort = 'startedAt' | 'seed' | 'length' | 'return' | 'cost' | 'humanSteps';

export interface ListRequest {
  readonly sort: Sort;
  readonly order: 'asc' | 'desc';
  /** undefined: any. */
  readonly live: boolean | undefined;
  readonly human: boolean | undefined;
  readonly endReason: string | undefined;
  readonly page: number;
}

export const PAGE_SIZE = 25;

export async function listEpisodes(
  request: ListRequest,
): Promise<{ readonly rows: readonly EpisodeRow[]; readonly total: number }> {
  const { page, ...rest } = request;
  const asked = Object.entries(rest).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  const window = { limit: String(PAGE_SIZE), offset: String(page * PAGE_SIZE) };
  const response = await get('api/episodes', { ...Object.fromEntries(asked), ...window });
  const total = Number(response.headers.get('x-total-count') ?? 0);
  return { rows: (await response.json()) as EpisodeRow[], total };
}

export async function findEpisode(id: string): Promise<EpisodeRow> {
  return (await get(`api/episodes/${id}`, {})).json() as Promise<EpisodeRow>;
}

/** All steps, as many requests as that takes. */
export async function stepsOf(id: string): Promise<EpisodeSteps[]> {
  const parts: EpisodeSteps[] = [];
  for (let from = 0; ; from = parts.at(-1)!.to) {
    const part = (await (
      await get(`api/episodes/${id}/steps`, { from: String(from) })
    ).json()) as EpisodeSteps;
    parts.push(part);
    if (part.to >= part.length) return parts;
  }
}

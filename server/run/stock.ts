/** The queries that are asked now. All of them can be shown. */
import type { Query } from '../../agent/contract.ts';
import type { ServerMessage } from '../protocol/index.ts';
import type { Storage, StoredQuery } from '../storage/contract.ts';
import type { Episodes } from './episodes.ts';
import type { RunningCampaign } from './running-campaign.ts';

export interface StockOptions {
  readonly campaign: Pick<RunningCampaign, 'taken'>;
  readonly storage: Pick<Storage, 'findEpisode'>;
  readonly episodes: Pick<Episodes, 'drawn' | 'keep'>;
}

export class Stock {
  readonly #options: StockOptions;
  readonly #queries = new Map<string, StoredQuery>();
  /** How many episodes had ended when a query was taken. */
  readonly #takenAt = new Map<string, number>();
  #ended = 0;

  constructor(options: StockOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#queries.size;
  }

  get all(): readonly StoredQuery[] {
    return [...this.#queries.values()];
  }

  /** Urgent queries first, otherwise in the order in which they came. */
  get inOrder(): readonly StoredQuery[] {
    return this.all.toSorted((a, b) => Number(b.urgent === true) - Number(a.urgent === true));
  }

  get(queryId: string): StoredQuery | undefined {
    return this.#queries.get(queryId);
  }

  has(queryId: string): boolean {
    return this.#queries.has(queryId);
  }

  hold(query: StoredQuery): void {
    this.#queries.set(query.id, query);
    this.#takenAt.set(query.id, this.#ended);
    this.#options.campaign.taken(query);
  }

  /** It may be asked longer; what it was counted from stays. */
  renew(query: StoredQuery): void {
    this.#queries.set(query.id, query);
  }

  drop(queryId: string): void {
    this.#queries.delete(queryId);
    this.#takenAt.delete(queryId);
  }

  /** An episode ended: behaviour has moved on by one. */
  moved(): void {
    this.#ended++;
  }

  isOverdue({ id, expiresAt, expiresAfterEpisodes }: Query, now: number): boolean {
    const behind = this.#ended - this.#takenAt.get(id)!;
    return expiresAt <= now || behind >= (expiresAfterEpisodes ?? Number.POSITIVE_INFINITY);
  }

  /** Its clips are there whole, and on disk: an answer to it can be taken. */
  async canBeShown({ segments }: Query): Promise<boolean> {
    const { storage, episodes } = this.#options;
    const found = await Promise.all(segments.map((s) => episodes.drawn(s.episodeId)));
    const whole = found.every((e, i) => e && e.poses.length > 0 && e.length >= segments[i]!.to);
    if (!whole) return false;
    for (const e of found)
      if (!(await storage.findEpisode(e!.id)) && !(await episodes.keep(e!, false))) return false;
    return true;
  }
}

/** As a page is given it. */
export function wireQuery(
  { overlap: _, campaignId: __, ...query }: StoredQuery,
  lease: number,
): ServerMessage {
  return { type: 'query', query: { ...query, segments: [...query.segments], lease } };
}

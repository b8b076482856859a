/** Queries held ready for people, until they are answered or expire. All of them can be shown. */
import type { Query } from '../../agent/contract.ts';
import type { Storage } from '../storage/contract.ts';
import type { Episodes } from './episodes.ts';
import type { Viewers } from './viewers.ts';

/** Queries held ready whatever a page asks for. */
const STOCK = 6;
/** How long the episodes of a query that is overdue but on screen are kept on disk, renewed while it is there, ms. */
const HELD = 60_000;

export interface Queries {
  /** Urgent queries first, otherwise in the order in which they came. */
  readonly open: readonly Query[];
  readonly size: number;
  /** How many more are wanted. */
  readonly missing: number;
  want(count: number): void;
  take(list: readonly Query[]): Promise<void>;
  answered(queryId: string): void;
  /** An episode ended: behaviour has moved on by one. */
  moved(): void;
  /** Withdraws queries that are overdue by their own terms, except those on a person's screen. */
  expire(now: number): Promise<void>;
  /** What a viewer has on screen now; undefined: none. */
  show(viewer: string, queryId: string | undefined): void;
  /** A person declined to answer it. */
  pass(queryId: string): void;
  /** Other queries are worth more now: those that wait are withdrawn, except those on a person's screen. */
  renew(): void;
}

export function createQueries(options: {
  readonly storage: Pick<Storage, 'findEpisode' | 'putQuery'>;
  readonly episodes: Pick<Episodes, 'find' | 'keep'>;
  readonly viewers: Pick<Viewers, 'message'>;
}): Queries {
  const { storage, viewers } = options;
  const open = new Map<string, Query>();
  /** How many episodes had ended when a query was taken. */
  const takenAt = new Map<string, number>();
  /** By viewer. */
  const onScreen = new Map<string, string>();
  let ended = 0;
  let wanted = STOCK;

  async function canBeShown(query: Query): Promise<boolean> {
    const episodes = await Promise.all(
      query.segments.map((s) => options.episodes.find(s.episodeId)),
    );
    const whole = episodes.every(
      (e, i) => e && e.poses.length > 0 && e.length >= query.segments[i]!.to,
    );
    if (!whole) return false;
    for (const e of episodes)
      if (!(await storage.findEpisode(e!.id)) && !(await options.episodes.keep(e!, false)))
        return false; // an answer to it could not be taken
    return true;
  }

  function withdraw(queryId: string): void {
    takenAt.delete(queryId);
    if (open.delete(queryId)) viewers.message({ type: 'query-expired', queryId });
  }

  function isOverdue({ id, expiresAt, expiresAfterEpisodes }: Query, now: number): boolean {
    const behind = ended - takenAt.get(id)!;
    return expiresAt <= now || behind >= (expiresAfterEpisodes ?? Number.POSITIVE_INFINITY);
  }

  return {
    get open() {
      return [...open.values()].sort(
        (a, b) => Number(b.urgent === true) - Number(a.urgent === true),
      );
    },
    get size() {
      return open.size;
    },
    get missing() {
      return wanted - open.size;
    },
    want(count) {
      wanted = Math.max(count, STOCK);
    },
    async take(list) {
      for (const query of list) {
        if (open.has(query.id) || open.size >= wanted || !(await canBeShown(query))) continue;
        await storage.putQuery(query);
        open.set(query.id, query);
        takenAt.set(query.id, ended);
        viewers.message({ type: 'query', query: { ...query, segments: [...query.segments] } });
      }
    },
    answered(queryId) {
      open.delete(queryId);
      takenAt.delete(queryId);
    },
    moved() {
      ended++;
    },
    async expire(now) {
      const shown = new Set(onScreen.values());
      const held: Query[] = [];
      for (const query of open.values()) {
        if (!isOverdue(query, now)) continue;
        if (!shown.has(query.id)) withdraw(query.id);
        else if (query.expiresAt <= now) held.push({ ...query, expiresAt: now + HELD });
      }
      for (const query of held) open.set(query.id, query);
      for (const query of held) await storage.putQuery(query);
    },
    show(viewer, queryId) {
      if (queryId === undefined) onScreen.delete(viewer);
      else onScreen.set(viewer, queryId);
    },
    pass: withdraw,
    renew() {
      const shown = new Set(onScreen.values());
      for (const id of open.keys()) if (!shown.has(id)) withdraw(id);
    },
  };
}

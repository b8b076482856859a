/** Questions held ready for people: only such as can be shown, until they are answered or expire. */
import type { Episode, Query } from '../agent/contract.ts';
import { queryDefaults } from '../agent/queries/config.ts';
import type { ServerMessage } from './protocol/index.ts';
import type { Storage } from './storage/contract.ts';

/** Questions held ready whatever a page asks for. */
const STOCK = 6;

export interface RunQuestions {
  readonly open: readonly Query[];
  readonly size: number;
  /** How many more are wanted. */
  readonly missing: number;
  want(count: number): void;
  take(list: readonly Query[]): Promise<void>;
  answered(queryId: string): void;
  /** An episode ended: behaviour has moved on by one. */
  moved(): void;
  expire(now: number): void;
  /** Other questions are worth more now: those that wait are withdrawn. */
  renew(): void;
}

export function createRunQuestions(options: {
  readonly storage: Storage;
  find(episodeId: string): Promise<Episode | undefined>;
  keep(episode: Episode): Promise<unknown>;
  broadcast(message: ServerMessage): void;
}): RunQuestions {
  const open = new Map<string, Query>();
  /** Episodes that had ended when a question was taken. */
  const takenAt = new Map<string, number>();
  let ended = 0;
  let wanted = STOCK;

  async function canBeShown(query: Query): Promise<boolean> {
    const episodes = await Promise.all(query.segments.map((s) => options.find(s.episodeId)));
    const whole = episodes.every(
      (e, i) => e && e.poses.length > 0 && e.length >= query.segments[i]!.to,
    );
    if (!whole) return false;
    for (const e of episodes)
      if (!(await options.storage.findEpisode(e!.id))) await options.keep(e!);
    return true;
  }

  function withdraw(queryId: string): void {
    open.delete(queryId);
    takenAt.delete(queryId);
    options.broadcast({ type: 'query-expired', queryId });
  }

  return {
    get open() {
      return [...open.values()];
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
        await options.storage.putQuery(query);
        open.set(query.id, query);
        takenAt.set(query.id, ended);
        options.broadcast({ type: 'query', query: { ...query, segments: [...query.segments] } });
      }
    },
    answered(queryId) {
      open.delete(queryId);
      takenAt.delete(queryId);
    },
    moved() {
      ended++;
    },
    expire(now) {
      for (const query of open.values()) {
        const behind = ended - takenAt.get(query.id)!;
        if (query.expiresAt > now && behind < queryDefaults.expiryEpisodes) continue;
        withdraw(query.id);
      }
    },
    renew() {
      for (const id of open.keys()) withdraw(id);
    },
  };
}

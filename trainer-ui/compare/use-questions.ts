/** The current query, its clips, and the next queries, which are being fetched already. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Clip, WireQuery } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import type { Client } from '../core/client.ts';

export type Choice = 'a' | 'b' | 'equal' | 'incomparable' | 'skip';

/** `pass`: the person declines to answer; only comparisons have that in the log (`skip`). */
export type Answer =
  | { readonly kind: 'compare'; readonly choice: Choice; readonly strength: number }
  | { readonly kind: 'rank'; readonly order: readonly number[] }
  | { readonly kind: 'rate'; readonly score: number; readonly scale: number }
  | { readonly kind: 'pass' };

/** Queries held at once: one on screen, one whose clips are fetched before it is needed. Others wait for theirs. */
const AHEAD = 2;
const CLIPS_KEPT = 8;

export interface Question {
  readonly query: WireQuery;
  /** In the order of the query's segments. */
  readonly clips: readonly Clip[] | undefined;
}

interface Answered {
  readonly feedbackId: string;
  readonly query: WireQuery;
}

export interface Questions {
  readonly question: Question | undefined;
  answer(answer: Answer): void;
  /** Takes the last answer back and shows its query again. */
  undo(): void;
  readonly count: number;
  readonly waiting: number;
  readonly canUndo: boolean;
}

export function useQuestions(): Questions {
  const client = useClient();
  const queries = useApp((s) => s.queries);
  const waiting = useApp((s) => s.status?.openQueries ?? 0);
  const [loaded, setLoaded] = useState<ReadonlyMap<string, readonly Clip[]>>(new Map());
  const asked = useRef(new Set<string>());
  const [undone, setUndone] = useState<WireQuery>();
  const history = useRef<Answered[]>([]);
  const [count, setCount] = useState(0);
  const askable = queries.filter(canBeAnswered);
  const query = undone ?? askable[0];
  const shownAt = useRef(0);

  useEffect(() => {
    client.wantQueries(AHEAD);
    return () => client.wantQueries(0);
  }, [client]);

  useEffect(() => {
    const wanted = [...(undone ? [undone] : []), ...queries.filter(canBeAnswered)].slice(0, AHEAD);
    for (const q of wanted) {
      if (asked.current.has(q.id)) continue;
      asked.current.add(q.id);
      Promise.all(q.segments.map((segment) => client.clip(segment)))
        .then((clips) =>
          setLoaded((old) => new Map([...old, [q.id, clips] as const].slice(-CLIPS_KEPT))),
        )
        .catch(() => {
          // Its episodes are gone, or the connection is: it may come back as a new query.
          asked.current.delete(q.id);
          client.dropQuery(q.id);
        });
    }
  }, [queries, undone, client]);

  const clips = query ? loaded.get(query.id) : undefined;
  useEffect(() => {
    if (clips) shownAt.current = Date.now();
  }, [clips]);
  const shown = clips && query?.id;
  useEffect(() => client.showQuery(shown), [client, shown]);
  useEffect(() => () => client.showQuery(undefined), [client]);

  const answer = useCallback(
    (given: Answer) => {
      if (!query || !clips) return;
      if (given.kind === 'pass') client.send({ type: 'pass-query', queryId: query.id });
      else {
        const feedbackId = give(client, query, given, shownAt.current);
        history.current.push({ feedbackId, query });
        setCount((n) => n + 1);
      }
      setUndone(undefined);
      client.dropQuery(query.id);
    },
    [client, query, clips],
  );

  const undo = useCallback(() => {
    const last = history.current.pop();
    if (!last) return;
    client.give({ kind: 'retraction', feedbackId: last.feedbackId, reason: 'undo' }, Date.now());
    // The server gives it anew: under which lease is known only then.
    setUndone({ ...last.query, lease: undefined });
    setCount((n) => Math.max(0, n - 1));
  }, [client]);

  const question = query && { query, clips };
  return { question, answer, undo, count, waiting, canUndo: count > 0 };
}

/** Sends the answer as feedback; returns its id. */
function give(
  client: Client,
  query: WireQuery,
  answer: Exclude<Answer, { kind: 'pass' }>,
  shownAt: number,
): string {
  const { id: queryId, lease } = query;
  const under = lease === undefined ? {} : { lease };
  const [first, second] = query.segments as [WireQuery['segments'][0], WireQuery['segments'][0]];
  switch (answer.kind) {
    case 'compare': {
      const { choice, strength } = answer;
      const how = strength < 1 ? { strength } : {};
      return client.give(
        { kind: 'preference', queryId, ...under, a: first, b: second, choice, ...how },
        shownAt,
      );
    }
    case 'rank': {
      const { segments } = query;
      return client.give(
        { kind: 'ranking', queryId, ...under, segments, order: [...answer.order] },
        shownAt,
      );
    }
    case 'rate': {
      const { score, scale } = answer;
      return client.give(
        { kind: 'rating', queryId, ...under, segment: first, score, scale },
        shownAt,
      );
    }
  }
}

function canBeAnswered({ kind, segments }: WireQuery): boolean {
  switch (kind) {
    case 'compare':
      return segments.length === 2;
    case 'rank':
      return segments.length >= 2;
    case 'rate':
      return segments.length === 1;
    case 'correct':
    case 'demonstrate':
    case 'approve':
      return false;
  }
}

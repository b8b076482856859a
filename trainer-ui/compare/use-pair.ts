/** The pair in hand, its clips, and the next ones already on their way. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Clip, WireQuery } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';

export type Choice = 'a' | 'b' | 'equal' | 'incomparable' | 'skip';

/** Pairs whose clips are fetched before they are needed. */
const AHEAD = 3;

type Clips = readonly [Clip, Clip];

export interface Pair {
  readonly query: WireQuery;
  readonly clips: Clips | undefined;
}

interface Answered {
  readonly feedbackId: string;
  readonly query: WireQuery;
}

export function usePair() {
  const client = useClient();
  const queries = useApp((s) => s.queries);
  const [loaded, setLoaded] = useState<ReadonlyMap<string, Clips>>(new Map());
  const asked = useRef(new Set<string>());
  const [undone, setUndone] = useState<WireQuery>();
  const history = useRef<Answered[]>([]);
  const [count, setCount] = useState(0);
  const pairs = comparisons(queries);
  const query = undone ?? pairs[0];
  const shownAt = useRef(0);

  useEffect(() => {
    const wanted = [...(undone ? [undone] : []), ...comparisons(queries)].slice(0, AHEAD);
    for (const q of wanted) {
      if (asked.current.has(q.id)) continue;
      asked.current.add(q.id);
      Promise.all([client.clip(q.segments[0]!), client.clip(q.segments[1]!)])
        .then((clips) =>
          setLoaded((old) => new Map<string, Clips>([...old, [q.id, clips] as const].slice(-8))),
        )
        .catch(() => {
          // Its episodes are gone, or the connection is: it may come back as a new question.
          asked.current.delete(q.id);
          client.dropQuery(q.id);
        });
    }
  }, [queries, undone, client]);

  const clips = query ? loaded.get(query.id) : undefined;
  useEffect(() => {
    if (clips) shownAt.current = Date.now();
  }, [clips]);

  const answer = useCallback(
    (choice: Choice, strength = 1) => {
      if (!query || !clips) return;
      const [a, b] = query.segments as [WireQuery['segments'][0], WireQuery['segments'][0]];
      const feedbackId = client.give(
        {
          kind: 'preference',
          queryId: query.id,
          a,
          b,
          choice,
          ...(strength < 1 ? { strength } : {}),
        },
        shownAt.current,
      );
      history.current.push({ feedbackId, query });
      setUndone(undefined);
      setCount((n) => n + 1);
      client.dropQuery(query.id);
    },
    [client, query, clips],
  );

  const undo = useCallback(() => {
    const last = history.current.pop();
    if (!last) return;
    client.give({ kind: 'retraction', feedbackId: last.feedbackId, reason: 'undo' }, Date.now());
    setUndone(last.query);
    setCount((n) => Math.max(0, n - 1));
  }, [client]);

  const pair: Pair | undefined = query && { query, clips };
  return { pair, answer, undo, count, waiting: pairs.length, canUndo: count > 0 };
}

function comparisons(queries: readonly WireQuery[]): WireQuery[] {
  return queries.filter((q) => q.kind === 'compare' && q.segments.length === 2);
}

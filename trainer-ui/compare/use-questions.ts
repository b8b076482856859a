/** The current query, its clips, and the next queries, which are being fetched already. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Clip, WireQuery } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import type { Client } from '../core/client.ts';
import type { Answered } from '../core/store.ts';
import { createNextClip, type NextClipSummary } from './next-clip.ts';

export type Choice = 'a' | 'b' | 'equal' | 'incomparable' | 'skip';

/** `pass`: the person declines to answer; only comparisons have that in the log (`skip`). */
export type Answer =
  | {
      readonly kind: 'compare';
      readonly choice: Choice;
      readonly strength: number;
      readonly reason?: string;
    }
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
  /** Seconds of the clips that the question is about, where they show more. */
  readonly part?: { readonly from: number; readonly to: number };
}

export interface Questions {
  readonly question: Question | undefined;
  /** Clips of the question after it, once they are here. */
  readonly next: readonly Clip[] | undefined;
  answer(answer: Answer): void;
  /** Takes the last answer back and shows its query again. */
  undo(): void;
  /** The same for any earlier answer. */
  undoOne(answered: Answered): void;
  readonly answered: readonly Answered[];
  readonly count: number;
  readonly waiting: number;
  /** From answers to the next clips on screen; undefined before the first. */
  readonly nextClip: NextClipSummary | undefined;
  /** All clips of the question have been drawn once. */
  drawn(): void;
}

export function useQuestions(): Questions {
  const client = useClient();
  const queries = useApp((s) => s.queries);
  const waiting = useApp((s) => s.status?.openQueries ?? 0);
  const again = useApp((s) => s.again);
  const answered = useApp((s) => s.answered);
  const [query, after] = [...(again ? [again] : []), ...queries].filter(
    // What was taken back is given anew, too.
    (q) => canBeAnswered(q) && (q === again || q.id !== again?.id),
  );
  const loaded = useClips(client, query, after);
  const next = after && loaded.get(after.id);
  const { nextClip, drawn, noteAnswer } = useNextClip();
  const shownAt = useRef(0);

  useEffect(() => {
    client.wantQueries(AHEAD);
    return () => client.wantQueries(0);
  }, [client]);

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
      if (after) noteAnswer();
      if (given.kind === 'pass') client.send({ type: 'pass-query', queryId: query.id });
      else {
        const feedbackId = give(client, query, given, shownAt.current);
        const said = words(given);
        const one = { feedbackId, query, said, at: Date.now() };
        client.store.setState((s) => ({ answered: [...s.answered, one] }));
        client.closeGoalNote();
      }
      client.store.setState({ again: undefined });
      client.dropQuery(query.id);
    },
    [client, query, clips, after, noteAnswer],
  );

  const undoOne = useCallback((one: Answered) => takeBack(client, one), [client]);
  const undo = useCallback(() => {
    const last = client.store.getState().answered.at(-1);
    if (last) takeBack(client, last);
  }, [client]);

  const question = query && { query, clips };
  const { length: count } = answered;
  return { question, next, answer, undo, undoOne, answered, count, waiting, nextClip, drawn };
}

/** Clips of the query on screen and of the one after it, and of some before, by query. */
function useClips(
  client: Client,
  query: WireQuery | undefined,
  after: WireQuery | undefined,
): ReadonlyMap<string, readonly Clip[]> {
  const [loaded, setLoaded] = useState<ReadonlyMap<string, readonly Clip[]>>(new Map());
  const coming = useRef(new Set<string>());
  useEffect(() => {
    for (const q of [query, after]) {
      if (!q || coming.current.has(q.id) || loaded.has(q.id)) continue;
      coming.current.add(q.id);
      Promise.all(q.segments.map((segment) => client.clip(segment)))
        .then((clips) =>
          setLoaded((old) => new Map([...old, [q.id, clips] as const].slice(-CLIPS_KEPT))),
        )
        .catch(() => {
          // Its episodes are gone, or the connection is: it may come back as a new query.
          client.dropQuery(q.id);
          client.store.setState(({ again }) => (again === q ? { again: undefined } : {}));
        })
        .finally(() => coming.current.delete(q.id));
    }
  }, [query, after, client, loaded]);
  return loaded;
}

/** How long it takes from an answer to the next clip. */
function useNextClip() {
  const measure = useRef(createNextClip());
  const [nextClip, setNextClip] = useState<NextClipSummary>();
  const noteAnswer = useCallback(() => measure.current.answered(performance.now()), []);
  const drawn = useCallback(() => {
    const newest = measure.current.drawn(performance.now());
    if (newest) setNextClip(newest);
  }, []);
  return { nextClip, drawn, noteAnswer };
}

/** Retracts an answer and asks its query again. */
export function takeBack(client: Client, { feedbackId, query }: Answered): void {
  client.give({ kind: 'retraction', feedbackId, reason: 'undo' }, Date.now());
  client.store.setState(({ answered }) => ({
    answered: answered.filter((one) => one.feedbackId !== feedbackId),
    // The server gives it anew: under which lease is known only then.
    again: { ...query, lease: undefined },
  }));
}

const CHOICES: Readonly<Record<Choice, string>> = {
  a: 'left is better',
  b: 'right is better',
  equal: 'equally good',
  incomparable: 'can’t tell',
  skip: 'skipped',
};

function words(answer: Exclude<Answer, { kind: 'pass' }>): string {
  switch (answer.kind) {
    case 'compare':
      return `${CHOICES[answer.choice]}${answer.strength < 1 ? ', a little' : ''}`;
    case 'rank':
      return `ranked ${answer.order.map((rank) => rank + 1).join(' ')}`;
    case 'rate':
      return `${answer.score + 1} of ${answer.scale} stars`;
  }
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
      const { choice, strength, reason } = answer;
      const how = { ...(strength < 1 ? { strength } : {}), ...(reason ? { reason } : {}) };
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

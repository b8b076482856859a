/** The question on screen with longer clips, once they were asked for. */
import { useCallback, useState } from 'react';
import { useClient } from '../context.ts';
import type { Question } from './use-questions.ts';
import { type Widened, widen } from './widen.ts';

/** Seconds that a press adds at both ends. */
const MORE = 1;

export function useWidened(question: Question): {
  readonly question: Question;
  extend(): void;
} {
  const client = useClient();
  const [wide, setWide] = useState<Widened & { queryId: string; seconds: number }>();
  const { query, clips } = question;
  const mine = wide?.queryId === query.id ? wide : undefined;
  const seconds = (mine?.seconds ?? 0) + MORE;
  const dt = clips?.[0]?.dt;
  const extend = useCallback(() => {
    if (dt === undefined) return;
    widen(client, query.segments, seconds, dt)
      .then((found) => setWide({ ...found, queryId: query.id, seconds }))
      .catch(() => {}); // an episode is gone: the question is still there as it was
  }, [client, query, seconds, dt]);
  if (!mine) return { question, extend };
  const asked = query.segments.map(({ from, to }) => (to - from) * (dt ?? 0));
  const part = { from: mine.before, to: mine.before + Math.max(...asked) };
  return { question: { query, clips: mine.clips, part }, extend };
}

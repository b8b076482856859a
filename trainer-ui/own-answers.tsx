/** What became of this person's answers: how many count, and what was decided about them and why. */
import { Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ReviewVerdict } from '../server/protocol/index.ts';
import { useClient } from './context.ts';
import { get } from './core/http.ts';
import { ownWords } from './own-words.ts';

interface Own {
  readonly answers: number;
  readonly counting: number;
  readonly decided: readonly {
    readonly feedbackId: string;
    readonly verdict: ReviewVerdict;
    readonly reason: string;
  }[];
}

/** Decisions that are shown. */
const SHOWN = 5;

export function OwnAnswers() {
  const { teacherId } = useClient();
  const [own, setOwn] = useState<Own>();
  useEffect(() => {
    get('api/me/answers', { teacherId })
      .then((reply) => reply.json() as Promise<Own>)
      .then(setOwn, () => {}); // roles that answer nothing have none
  }, [teacherId]);
  if (!own || own.answers === 0) return null;
  return (
    <Stack gap={4} data-testid="own-answers">
      <Text size="sm">
        {own.answers === 1 ? '1 answer' : `${own.answers} answers`}, {own.counting} of them count
      </Text>
      {own.decided.slice(0, SHOWN).map((decision) => (
        <Text key={decision.feedbackId} size="xs" c="dimmed">
          {ownWords(decision)}
        </Text>
      ))}
    </Stack>
  );
}

/** What people were asked in an episode, why, and what became of it. */
import './moments.css';
import { Alert, Button, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { type AskReply, conditionWords, OUTCOME_WORDS } from '../../server/protocol/index.ts';
import { readAsks } from './asks-api.ts';

/** Nothing where nobody was asked. */
export function Asks(props: { episodeId: string; dt: number; go: (step: number) => void }) {
  const { episodeId, dt, go } = props;
  const [asks, setAsks] = useState<readonly AskReply[]>([]);
  const [error, setError] = useState<string>();
  useEffect(() => {
    let isOver = false;
    setAsks([]);
    readAsks(episodeId).then(
      (found) => !isOver && setAsks(found),
      (e: Error) => !isOver && setError(e.message),
    );
    return () => {
      isOver = true;
    };
  }, [episodeId]);
  if (error)
    return (
      <Alert color="red" title="What people were asked could not be had">
        {error}
      </Alert>
    );
  if (asks.length === 0) return null;
  return (
    <section className="critique" aria-label="what people were asked" data-testid="asks">
      <Text fw={600} size="sm">
        What people were asked
      </Text>
      <ul className="ask-list">
        {asks.map((ask) => (
          <li key={ask.id}>
            <Button size="compact-xs" variant="light" onClick={() => go(ask.step)}>
              {(ask.step * dt).toFixed(1)} s
            </Button>{' '}
            <Text component="span" size="sm">
              {ask.kind === 'help' ? 'Called for help' : 'Waited for leave'}:{' '}
              {ask.outcome ? OUTCOME_WORDS[ask.outcome] : 'no end is known'}
            </Text>
            <Leaves ask={ask} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Every leaf, those that were not met too. */
function Leaves({ ask }: { ask: AskReply }) {
  return (
    <ul>
      {ask.conditions.map((condition, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list stays as it is
        <li key={i}>
          <Text component="span" size="xs" c="dimmed">
            {condition.isMet === null ? '?' : condition.isMet ? '✓' : '✗'}{' '}
            {conditionWords(condition)}
          </Text>
        </li>
      ))}
    </ul>
  );
}

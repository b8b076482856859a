/** What was learned and said along an episode: the learned reward over its time, and every moment to go to. */
import './moments.css';
import { Button, Group, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { Recording } from './recording.ts';
import { lineOf, wordsOf } from './session-words.ts';

/** Nothing where no reward is learned. */
export function LearnedLine({ recording }: { recording: Recording }) {
  const { pieces } = recording;
  const points = useMemo(
    // Row 0 of a piece is the last of the piece before it.
    () => lineOf(pieces.flatMap((piece) => (piece ? [...piece.predictedRewards.subarray(1)] : []))),
    [pieces],
  );
  if (points === '') return null;
  return (
    <div className="learned-line" data-testid="learned-line">
      <Text size="xs" c="dimmed">
        learned reward
      </Text>
      <svg
        viewBox="0 0 1 1"
        preserveAspectRatio="none"
        role="img"
        aria-label="learned reward over the episode"
      >
        <polyline points={points} />
      </svg>
    </div>
  );
}

export function Moments(props: { recording: Recording; dt: number; go: (step: number) => void }) {
  const { recording, dt, go } = props;
  const events = useMemo(
    () => [...recording.events].sort((a, b) => a.from - b.from),
    [recording.events],
  );
  if (events.length === 0) return null;
  return (
    <Group gap={6} className="moments" role="group" aria-label="what people did and said">
      {events.map((event, i) => (
        <Button
          // biome-ignore lint/suspicious/noArrayIndexKey: the list of an episode that is over
          key={i}
          size="compact-xs"
          variant="light"
          color={event.kind === 'override' ? 'orange' : (event.value ?? 0) < 0 ? 'red' : 'blue'}
          onClick={() => go(event.from)}
          data-testid="moment"
          data-kind={event.kind}
        >
          {wordsOf(event, dt)}
        </Button>
      ))}
    </Group>
  );
}

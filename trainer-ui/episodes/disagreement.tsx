/** Where the reward model was unsure along an episode: a lane over its time, and its highest points to go to. */
import './moments.css';
import { Button, Group, Text, Tooltip } from '@mantine/core';
import { type MouseEvent, useMemo } from 'react';
import { peaksOf } from './disagreement-peaks.ts';
import type { Recording } from './recording.ts';
import { lineOf } from './session-words.ts';

const WHAT =
  'How far the members of the reward model are apart. Where this is high they have learned too little to say what is good: what you say there teaches most.';

/** Nothing where no reward is learned, or by one member alone. `go`: to a step. */
export function Disagreement(props: {
  recording: Recording;
  dt: number;
  go: (step: number) => void;
}) {
  const { recording, dt, go } = props;
  const { pieces, row } = recording;
  const values = useMemo(
    // Row 0 of a piece is the last of the piece before it.
    () => pieces.flatMap((piece) => (piece ? [...piece.disagreements.subarray(1)] : [])),
    [pieces],
  );
  const peaks = useMemo(() => peaksOf(values, Math.ceil(1 / dt)), [values, dt]);
  if (!values.some((value) => value > 0)) return null;
  const most = Math.max(...values.filter(Number.isFinite));
  const click = ({ currentTarget, clientX, detail }: MouseEvent<HTMLButtonElement>) => {
    currentTarget.blur(); // arrow keys go a step again
    const { left, width } = currentTarget.getBoundingClientRect();
    const isByKey = detail === 0;
    go(isByKey ? values.indexOf(most) : Math.round(((clientX - left) / width) * row.length));
  };
  return (
    <div className="disagreement">
      <Group gap={8}>
        <Tooltip label={WHAT} multiline maw={320}>
          <Text size="xs" c="dimmed">
            disagreement of the reward model, at most {most.toFixed(2)}
          </Text>
        </Tooltip>
        {peaks.map((step) => (
          <Button
            key={step}
            className="peak"
            size="compact-xs"
            variant="default"
            onClick={(event) => {
              event.currentTarget.blur();
              go(step);
            }}
            data-testid="disagreement-peak"
            data-step={step}
          >
            unsure at {(step * dt).toFixed(1)} s
          </Button>
        ))}
      </Group>
      <button
        type="button"
        aria-label="disagreement over the episode; go to where it is highest"
        onClick={click}
        data-testid="disagreement"
      >
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden>
          <polygon points={`0,1 ${lineOf([0, ...values])} 1,1`} />
        </svg>
      </button>
    </div>
  );
}

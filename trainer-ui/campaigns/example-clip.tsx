/** A clip in the words of instructions: still until it is pressed, and one at a time plays. */
import './example-clip.css';
import { Button, Text } from '@mantine/core';
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { createContext, useContext, useEffect, useId, useState } from 'react';
import type { Clip, Segment } from '../../server/protocol/index.ts';
import { advance, createClock } from '../compare/clip-clock.ts';
import { ClipStage } from '../compare/clip-stage.tsx';
import { useApp, useClient } from '../context.ts';

/** Which of a text's clips plays: a browser has few places to draw in. */
export const Playing = createContext<{
  readonly id: string | undefined;
  readonly play: (id: string | undefined) => void;
}>({ id: undefined, play() {} });

export function ExampleClip({ segment, caption }: { segment: Segment; caption: string }) {
  const id = useId();
  const { id: playing, play } = useContext(Playing);
  const dt = useApp((s) => s.welcome?.environment.controlDt ?? 0.1);
  const isPlaying = playing === id;
  const seconds = ((segment.to - segment.from) * dt).toFixed(1);
  const words = caption === '' ? 'Example' : caption;
  return (
    <figure
      className="example-clip"
      data-testid="example-clip"
      data-clip={`${segment.episodeId}@${segment.from}-${segment.to}`}
    >
      {isPlaying && <Picture segment={segment} />}
      <figcaption>
        <Button
          size="compact-sm"
          variant={isPlaying ? 'filled' : 'default'}
          leftSection={isPlaying ? <IconPlayerStop size={14} /> : <IconPlayerPlay size={14} />}
          aria-label={`${isPlaying ? 'stop' : 'play'} the example: ${words}`}
          onClick={() => play(isPlaying ? undefined : id)}
          data-testid="example-play"
        >
          {isPlaying ? 'Stop' : 'Play'}
        </Button>
        <Text size="sm" span>
          {words}{' '}
          <Text size="xs" c="dimmed" span>
            {seconds} s
          </Text>
        </Text>
      </figcaption>
    </figure>
  );
}

function Picture({ segment }: { segment: Segment }) {
  const client = useClient();
  const [clip, setClip] = useState<Clip>();
  const [error, setError] = useState<string>();
  const [clock] = useState(createClock);
  const { episodeId, from, to } = segment;
  useEffect(() => {
    let isOver = false;
    client.clip({ episodeId, from, to }).then(
      (found) => !isOver && setClip(found),
      (failure: Error) => !isOver && setError(failure.message),
    );
    return () => {
      isOver = true;
    };
  }, [client, episodeId, from, to]);
  useEffect(() => {
    if (!clip) return;
    let last = performance.now();
    let handle = 0;
    const tick = (now: number) => {
      advance(clock, (now - last) / 1000, (clip.rows - 1) * clip.dt);
      last = now;
      handle = requestAnimationFrame(tick);
    };
    handle = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(handle);
  }, [clip, clock]);
  if (error)
    return (
      <Text size="sm" c="red" data-testid="example-error">
        This clip cannot be shown: {error}
      </Text>
    );
  return (
    <div className="picture" data-testid="example-picture" data-ready={clip !== undefined}>
      <ClipStage clip={clip} clock={clock} camera="chase" />
    </div>
  );
}

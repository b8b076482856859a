/** Runs the clock that all clips show, lets a person move it, and marks where the clips part. */
import { ActionIcon, Group, SegmentedControl, Slider, Tooltip } from '@mantine/core';
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlus,
  IconRepeat,
  IconRepeatOff,
} from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Clip } from '../../server/protocol/index.ts';
import { useClient } from '../context.ts';
import { CLIPS, withKey } from '../core/bindings.ts';
import { advance, type ClipClock, toggle } from './clip-clock.ts';
import { DifferenceMarks } from './difference-marks.tsx';
import { agentOf } from './differences.ts';
import type { Question } from './use-questions.ts';

const SPEEDS: readonly number[] = [0.5, 1, 2];

/** Seconds of the longest. */
export function lengthOf(clips: readonly Clip[] | undefined): number {
  return clips ? Math.max(...clips.map((c) => (c.rows - 1) * c.dt)) : 0;
}

export function Timeline(props: {
  clock: ClipClock;
  clips: readonly Clip[] | undefined;
  /** What the question is about, where the clips show more. */
  part: Question['part'];
  extend: () => void;
}) {
  const { clock, clips, part, extend } = props;
  const length = lengthOf(clips);
  const [shown, setShown] = useState({ time: 0, playing: true });
  useEffect(() => {
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      advance(clock, (now - last) / 1000, length);
      last = now;
      setShown({ time: Math.min(clock.time, length), playing: clock.playing });
    }, 33);
    return () => clearInterval(timer);
  }, [clock, length]);
  return (
    <Group gap="sm" wrap="nowrap" className="timeline">
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={withKey(shown.playing ? 'pause the clips' : 'play the clips', CLIPS.pause)}
        onClick={() => toggle(clock, length)}
      >
        {shown.playing ? <IconPlayerPauseFilled size={16} /> : <IconPlayerPlayFilled size={16} />}
      </ActionIcon>
      <div className="track">
        {clips && <Differences clips={clips} />}
        {part && <Part part={part} length={length} />}
        <Slider
          size="sm"
          min={0}
          max={Math.max(0.1, length)}
          step={0.01}
          value={shown.time}
          label={(v) => `${v.toFixed(1)} s`}
          onChange={(v) => {
            clock.playing = false;
            clock.time = v;
          }}
          thumbLabel="time in the clips"
          // Held by a pointer, its arrow keys are over with the pointer: they answer again.
          onPointerUp={() => (document.activeElement as HTMLElement | null)?.blur()}
        />
      </div>
      <Longer extend={extend} />
      <Pace clock={clock} />
    </Group>
  );
}

function Longer({ extend }: { extend: () => void }) {
  return (
    <Tooltip label={withKey('Longer clips', CLIPS.extend)}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={withKey('longer clips', CLIPS.extend)}
        onClick={(event) => {
          event.currentTarget.blur();
          extend();
        }}
        data-testid="extend"
      >
        <IconPlus size={16} />
      </ActionIcon>
    </Tooltip>
  );
}

function Part({ part, length }: { part: NonNullable<Question['part']>; length: number }) {
  const share = (seconds: number) => `${(100 * seconds) / length}%`;
  const words = `asked about: ${part.from.toFixed(1)} to ${part.to.toFixed(1)} s`;
  return (
    <div className="asked" role="img" aria-label={words} title={words} data-testid="asked-part">
      <i style={{ left: share(part.from), width: share(part.to - part.from) }} />
    </div>
  );
}

function Pace({ clock }: { clock: ClipClock }) {
  const [speed, setSpeed] = useState(clock.speed);
  const [loop, setLoop] = useState(clock.loop);
  const words = (s: number) => `${s === 0.5 ? '½' : s}×`;
  const play = (next: number) => {
    clock.speed = next;
    setSpeed(next);
  };
  return (
    <Group gap={6} wrap="nowrap">
      <SegmentedControl
        size="xs"
        className="wide-only"
        aria-label="speed of the clips"
        value={String(speed)}
        onChange={(value) => play(Number(value))}
        data={SPEEDS.map((s) => ({ value: String(s), label: words(s) }))}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        className="narrow-only"
        aria-label={`speed of the clips: ${words(speed)}; press for the next`}
        onClick={() => play(SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length]!)}
      >
        {words(speed)}
      </ActionIcon>
      <Tooltip label={loop ? 'over and over' : 'once'}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="play over and over"
          aria-pressed={loop}
          onClick={() => {
            clock.loop = !loop;
            setLoop(!loop);
          }}
        >
          {loop ? <IconRepeat size={16} /> : <IconRepeatOff size={16} />}
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}

function Differences({ clips }: { clips: readonly Clip[] }) {
  const client = useClient();
  const agent = agentOf(client.scene(clips[0]!.sceneId));
  return <DifferenceMarks clips={clips} agent={agent} what="clips" />;
}

/** Time of a replay: play, scrub, see where people drove and what cost; link to the moment, take it away as a file. */
import { ActionIcon, Group, SegmentedControl, Slider, Text } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type ClipClock, toggle } from '../compare/clip-clock.ts';
import { REPLAY, withKey } from '../core/bindings.ts';
import type { Stage } from '../scene/stage.ts';
import { Disagreement } from './disagreement.tsx';
import { LearnedLine, Moments } from './moments.tsx';
import type { Recording } from './recording.ts';
import { Takeaways } from './takeaways.tsx';

const SPEEDS = [0.5, 1, 2, 4] as const;

export interface ReplayBarProps {
  readonly clock: ClipClock;
  readonly dt: number;
  readonly recording: Recording;
  readonly stage: Stage;
  /** The address of a step. */
  link(step: number): string;
  /** Moves the clock on by real seconds. */
  advance(elapsed: number): void;
}

export function ReplayBar(props: ReplayBarProps) {
  const { clock, dt, recording } = props;
  const steps = recording.row.length;
  const shown = useClock(props);
  const step = Math.round(shown.time / dt);
  const go = (to: number) => {
    clock.playing = false;
    clock.time = to * dt;
  };
  return (
    <>
      <Group gap="sm" wrap="nowrap" className="timeline">
        <PlayButton clock={clock} playing={shown.playing} length={steps * dt} />
        <div className="course">
          <LearnedLine recording={recording} />
          <Disagreement recording={recording} dt={dt} go={go} />
          <div className="track">
            <Strip recording={recording} />
            <StepSlider clock={clock} dt={dt} steps={steps} step={step} of="the episode" />
          </div>
        </div>
        <Text size="sm" className="mono" data-testid="replay-time" data-step={step}>
          {shown.time.toFixed(1)} s
        </Text>
        <Pace clock={clock} />
      </Group>
      <Moments
        recording={recording}
        dt={dt}
        go={(to) => {
          clock.time = to * dt;
        }}
      />
      <Takeaways {...props} step={step} />
    </>
  );
}

export function StepSlider(props: {
  clock: ClipClock;
  dt: number;
  /** Of the timeline. */
  steps: number;
  /** The one on screen. */
  step: number;
  /** What it goes through. */
  of: string;
}) {
  const { clock, dt, steps, step, of } = props;
  return (
    <Slider
      size="sm"
      min={0}
      max={Math.max(1, steps)}
      value={Math.min(steps, step)}
      label={(v) => `${(v * dt).toFixed(1)} s`}
      onChange={(v) => {
        clock.playing = false;
        clock.time = v * dt;
      }}
      thumbLabel={`step of ${of}`}
      // Arrow keys go a step again.
      onPointerUp={() => (document.activeElement as HTMLElement | null)?.blur()}
    />
  );
}

export function Pace({ clock }: { clock: ClipClock }) {
  const [speed, setSpeed] = useState(clock.speed);
  return (
    <SegmentedControl
      size="xs"
      aria-label="speed of the replay"
      value={String(speed)}
      onChange={(value) => {
        clock.speed = Number(value);
        setSpeed(clock.speed);
      }}
      data={SPEEDS.map((s) => ({ value: String(s), label: `${s === 0.5 ? '½' : s}×` }))}
    />
  );
}

/** `length`: seconds of the episode. */
export function PlayButton(props: { clock: ClipClock; playing: boolean; length: number }) {
  const { clock, playing, length } = props;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={withKey(playing ? 'pause' : 'play', REPLAY.play)}
      onClick={(event) => {
        event.currentTarget.blur();
        toggle(clock, length);
      }}
      data-testid="replay-play"
    >
      {playing ? <IconPlayerPauseFilled size={16} /> : <IconPlayerPlayFilled size={16} />}
    </ActionIcon>
  );
}

/** Runs the clock. */
export function useClock({ clock, advance }: Pick<ReplayBarProps, 'clock' | 'advance'>) {
  const [shown, setShown] = useState({ time: clock.time, playing: clock.playing });
  const newest = useRef(advance);
  newest.current = advance;
  useEffect(() => {
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      newest.current((now - last) / 1000);
      last = now;
      setShown((old) =>
        old.time === clock.time && old.playing === clock.playing
          ? old
          : { time: clock.time, playing: clock.playing },
      );
    }, 33);
    return () => clearInterval(timer);
  }, [clock]);
  return shown;
}

const PARTS = 120;

/** Where people drove, and where it cost. */
export function Strip({ recording: { steps, row } }: { recording: Recording }) {
  const parts = useMemo(() => {
    const made = Array.from({ length: PARTS }, () => ({ human: false, cost: false }));
    for (const { from, sources, costs } of steps)
      for (let i = 0; i < sources.length; i++) {
        const part = made[Math.floor(((from + i) / row.length) * PARTS)]!;
        if (sources[i] === 1 || sources[i] === 2) part.human = true;
        if (costs[i]! > 0) part.cost = true;
      }
    return made;
  }, [steps, row.length]);
  const share = (kind: 'human' | 'cost') =>
    Math.round((100 * parts.filter((p) => p[kind]).length) / PARTS);
  return (
    <div
      className="marks"
      role="img"
      aria-label={`people drove in ${share('human')} %, cost in ${share('cost')} % of the time`}
      data-testid="replay-strip"
    >
      {parts.map(({ human, cost }, part) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a part of the timeline
        <i key={part} className={cost ? 'cost' : human ? 'human' : 'nothing'} />
      ))}
    </div>
  );
}

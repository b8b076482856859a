/** What every kind of query looks like: what is asked, clips on one clock, answers below. */
import {
  ActionIcon,
  Button,
  Group,
  Kbd,
  SegmentedControl,
  Slider,
  Stack,
  Text,
} from '@mantine/core';
import { IconArrowBackUp, IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { type Binding, CAMERAS, CLIPS, firstKey } from '../core/bindings.ts';
import { useBindings } from '../use-keys.ts';
import { ClipStage, type PairClock } from './clip-stage.tsx';
import type { Question, Questions } from './use-questions.ts';

/** Seconds that the last picture stays before the clips start over. */
const HOLD = 0.7;

/** Behaviour is compared from outside. */
const CAMERAS_OF_CLIPS = CAMERAS.filter((c) => c.id !== 'cockpit').map(({ id, label }) => ({
  value: id,
  label,
}));

/** What an answering view is given. */
export interface AnswerProps {
  readonly question: Question;
  readonly questions: Questions;
  /** ms since epoch at which this person began. */
  readonly startedAt: number;
}

export function Frame(
  props: AnswerProps & {
    title: string;
    /** Progress of an unfinished answer. */
    progress?: string;
    /** Drawn over a clip, by its index. */
    over?: (clip: number) => ReactNode;
    chosen?: (clip: number) => boolean;
    children: ReactNode;
  },
) {
  const { question, questions, startedAt, title, progress, over, chosen, children } = props;
  const { query, clips } = question;
  const [camera, setCamera] = useState('chase');
  const clock = useRef<PairClock>({ time: 0, playing: true });
  useEffect(() => {
    if (query.id === undefined) return;
    clock.current.time = 0;
    clock.current.playing = true;
  }, [query.id]);
  useBindings(CLIPS, {
    pause: () => {
      clock.current.playing = !clock.current.playing;
    },
    undo: questions.undo,
  });
  const length = clips ? Math.max(...clips.map((c) => (c.rows - 1) * c.dt)) : 0;
  const minutes = Math.max(0.25, (Date.now() - startedAt) / 60_000);
  const n = query.segments.length;
  return (
    <Stack
      h="calc(100dvh - 80px)"
      p="md"
      gap="sm"
      data-testid="compare"
      data-kind={query.kind}
      data-query={query.id}
      data-ready={clips !== undefined}
    >
      <Group justify="space-between">
        <Group gap="md">
          <Text fw={600}>{title}</Text>
          {progress && (
            <Text size="sm" c="blue.3" data-testid="progress" aria-live="polite">
              {progress}
            </Text>
          )}
        </Group>
        <Group gap="lg">
          <Text size="sm" c="dimmed" data-testid="compare-count">
            {questions.count} answered · {Math.round(questions.count / minutes)} a minute ·{' '}
            {questions.waiting} waiting
          </Text>
          <SegmentedControl
            size="xs"
            aria-label="camera"
            value={camera}
            onChange={setCamera}
            data={CAMERAS_OF_CLIPS}
          />
        </Group>
      </Group>
      <div className={`clips of-${n}`}>
        {query.segments.map((_, i) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: a place on screen, whose picture is kept from question to question
            key={i}
            className={`clip ${chosen?.(i) ? 'chosen' : ''}`}
            data-testid={`clip-${'abcdefgh'[i]}`}
          >
            <ClipStage clip={clips?.[i]} clock={clock.current} camera={camera} />
            {over?.(i)}
          </div>
        ))}
      </div>
      <Timeline clock={clock.current} length={length} />
      <Group justify="center" gap="xs">
        {children}
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconArrowBackUp size={16} />}
          rightSection={<Kbd size="xs">{firstKey(CLIPS.undo)}</Kbd>}
          disabled={!questions.canUndo}
          onClick={questions.undo}
          data-testid="undo"
        >
          Undo
        </Button>
      </Group>
    </Stack>
  );
}

export function AnswerButton(props: {
  binding: Binding;
  label: ReactNode;
  testId: string;
  disabled?: boolean;
  primary?: boolean;
  onClick: () => void;
}) {
  return (
    <Button
      variant={props.primary ? 'filled' : 'default'}
      size="md"
      rightSection={<Kbd size="xs">{firstKey(props.binding)}</Kbd>}
      disabled={props.disabled ?? false}
      onClick={(event) => {
        event.currentTarget.blur();
        props.onClick();
      }}
      data-testid={props.testId}
    >
      {props.label}
    </Button>
  );
}

/** Runs the clock that all clips show, and lets a person move it. */
function Timeline({ clock, length }: { clock: PairClock; length: number }) {
  const [time, setTime] = useState(0);
  const [playing, setPlaying] = useState(true);
  useEffect(() => {
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      if (clock.playing && length > 0) {
        clock.time += (now - last) / 1000;
        if (clock.time > length + HOLD) clock.time = 0;
      }
      last = now;
      setTime(Math.min(clock.time, length));
      setPlaying(clock.playing);
    }, 33);
    return () => clearInterval(timer);
  }, [clock, length]);
  return (
    <Group gap="sm" wrap="nowrap">
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={playing ? 'pause the clips' : 'play the clips'}
        onClick={() => {
          clock.playing = !clock.playing;
        }}
      >
        {playing ? <IconPlayerPauseFilled size={16} /> : <IconPlayerPlayFilled size={16} />}
      </ActionIcon>
      <Slider
        flex={1}
        size="sm"
        min={0}
        max={Math.max(0.1, length)}
        step={0.01}
        value={time}
        label={(v) => `${v.toFixed(1)} s`}
        onChange={(v) => {
          clock.playing = false;
          clock.time = v;
        }}
        aria-label="time in the clips"
      />
    </Group>
  );
}

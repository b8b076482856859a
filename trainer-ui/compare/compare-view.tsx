import {
  ActionIcon,
  Button,
  Center,
  Group,
  Kbd,
  SegmentedControl,
  Slider,
  Stack,
  Text,
} from '@mantine/core';
import { IconArrowBackUp, IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useApp } from '../context.ts';
import { ClipStage, type PairClock } from './clip-stage.tsx';
import { type Choice, usePair } from './use-pair.ts';

/** Seconds that the last picture stays before the clips start over. */
const HOLD = 0.7;
const FLASH_MS = 160;
const KEYS: Readonly<Record<string, Choice>> = {
  ArrowLeft: 'a',
  ArrowRight: 'b',
  ArrowDown: 'equal',
  ArrowUp: 'incomparable',
  KeyS: 'skip',
};

export function CompareView() {
  const { pair, answer, undo, count, waiting, canUndo } = usePair();
  const [camera, setCamera] = useState('chase');
  const [flash, setFlash] = useState<Choice>();
  const [startedAt] = useState(() => Date.now());
  const clock = useRef<PairClock>({ time: 0, playing: true });
  const length = pair?.clips ? Math.max(...pair.clips.map((c) => (c.rows - 1) * c.dt)) : 0;
  const queryId = pair?.query.id;
  useEffect(() => {
    if (queryId === undefined) return;
    clock.current.time = 0;
    clock.current.playing = true;
  }, [queryId]);

  function choose(choice: Choice, strength?: number): void {
    if (!pair?.clips) return;
    setFlash(choice);
    setTimeout(() => setFlash(undefined), FLASH_MS);
    answer(choice, strength);
  }
  const act = useRef({ choose, undo });
  act.current = { choose, undo };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      const choice = KEYS[event.code];
      if (choice) act.current.choose(choice, event.shiftKey ? undefined : 1);
      else if (event.code === 'KeyU') act.current.undo();
      else if (event.code === 'Space') clock.current.playing = !clock.current.playing;
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  if (!pair) return <Empty count={count} undo={canUndo ? undo : undefined} />;
  const minutes = Math.max(0.25, (Date.now() - startedAt) / 60_000);
  return (
    <Stack
      h="calc(100dvh - 80px)"
      p="md"
      gap="sm"
      data-testid="compare"
      data-query={pair.query.id}
      data-ready={pair.clips !== undefined}
    >
      <Group justify="space-between">
        <Text fw={600}>Which one drives better?</Text>
        <Group gap="lg">
          <Text size="sm" c="dimmed" data-testid="compare-count">
            {count} answered · {Math.round(count / minutes)} a minute · {waiting} waiting
          </Text>
          <SegmentedControl
            size="xs"
            aria-label="camera"
            value={camera}
            onChange={setCamera}
            data={[
              { value: 'chase', label: 'Chase' },
              { value: 'top', label: 'Top' },
              { value: 'orbit', label: 'Free' },
            ]}
          />
        </Group>
      </Group>
      <div style={{ display: 'flex', gap: 12, flex: 1, minHeight: 0 }}>
        <div
          className={`clip ${flash === 'a' || flash === 'equal' ? 'chosen' : ''}`}
          data-testid="clip-a"
        >
          <ClipStage clip={pair.clips?.[0]} clock={clock.current} camera={camera} />
        </div>
        <div
          className={`clip ${flash === 'b' || flash === 'equal' ? 'chosen' : ''}`}
          data-testid="clip-b"
        >
          <ClipStage clip={pair.clips?.[1]} clock={clock.current} camera={camera} />
        </div>
      </div>
      <Timeline clock={clock.current} length={length} />
      <Group justify="center" gap="xs">
        <Answer keyName="←" label="Left" testId="choose-a" onClick={() => choose('a')} />
        <Answer keyName="↓" label="Equal" testId="choose-equal" onClick={() => choose('equal')} />
        <Answer
          keyName="↑"
          label="Can’t tell"
          testId="choose-incomparable"
          onClick={() => choose('incomparable')}
        />
        <Answer keyName="S" label="Skip" testId="choose-skip" onClick={() => choose('skip')} />
        <Answer keyName="→" label="Right" testId="choose-b" onClick={() => choose('b')} />
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconArrowBackUp size={16} />}
          rightSection={<Kbd size="xs">U</Kbd>}
          disabled={!canUndo}
          onClick={undo}
          data-testid="undo"
        >
          Undo
        </Button>
      </Group>
    </Stack>
  );
}

function Answer(props: { keyName: string; label: string; testId: string; onClick: () => void }) {
  return (
    <Button
      variant="default"
      size="md"
      rightSection={<Kbd size="xs">{props.keyName}</Kbd>}
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

/** Runs the clock both clips show, and lets a person move it. */
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

function Empty({ count, undo }: { count: number; undo: (() => void) | undefined }) {
  const learner = useApp((s) => s.status?.learner);
  const connected = useApp((s) => s.connection === 'open');
  const why = !connected
    ? 'Not connected. Your answers are kept and sent as soon as the connection is back.'
    : learner === 'starting' || learner === 'warming-up'
      ? 'The agent has to drive a little before there is something to compare.'
      : 'The next pair is being chosen.';
  return (
    <Center h="calc(100dvh - 80px)" data-testid="compare-empty">
      <Stack align="center" gap="xs" maw={420}>
        <Text fw={600} size="lg">
          {count > 0 ? 'All answered for now' : 'Nothing to compare yet'}
        </Text>
        <Text c="dimmed" ta="center" size="sm">
          {why}
        </Text>
        {undo && (
          <Button variant="default" leftSection={<IconArrowBackUp size={16} />} onClick={undo}>
            Undo the last answer
          </Button>
        )}
      </Stack>
    </Center>
  );
}

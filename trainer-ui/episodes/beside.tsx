/** Two episodes on one clock, each from its own beginning: seen, gone through and linked to together. */
import { ActionIcon, Alert, Group, Text, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMemo, useRef, useState } from 'react';
import './beside.css';
import { advance, type ClipClock, createClock } from '../compare/clip-clock.ts';
import { DifferenceMarks } from '../compare/difference-marks.tsx';
import { agentOf, type Moving } from '../compare/differences.ts';
import { useApp, useClient } from '../context.ts';
import { hashOf, type Moment } from '../core/moment.ts';
import { OverlaySwitch } from '../live/forces-toggle.tsx';
import { Cameras } from './cameras.tsx';
import { movingOf } from './moving.ts';
import { Picture, useDrawing, useStage } from './picture.tsx';
import type { Recording } from './recording.ts';
import { About, useReplayKeys } from './replay.tsx';
import { Pace, PlayButton, StepSlider, Strip, useClock } from './replay-bar.tsx';
import { LinkToMoment } from './takeaways.tsx';
import { useRecording } from './use-recording.ts';

type Two = Moment & { readonly beside: string };

export function Beside({ moment }: { moment: Two }) {
  const { episodeId, step, beside } = moment;
  const client = useClient();
  const dt = useApp((s) => s.welcome?.environment.controlDt ?? 0.1);
  const clock = useRef({ ...createClock(), loop: false, playing: false, time: step * dt });
  const [camera, setCamera] = useState('chase');
  const one = useRecording(episodeId, step);
  const other = useRecording(beside, step);
  const steps = Math.max(one.recording?.row.length ?? 0, other.recording?.row.length ?? 0);
  useReplayKeys(clock.current, dt, steps * dt);
  const alone = (id: string) =>
    client.store.setState({
      moment: { episodeId: id, step: Math.round(clock.current.time / dt) },
    });
  const shown = { clock: clock.current, camera, steps };
  return (
    <section className="replay" aria-label="two episodes" data-testid="beside">
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed">
          Side by side, each from its beginning
        </Text>
        <Group gap="xs">
          <OverlaySwitch />
          <Cameras camera={camera} choose={setCamera} />
        </Group>
      </Group>
      <div className="two">
        <Pane {...shown} {...one} id={episodeId} close={() => alone(beside)} />
        <Pane {...shown} {...other} id={beside} close={() => alone(episodeId)} />
      </div>
      <Bar
        clock={clock.current}
        dt={dt}
        steps={steps}
        recordings={[one.recording, other.recording]}
        link={(at) => {
          window.history.replaceState(null, '', hashOf({ ...moment, step: at }));
          return window.location.href;
        }}
      />
    </section>
  );
}

function Pane(props: {
  id: string;
  recording: Recording | undefined;
  error: string | undefined;
  clock: ClipClock;
  camera: string;
  /** Of the longer one. */
  steps: number;
  close: () => void;
}) {
  const { id, recording, error, clock, camera, steps, close } = props;
  const { container, stage } = useStage(camera);
  const bars = useRef<HTMLDivElement>(null);
  useDrawing(stage, recording, clock, bars);
  return (
    <div className="pane" data-testid="pane" data-episode={id}>
      {error && (
        <Alert color="red" title="This episode cannot be shown">
          {error}
        </Alert>
      )}
      <Group justify="space-between" wrap="nowrap" gap="xs">
        {recording ? <About recording={recording} /> : <span />}
        <Tooltip label="The other one alone">
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={`leave ${id} out`}
            onClick={close}
            data-testid="leave-out"
          >
            <IconX size={16} />
          </ActionIcon>
        </Tooltip>
      </Group>
      <Picture container={container} bars={bars} />
      {recording && (
        <div className="strip" style={{ width: `${(100 * recording.row.length) / steps}%` }}>
          <Strip recording={recording} />
        </div>
      )}
    </div>
  );
}

function Bar(props: {
  clock: ClipClock;
  dt: number;
  steps: number;
  recordings: readonly [Recording | undefined, Recording | undefined];
  link: (step: number) => string;
}) {
  const { clock, dt, steps, recordings, link } = props;
  const length = steps * dt;
  const shown = useClock({ clock, advance: (elapsed) => advance(clock, elapsed, length) });
  const step = Math.round(shown.time / dt);
  return (
    <>
      <Group gap="sm" wrap="nowrap" className="timeline">
        <PlayButton clock={clock} playing={shown.playing} length={length} />
        <div className="track">
          <Parting recordings={recordings} steps={steps} />
          <StepSlider clock={clock} dt={dt} steps={steps} step={step} of="both episodes" />
        </div>
        <Text size="sm" className="mono" data-testid="beside-time" data-step={step}>
          {shown.time.toFixed(1)} s
        </Text>
        <Pace clock={clock} />
      </Group>
      <Group gap="xs">
        <LinkToMoment link={() => link(step)} />
      </Group>
    </>
  );
}

/** Where they part from each other for as long as both go on, once both are fetched. */
function Parting(props: {
  recordings: readonly [Recording | undefined, Recording | undefined];
  steps: number;
}) {
  const [one, other] = props.recordings;
  const length = Math.min(one?.row.length ?? 0, other?.row.length ?? 0);
  const first = useMoving(one, length);
  const second = useMoving(other, length);
  const both = useMemo(() => (first && second ? [first, second] : []), [first, second]);
  if (both.length === 0) return null;
  return (
    <div className="common" style={{ width: `${(100 * length) / props.steps}%` }}>
      <DifferenceMarks clips={both} agent={0} what="episodes" />
    </div>
  );
}

/** The first `length` steps. */
function useMoving(recording: Recording | undefined, length: number): Moving | undefined {
  const client = useClient();
  const pieces = recording?.pieces;
  return useMemo(
    () => pieces && movingOf(pieces, length, agentOf(client.scene(pieces[0]?.sceneId ?? -1))),
    [client, pieces, length],
  );
}

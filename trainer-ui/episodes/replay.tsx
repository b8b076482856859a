/** One episode again: any moment, any camera, what was done beside what the agent wanted. */
import { Alert, Group, Text, Title } from '@mantine/core';
import { useRef, useState } from 'react';
import { EpisodeComments } from '../comments/episode-comments.tsx';
import { advance, type ClipClock, createClock, toggle } from '../compare/clip-clock.ts';
import { useApp, useClient } from '../context.ts';
import { REPLAY } from '../core/bindings.ts';
import { endReasonOf } from '../core/end-reason.ts';
import { hashOf, type Moment } from '../core/moment.ts';
import { Critique } from '../critique/critique.tsx';
import { ForceLegend } from '../live/force-legend.tsx';
import { OverlaySwitch } from '../live/forces-toggle.tsx';
import { Decision } from '../record/decision.tsx';
import { useBindings } from '../use-keys.ts';
import { Asks } from './asks.tsx';
import { Cameras } from './cameras.tsx';
import { Picture, useDrawing, useStage } from './picture.tsx';
import type { Recording } from './recording.ts';
import { ReplayBar } from './replay-bar.tsx';
import { useRecording } from './use-recording.ts';

export function Replay({ moment }: { moment: Moment }) {
  const { episodeId, step } = moment;
  const client = useClient();
  const { recording, error } = useRecording(episodeId, step);
  const dt = useApp((s) => s.welcome?.environment.controlDt ?? 0.1);
  const clock = useRef({
    ...createClock(),
    loop: false,
    playing: client.isRecorded && step === 0,
    time: step * dt,
  });
  const [camera, setCamera] = useState('chase');
  const { container, stage } = useStage(camera);
  const bars = useRef<HTMLDivElement>(null);
  const length = (recording?.row.length ?? 0) * dt;
  useDrawing(stage, recording, clock.current, bars);
  useReplayKeys(clock.current, dt, length);
  return (
    <section className="replay" aria-label="replay" data-testid="replay" data-episode={episodeId}>
      {error && (
        <Alert color="red" title="This episode cannot be shown">
          {error}
        </Alert>
      )}
      <Group justify="space-between" gap="xs">
        {recording && <About recording={recording} />}
        <Group gap="xs">
          <ForceLegend stage={stage} />
          <OverlaySwitch />
          <Cameras camera={camera} choose={setCamera} />
        </Group>
      </Group>
      {recording && <Decision row={recording.row} />}
      <Picture container={container} bars={bars} />
      {recording && stage && (
        <ReplayBar
          clock={clock.current}
          dt={dt}
          recording={recording}
          stage={stage}
          link={(at) => {
            window.history.replaceState(null, '', hashOf({ episodeId, step: at }));
            return window.location.href;
          }}
          advance={(elapsed) => advance(clock.current, elapsed, length)}
        />
      )}
      {recording && !client.isRecorded && (
        <Said episodeId={episodeId} steps={recording.row.length} dt={dt} clock={clock.current} />
      )}
    </section>
  );
}

/** What people think of it. */
function Said(about: { episodeId: string; steps: number; dt: number; clock: ClipClock }) {
  return (
    <>
      <Asks
        episodeId={about.episodeId}
        dt={about.dt}
        go={(step) => {
          about.clock.playing = false;
          about.clock.time = step * about.dt;
        }}
      />
      <Critique {...about} />
      <EpisodeComments key={about.episodeId} {...about} />
    </>
  );
}

export function useReplayKeys(clock: ClipClock, dt: number, length: number): void {
  const go = (steps: number) => {
    clock.playing = false;
    clock.time = Math.max(0, Math.min(length, (Math.round(clock.time / dt) + steps) * dt));
  };
  useBindings(REPLAY, {
    play: () => toggle(clock, length),
    back: () => go(-1),
    on: () => go(1),
    start: () => go(-1e9),
    end: () => go(1e9),
  });
}

export function About({ recording: { row } }: { recording: Recording }) {
  const known = useApp((s) => s.welcome?.environment.endReasons);
  const { live, seed, summary, end, endReason, humanSteps, recording } = row;
  const facts = [
    `seed ${seed}`,
    `return ${(summary['return'] ?? 0).toFixed(1)}`,
    `cost ${(summary['cost'] ?? 0).toFixed(0)}`,
    ...(humanSteps > 0 ? [`${humanSteps} steps by people`] : []),
    `ends: ${endReasonOf(endReason || end, known).label}`,
  ];
  return (
    <div>
      <Title order={2} size="h6">
        {recording ? 'Recording' : live ? 'Live episode' : 'Rollout'}
      </Title>
      <Text size="sm" data-testid="replay-facts">
        {facts.join(' · ')}
      </Text>
    </div>
  );
}

/** One episode again: any moment, any camera, what was done beside what the agent wanted. */
import { Alert, Group, NativeSelect, SegmentedControl, Text, Title } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { EpisodeComments } from '../comments/episode-comments.tsx';
import { advance, type ClipClock, createClock, toggle } from '../compare/clip-clock.ts';
import { useApp, useClient } from '../context.ts';
import { CAMERAS, ownCameras, REPLAY } from '../core/bindings.ts';
import { endReasonOf } from '../core/end-reason.ts';
import { hashOf, type Moment } from '../core/moment.ts';
import type { Welcome } from '../core/store.ts';
import { Critique } from '../critique/critique.tsx';
import { ActionBars, mirroredAxes, showActions } from '../live/action-bars.tsx';
import { createStage, type Stage } from '../scene/stage.ts';
import { useBindings } from '../use-keys.ts';
import { createRowPainter, ROUNDING } from './draw-row.ts';
import { ReplayBar } from './replay-bar.tsx';
import { type Recording, useRecording } from './use-recording.ts';

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
  const { container, stage } = useStage();
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
        <Cameras stage={stage} />
      </Group>
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
      <Critique {...about} />
      <EpisodeComments key={about.episodeId} {...about} />
    </>
  );
}

type Place = React.RefObject<HTMLDivElement | null>;

function Picture({ container, bars }: { container: Place; bars: Place }) {
  return (
    <div className="replay-picture">
      <div className="stage">
        <div className="canvas" ref={container} />
      </div>
      <div className="replay-bars glass" ref={bars}>
        <Text size="xs" className="mono" data-step="">
          –
        </Text>
        <ActionBars />
      </div>
    </div>
  );
}

/** A stage in the element that is given `container`. */
function useStage() {
  const container = useRef<HTMLDivElement>(null);
  const [stage, setStage] = useState<Stage>();
  useEffect(() => {
    if (!container.current) return;
    const made = createStage(container.current);
    setStage(made);
    return () => made.dispose();
  }, []);
  return { container, stage };
}

function useReplayKeys(clock: ClipClock, dt: number, length: number): void {
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

function About({ recording: { row } }: { recording: Recording }) {
  const known = useApp((s) => s.welcome?.environment.endReasons);
  const { live, seed, summary, end, endReason, humanSteps } = row;
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
        {live ? 'Live episode' : 'Rollout'}
      </Title>
      <Text size="sm" data-testid="replay-facts">
        {facts.join(' · ')}
      </Text>
    </div>
  );
}

/** The page's cameras and the model's own. */
function Cameras({ stage }: { stage: Stage | undefined }) {
  const [camera, setCamera] = useState<string>('chase');
  const own = ownCameras(useApp((s) => s.cameras));
  useEffect(() => stage?.setCamera(camera), [stage, camera]);
  return (
    <Group gap={6}>
      <SegmentedControl
        size="xs"
        aria-label="camera"
        value={camera}
        onChange={setCamera}
        data={CAMERAS.map(({ id, label }) => ({ value: id, label }))}
      />
      {own.length > 0 && (
        <NativeSelect
          size="xs"
          aria-label="camera of the model"
          value={own.includes(camera) ? camera : ''}
          data={[{ value: '', label: 'Model’s…', disabled: true }, ...own]}
          onChange={(event) => setCamera(event.currentTarget.value)}
        />
      )}
    </Group>
  );
}

/** Draws the row of the clock's time, past React. */
function useDrawing(
  stage: Stage | undefined,
  recording: Recording | undefined,
  clock: { readonly time: number },
  bars: React.RefObject<HTMLElement | null>,
): void {
  const client = useClient();
  const environment = useApp((s) => s.welcome?.environment);
  const newest = useRef(recording);
  newest.current = recording;
  useEffect(() => {
    if (!stage || !environment) return;
    const { controlDt: dt, controls } = environment;
    const mirrored = mirroredAxes(controls);
    const painter = createRowPainter(client, stage);
    let last = performance.now();
    let before = Number.POSITIVE_INFINITY;
    let told: Recording['steps'] | undefined;
    let handle = 0;
    const draw = (now: number) => {
      handle = requestAnimationFrame(draw);
      const shown = newest.current;
      if (!shown || stage.isHeld) return;
      const row = clock.time / dt;
      const step = Math.floor(row + ROUNDING);
      if (!painter.place(shown, row)) return;
      stage.render(Math.min(0.25, (now - last) / 1000), Math.abs(row - before) > 2);
      // What was done may come after the pictures.
      const isNews = step !== Math.floor(before + ROUNDING) || shown.steps !== told;
      told = shown.steps;
      if (bars.current && isNews) showStep(bars.current, shown, step, environment, mirrored);
      before = row;
      last = now;
    };
    handle = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(handle);
  }, [stage, environment, client, clock, bars]);
}

function showStep(
  root: HTMLElement,
  { steps, row: { length } }: Recording,
  step: number,
  environment: Welcome['environment'],
  mirrored: ReadonlySet<number>,
): void {
  const words = root.querySelector('[data-step]');
  const part = steps.find(({ from, to }) => step >= from && step < to);
  const i = part ? step - part.from : 0;
  const who = !part ? '' : part.sources[i] === 0 ? ' · agent' : ' · a person';
  if (words) words.textContent = `step ${step} of ${length}${who}`;
  if (words) (words as HTMLElement).dataset['step'] = String(step);
  const action = part?.actions[i];
  const wanted = part?.policyActions[i];
  if (action && wanted) showActions(root, action, wanted, environment, mirrored);
}

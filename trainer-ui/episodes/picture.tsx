/** The picture of a replay: a row of its recording, and what was done in it beside what the agent wanted. */
import { Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useApp, useClient } from '../context.ts';
import type { Welcome } from '../core/store.ts';
import { ActionBars, mirroredAxes, showActions } from '../live/action-bars.tsx';
import { debug } from '../live/picture.ts';
import { createStage, type Stage } from '../scene/stage.ts';
import { createRowPainter, ROUNDING } from './draw-row.ts';
import type { Recording } from './recording.ts';

type Place = React.RefObject<HTMLDivElement | null>;

/** The picture with what was done over it. */
export function Picture({ container, bars }: { container: Place; bars: Place }) {
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
        <Text size="xs" c="dimmed" mt={4}>
          Line ahead: where it went. What was predicted then is not kept.
        </Text>
        <Text size="xs" data-overlays="" data-testid="overlay-words" />
      </div>
    </div>
  );
}

/** A stage in the element that is given `container`, seen by that camera. */
export function useStage(camera: string) {
  const container = useRef<HTMLDivElement>(null);
  const [stage, setStage] = useState<Stage>();
  useEffect(() => {
    if (!container.current) return;
    const made = createStage(container.current);
    setStage(made);
    return () => made.dispose();
  }, []);
  useEffect(() => stage?.setCamera(camera), [stage, camera]);
  return { container, stage };
}

/** Draws the row of the clock's time, past React. */
export function useDrawing(
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
      debug.replayedRays = painter.rays;
      if (bars.current) sayOverlays(bars.current, painter.words(shown, step));
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

/** By `SOURCE_CODE`. */
const WHO = [
  'agent',
  'a person',
  'a person with the agent',
  'agent, fading in after a person',
  'nobody: braked',
];

function sayOverlays(root: HTMLElement, words: string): void {
  const line = root.querySelector('[data-overlays]');
  if (line && line.textContent !== words) line.textContent = words;
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
  const who = part ? ` · ${WHO[part.sources[i] ?? 0]}` : '';
  if (words) words.textContent = `step ${Math.min(step, length)} of ${length}${who}`;
  if (words) (words as HTMLElement).dataset['step'] = String(step);
  const action = part?.actions[i];
  const wanted = part?.policyActions[i];
  if (action && wanted) showActions(root, action, wanted, environment, mirrored);
}

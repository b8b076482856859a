/** The last minute under the picture: reward, disagreement, who drove and what it cost; a point of it is gone back to, to drive from there. */
import './course.css';
import { Text, Tooltip } from '@mantine/core';
import { type RefObject, useEffect, useRef } from 'react';
import { useClient } from '../../context.ts';
import { rewind } from '../use-operator.ts';
import { drawCourse } from './draw.ts';
import { createHistory, type History, mostApart, SECONDS, scaleOf } from './history.ts';

const EVERY = 100;

export function Course() {
  const client = useClient();
  const canvas = useRef<HTMLCanvasElement>(null);
  const scale = useRef<HTMLDivElement>(null);
  const range = useRef<HTMLInputElement>(null);
  const history = useRef<History>(undefined);
  history.current ??= createHistory();
  useEffect(() => {
    const timer = setInterval(() => {
      const frame = client.frames.shown;
      const { current } = history;
      if (!frame || !current || !canvas.current || !scale.current) return;
      current.see(frame);
      const shown = shownLine(current);
      tell(scale.current, shown, -Number(range.current?.value ?? 0));
      drawCourse(canvas.current, current.instants, shown.values, shown.scale, shown.apart);
    }, EVERY);
    return () => clearInterval(timer);
  }, [client]);
  return (
    <section className="course-of-live glass" aria-label="the last minute" data-testid="course">
      <div ref={scale} className="course-scale">
        <Text size="xs" data-course="name" />
        <Text size="xs" className="mono" data-course="high" />
        <Text size="xs" className="mono" data-course="low" />
        <Tooltip label={APART} multiline maw={320}>
          <Text size="xs" className="course-apart" data-course="apartName" />
        </Tooltip>
        <Text size="xs" className="mono" data-course="apart" data-testid="course-apart" />
      </div>
      <div className="course-time">
        <canvas ref={canvas} aria-hidden />
        <BackTo history={history} range={range} />
      </div>
    </section>
  );
}

const APART =
  'How far the members of the reward model are apart, the newest value: where this is high they have learned too little to say, and your answers teach most.';

/** The learned reward once there is one, else the environment's. */
function shownLine({ instants }: History) {
  const isLearned = instants.some((i) => Number.isFinite(i.learned));
  const values = instants.map((i) => (isLearned ? i.learned : i.reward));
  return {
    name: isLearned ? 'learned' : 'reward',
    values,
    scale: scaleOf(values),
    apart: mostApart(instants),
    apartNow: instants.at(-1)?.disagreement,
  };
}

/** `back`: seconds at which the handle is being held. */
function tell(
  root: HTMLElement,
  { name, scale, apart, apartNow }: ReturnType<typeof shownLine>,
  back: number,
): void {
  const words = {
    name: back > 0 ? `${back} s ago` : name,
    high: scale?.high.toFixed(2) ?? '',
    low: scale?.low.toFixed(2) ?? '',
    apartName: apart === undefined ? '' : 'disagreement',
    apart: apart === undefined ? '' : (apartNow ?? 0).toFixed(2),
  };
  for (const [id, text] of Object.entries(words))
    root.querySelector(`[data-course="${id}"]`)!.textContent = text;
}

/** The simulation goes back to where the handle is let go of, as far as this minute was seen. */
function BackTo(props: {
  history: RefObject<History | undefined>;
  range: RefObject<HTMLInputElement | null>;
}) {
  const { history, range } = props;
  const client = useClient();
  useEffect(() => {
    const input = range.current;
    if (!input) return;
    // React's `onChange` comes while it is moved.
    const onChange = () => {
      const seconds = -Number(input.value);
      input.value = '0';
      input.blur(); // arrow keys drive again
      const { instants } = history.current!;
      const known = instants.length > 0 ? instants.at(-1)!.time - instants[0]!.time : 0;
      if (seconds >= 1) rewind(client, Math.min(seconds, Math.max(1, known)));
    };
    input.addEventListener('change', onChange);
    return () => input.removeEventListener('change', onChange);
  }, [client, history, range]);
  return (
    <Tooltip label="Go back to a moment, and drive from there">
      <input
        ref={range}
        type="range"
        min={-SECONDS}
        max={0}
        step={1}
        defaultValue={0}
        aria-label="go back, seconds"
        onPointerUp={(event) => event.currentTarget.blur()}
        data-testid="course-back"
      />
    </Tooltip>
  );
}

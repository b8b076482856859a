/** A lane below a timeline, with stretches on it; another one is drawn with a pointer. */
import { type PointerEvent, useRef, useState } from 'react';
import { between, type Stretch } from './stretch.ts';

export interface LaneSpan extends Stretch {
  readonly id: string;
  readonly className: string;
}

export function Lane(props: {
  /** Of the whole timeline. */
  steps: number;
  spans: readonly LaneSpan[];
  /** How the stretch looks that is being drawn. */
  drawn: string;
  testId: string;
  /** undefined: nothing can be drawn. */
  onStretch: ((stretch: Stretch) => void) | undefined;
}) {
  const { steps, spans, onStretch } = props;
  const start = useRef<number>(undefined);
  const [drawn, setDrawn] = useState<Stretch>();
  const stepAt = ({ currentTarget, clientX }: PointerEvent<HTMLElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    return ((clientX - left) / width) * steps;
  };
  const end = (event: PointerEvent<HTMLElement>) => {
    if (start.current !== undefined && event.type === 'pointerup')
      onStretch?.(between(start.current, stepAt(event), steps));
    start.current = undefined;
    setDrawn(undefined);
  };
  return (
    <div
      className="brush-lane"
      data-testid={props.testId}
      onPointerDown={(event) => {
        if (!onStretch) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = stepAt(event);
        setDrawn(between(start.current, start.current, steps));
      }}
      onPointerMove={(event) => {
        if (start.current !== undefined) setDrawn(between(start.current, stepAt(event), steps));
      }}
      onPointerUp={end}
      onPointerCancel={end}
    >
      {spans.map((span) => (
        <Span key={span.id} stretch={span} steps={steps} className={span.className} />
      ))}
      {drawn && <Span stretch={drawn} steps={steps} className={props.drawn} />}
    </div>
  );
}

function Span(props: { stretch: Stretch; steps: number; className: string }) {
  const { stretch, steps, className } = props;
  const share = (n: number) => `${(100 * n) / steps}%`;
  return (
    <i
      className={className}
      style={{ left: share(stretch.from), width: share(stretch.to - stretch.from) }}
    />
  );
}

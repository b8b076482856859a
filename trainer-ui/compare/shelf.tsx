/** A ranking to be made by dragging: clips from the best on the left to the worst, those not placed yet beside them. */
import { Kbd, Text } from '@mantine/core';
import { type PointerEvent, useRef, useState } from 'react';
import { dropAt, dropOver, type Placing } from './ranking.ts';

/** Pixels from which a press is a drag. */
const DRAGGED = 6;

export function Shelf(props: {
  placing: Placing;
  clips: number;
  onChange: (next: Placing) => void;
}) {
  const { placing, clips, onChange } = props;
  const list = useRef<HTMLOListElement>(null);
  const placed = placing.flat();
  const others = Array.from({ length: clips }, (_, i) => i).filter((i) => !placed.includes(i));
  function drop(clip: number, x: number, y: number): void {
    const groups = [...(list.current?.querySelectorAll('[data-group]') ?? [])];
    const boxes = groups.map((group) => group.getBoundingClientRect());
    onChange(dropAt(placing, clip, dropOver(x, y, boxes)));
  }
  return (
    <section className="shelf" aria-label="ranking by dragging" data-testid="shelf">
      <Text size="xs" c="dimmed">
        Best
      </Text>
      <ol ref={list}>
        {placing.map((group, i) => (
          <li key={group.join()} data-group={i}>
            {group.map((clip) => (
              <Chip key={clip} clip={clip} onDrop={drop} />
            ))}
          </li>
        ))}
        {placing.length === 0 && <li className="hint">drag the best one here</li>}
      </ol>
      <Text size="xs" c="dimmed">
        Worst
      </Text>
      <div className="waiting">
        {others.map((clip) => (
          <Chip key={clip} clip={clip} onDrop={drop} />
        ))}
      </div>
    </section>
  );
}

function Chip({
  clip,
  onDrop,
}: {
  clip: number;
  onDrop: (clip: number, x: number, y: number) => void;
}) {
  const began = useRef<{ readonly x: number; readonly y: number }>(undefined);
  const [moved, setMoved] = useState<readonly [number, number]>();
  const end = (event: PointerEvent<HTMLElement>) => {
    if (moved && event.type === 'pointerup') onDrop(clip, event.clientX, event.clientY);
    began.current = undefined;
    setMoved(undefined);
  };
  return (
    <span
      className={`chip ${moved ? 'dragged' : ''}`}
      style={moved && { translate: `${moved[0]}px ${moved[1]}px` }}
      data-testid={`chip-${clip + 1}`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        began.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={({ clientX, clientY }) => {
        if (!began.current) return;
        const [x, y] = [clientX - began.current.x, clientY - began.current.y];
        if (moved || Math.hypot(x, y) > DRAGGED) setMoved([x, y]);
      }}
      onPointerUp={end}
      onPointerCancel={end}
    >
      <Kbd>{clip + 1}</Kbd>
    </span>
  );
}

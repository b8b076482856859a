/** What can be measured of a clip: its speed now, and once it has been seen to its end, the whole of it. */
import { Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Clip } from '../../server/protocol/index.ts';
import { useApp } from '../context.ts';
import type { ClipClock } from './clip-clock.ts';
import { clipSummary, speedAt } from './clip-summary.ts';

const EVERY = 100;

export function ClipFacts({ clip, clock }: { clip: Clip; clock: ClipClock }) {
  const speed = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState(false);
  const endReasons = useApp((s) => s.welcome?.environment.endReasons);
  useEffect(() => {
    setSeen(false);
    const end = (clip.rows - 1) * clip.dt;
    const timer = setInterval(() => {
      const now = speedAt(clip, clock.time);
      if (speed.current)
        speed.current.textContent = Number.isNaN(now) ? '' : `${now.toFixed(1)} m/s`;
      if (clock.time >= end - clip.dt / 2) setSeen(true);
    }, EVERY);
    return () => clearInterval(timer);
  }, [clip, clock]);
  return (
    <div className="clip-facts glass">
      <Text size="sm" className="mono" component="span" ref={speed} data-testid="clip-speed" />
      {seen && (
        <Text size="sm" component="span" data-testid="clip-summary">
          {clipSummary(clip, endReasons)}
        </Text>
      )}
    </div>
  );
}

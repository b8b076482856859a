/** Over a timeline: the stronger, the faster what is compared parts there. */
import { useMemo } from 'react';
import { differences, type Moving, PARTS } from './differences.ts';

export function DifferenceMarks(props: {
  /** The same until it shows something else. */
  clips: readonly Moving[];
  /** Its index among the bodies; -1: there is none. */
  agent: number;
  /** What they are called. */
  what: string;
}) {
  const { clips, agent, what } = props;
  const marks = useMemo(() => [...differences(clips, agent)], [clips, agent]);
  if (marks.every((m) => m === 0)) return null;
  const most = marks.indexOf(Math.max(...marks));
  const length = Math.max(...clips.map((c) => (c.rows - 1) * c.dt));
  return (
    <div
      className="marks"
      role="img"
      aria-label={`the ${what} differ most at ${((most / PARTS) * length).toFixed(1)} s`}
      title={`Stronger: the ${what} part faster here`}
      data-testid="differences"
    >
      {marks.map((m, part) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a part of the timeline
        <i key={part} style={{ opacity: m }} />
      ))}
    </div>
  );
}

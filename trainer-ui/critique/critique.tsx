/** Good and bad stretches: brushed with a pointer on a lane below the timeline, or begun and ended by a key. */
import './critique.css';
import { Button, Group, NativeSelect, SegmentedControl, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { ClipClock } from '../compare/clip-clock.ts';
import { useApp } from '../context.ts';
import { firstKey, MARKS } from '../core/bindings.ts';
import { useBindings } from '../use-keys.ts';
import { Lane } from './lane.tsx';
import { between, markWords, type Stretch } from './stretch.ts';
import { type Marks, useMarks } from './use-marks.ts';

type Value = 1 | -1;
const looks = (value: number) => (value > 0 ? 'good' : 'bad');

export function Critique(props: {
  episodeId: string;
  /** Step of the episode at which the timeline above begins. */
  first?: number;
  /** Of that timeline. */
  steps: number;
  dt: number;
  clock: ClipClock;
}) {
  const { episodeId, first = 0, steps, dt, clock } = props;
  const marks = useMarks(episodeId, first, steps);
  const [value, setValue] = useState<Value>(1);
  const [tag, setTag] = useState('');
  const [begun, setBegun] = useState<{ readonly value: Value; readonly at: number }>();
  const mark = (stretch: Stretch, as: Value) => marks.add(stretch, as, tag || undefined);
  const press = (as: Value) => {
    const at = clock.time / dt;
    setValue(as);
    if (begun?.value !== as) setBegun({ value: as, at });
    else {
      mark(between(begun.at, at, steps), as);
      setBegun(undefined);
    }
  };
  useBindings(MARKS, {
    good: () => press(1),
    bad: () => press(-1),
    undoMark() {
      const last = marks.marks.at(-1);
      if (last) marks.remove(last);
    },
  });
  return (
    <section className="critique" aria-label="good and bad stretches" data-testid="critique">
      <Lane
        steps={steps}
        spans={marks.marks.map((m) => ({ ...m, className: looks(m.value) }))}
        drawn={looks(value)}
        testId="brush-lane"
        onStretch={(s) => mark(s, value)}
      />
      <Group gap="xs">
        <SegmentedControl
          size="xs"
          aria-label="mark as"
          value={String(value)}
          onChange={(next) => setValue(Number(next) as Value)}
          data={[
            { value: '1', label: `Good (${firstKey(MARKS.good)})` },
            { value: '-1', label: `Bad (${firstKey(MARKS.bad)})` },
          ]}
        />
        <Tag tag={tag} choose={setTag} />
        <Text size="xs" c="dimmed" role="status" data-testid="critique-words">
          {begun
            ? `${begun.value > 0 ? 'Good' : 'Bad'} from ${(begun.at * dt).toFixed(1)} s: ${firstKey(begun.value > 0 ? MARKS.good : MARKS.bad)} again where it ends`
            : 'Draw a stretch on the lane above'}
        </Text>
      </Group>
      <MarkList marks={marks} dt={dt} clock={clock} />
    </section>
  );
}

/** Nothing where the study has no tags. */
function Tag({ tag, choose }: { tag: string; choose: (tag: string) => void }) {
  const tags = useApp((s) => s.welcome?.study?.tags) ?? [];
  if (tags.length === 0) return null;
  return (
    <NativeSelect
      size="xs"
      aria-label="tag"
      value={tag}
      onChange={(event) => {
        choose(event.currentTarget.value);
        event.currentTarget.blur(); // otherwise the next letter would choose in this list
      }}
      data={[{ value: '', label: 'No tag' }, ...tags]}
      data-testid="mark-tag"
    />
  );
}

function MarkList({ marks, dt, clock }: { marks: Marks; dt: number; clock: ClipClock }) {
  if (marks.marks.length === 0) return null;
  return (
    <ul className="marked" aria-label="marked stretches">
      {marks.marks.map((mark) => (
        <li key={mark.id}>
          <Button.Group>
            <Button
              size="compact-xs"
              variant="light"
              color={mark.value > 0 ? 'teal' : 'red'}
              onClick={(event) => {
                event.currentTarget.blur();
                clock.playing = false;
                clock.time = mark.from * dt;
              }}
              data-testid="mark"
            >
              {markWords(mark, dt)}
            </Button>
            <Button
              size="compact-xs"
              variant="light"
              color="gray"
              px={6}
              aria-label={`take back: ${markWords(mark, dt)}`}
              onClick={() => marks.remove(mark)}
              data-testid="unmark"
            >
              <IconX size={14} aria-hidden />
            </Button>
          </Button.Group>
        </li>
      ))}
    </ul>
  );
}

/** How person and agent act together: who has which share of an action, and how control goes back. */
import { SegmentedControl, Text, Title } from '@mantine/core';
import { useId } from 'react';
import { useApp, useClient } from '../../context.ts';
import { newId } from '../../core/client.ts';

const FADES = [
  { value: '0', label: 'at once' },
  { value: '0.25', label: '¼ s' },
  { value: '0.5', label: '½ s' },
  { value: '1', label: '1 s' },
  { value: '2', label: '2 s' },
];

const SHARES = [
  { value: '1', label: 'all' },
  { value: '0.75', label: '75 %' },
  { value: '0.5', label: '50 %' },
  { value: '0.25', label: '25 %' },
];

export function Handing() {
  const client = useClient();
  const fade = useApp((s) => s.status?.fadeSeconds ?? 0);
  const share = useApp((s) => s.status?.share ?? 1);
  return (
    <>
      <Choice
        title="Handing back"
        value={String(fade)}
        options={FADES}
        onChange={(seconds) =>
          client.send({ type: 'control', id: newId(), action: 'fade', seconds: Number(seconds) })
        }
      >
        For so long your last action fades into the agent’s once you let go. Silence and stops give
        it back at once.
      </Choice>
      <Choice
        title="Your share of an action"
        value={String(share)}
        options={SHARES}
        onChange={(share) =>
          client.send({ type: 'control', id: newId(), action: 'share', share: Number(share) })
        }
      >
        Below all of it, you and the agent drive together on the axes that you move, and the others
        are the agent’s. What you do so is not learned as a demonstration.
      </Choice>
    </>
  );
}

function Choice(props: {
  title: string;
  value: string;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
  children: string;
}) {
  const { title, value, options, onChange, children } = props;
  const id = useId();
  return (
    <section className="axis" aria-labelledby={id}>
      <Title order={3} size="h6" id={id}>
        {title}
      </Title>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-labelledby={id}
        value={value}
        onChange={onChange}
        data={options}
      />
      <Text size="sm" c="dimmed">
        {children}
      </Text>
    </section>
  );
}

/** The agent asks: for a person to drive, or whether it may do what it is about to do. Answered by keys or buttons. */
import { Button, Group, Kbd, Text } from '@mantine/core';
import { IconAlertTriangleFilled } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { whyWords } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import { firstKey, LIVE, takeOverKeys } from '../core/bindings.ts';
import { Countdown } from './countdown.tsx';
import { answer } from './use-operator.ts';

export function HelpPanel() {
  const environment = useApp((s) => s.welcome?.environment);
  const brakes = useApp((s) => s.status?.releaseTo === 'brake');
  const gamepad = useApp((s) => s.gamepad !== undefined);
  const keys = environment ? takeOverKeys(environment.controls) : [];
  return (
    <Panel title="The robot asks for help: take over" yes="Take over" no="Decline">
      <Group gap={6}>
        <Text size="sm" fw={600}>
          {brakes ? 'It brakes until then. Hold' : 'It drives on until then. Hold'}
        </Text>
        {keys.map((key) => (
          <Kbd key={key} size="sm">
            {key}
          </Kbd>
        ))}
        {gamepad && (
          <Text size="sm" fw={600}>
            or the gamepad
          </Text>
        )}
      </Group>
      <Text size="sm">
        <Why />
        <Countdown what="it goes on by itself" />
      </Text>
    </Panel>
  );
}

export function ApprovalPanel() {
  return (
    <Panel title="May the agent go on?" yes="Allow" no="Don’t">
      <Text size="sm">
        <Why /> It waits. Its next two seconds are drawn, red where it does damage. To drive takes
        over.
        <Countdown what="it brakes" />
      </Text>
    </Panel>
  );
}

/** Which conditions made it ask. */
function Why() {
  const conditions = useApp((s) => s.status?.ask?.conditions);
  return conditions ? <span data-testid="why">{whyWords(conditions)}</span> : null;
}

function Panel(props: { title: string; yes: string; no: string; children: ReactNode }) {
  const { title, yes, no, children } = props;
  const client = useClient();
  return (
    <div className="take-over" data-testid="ask">
      <Group gap="md" wrap="nowrap" align="start">
        <IconAlertTriangleFilled size={34} aria-hidden />
        <div>
          <Text fw={800} size="xl" lh={1.2}>
            {title}
          </Text>
          {children}
          <Group gap={8} mt={8}>
            <Answer
              testId="ask-yes"
              label={yes}
              at={LIVE.yes}
              onClick={() => answer(client, true)}
            />
            <Answer testId="ask-no" label={no} at={LIVE.no} onClick={() => answer(client, false)} />
          </Group>
        </div>
      </Group>
    </div>
  );
}

function Answer(props: {
  testId: string;
  label: string;
  at: (typeof LIVE)['yes' | 'no'];
  onClick: () => void;
}) {
  const { testId, label, at, onClick } = props;
  return (
    <Button
      className="answer"
      size="compact-md"
      variant="outline"
      rightSection={<Kbd size="xs">{firstKey(at)}</Kbd>}
      onClick={(event) => {
        event.currentTarget.blur(); // Space is the simulation's again
        onClick();
      }}
      data-testid={testId}
    >
      {label}
    </Button>
  );
}

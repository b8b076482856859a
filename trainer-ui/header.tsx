/** What runs here, the screens, and the state of things: the same on every screen. */
import { ActionIcon, Badge, Button, Group, SegmentedControl, Text, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconInfoCircle,
  IconKeyboard,
  IconSteeringWheel,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { AccountMenu } from './account-menu.tsx';
import { AlertList } from './alerts.tsx';
import { KeptAnswers } from './answers.tsx';
import { takeBack } from './compare/use-questions.ts';
import { useApp, useClient } from './context.ts';
import { PAGE, withKey } from './core/bindings.ts';
import type { AppState, Tab } from './core/store.ts';

export function Header(props: { asks: boolean; openGoal: () => void; openKeys: () => void }) {
  return (
    <div className="header">
      <Group gap="sm" wrap="nowrap" miw={0}>
        <IconSteeringWheel size={22} color="#1c7ed6" aria-hidden />
        <Text fw={700} size="lg" style={{ letterSpacing: '-0.02em' }}>
          Reins
        </Text>
        <EnvironmentTitle />
      </Group>
      <Screens asks={props.asks} />
      <Group gap={6} wrap="nowrap" justify="flex-end" miw={0}>
        <UndoLast />
        <KeptAnswers />
        <AlertList />
        <Connection />
        <HeaderButton label={withKey('The goal', PAGE.goal)} testId="goal" onClick={props.openGoal}>
          <IconInfoCircle size={18} />
        </HeaderButton>
        <HeaderButton label={withKey('Keys', PAGE.help)} testId="help" onClick={props.openKeys}>
          <IconKeyboard size={18} />
        </HeaderButton>
        <AccountMenu />
      </Group>
    </div>
  );
}

function HeaderButton(props: {
  label: string;
  testId: string;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon
        size="lg"
        variant="subtle"
        color="gray"
        aria-label={props.label}
        onClick={props.onClick}
        data-testid={props.testId}
      >
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}

function Screens({ asks }: { asks: boolean }) {
  const client = useClient();
  const tab = useApp((s) => s.tab);
  const openQueries = useApp((s) => s.status?.openQueries ?? 0);
  const looksAfter = useApp(looksAfterPeople);
  const labels: readonly (readonly [Tab, string])[] = [
    ['live', 'Live'],
    ['compare', `Compare${openQueries > 0 ? ` · ${openQueries}` : ''}`],
    ['episodes', 'Episodes'],
    ['learning', 'Learning'],
    ['runs', 'Runs'],
    ...(looksAfter ? [['people', 'People'] as const] : []),
  ];
  return (
    <SegmentedControl
      size="sm"
      aria-label="screen"
      value={tab}
      onChange={(value) => client.store.setState({ tab: value as Tab })}
      data={labels.map(([value, label]) => ({
        value,
        label: (
          <span
            data-testid={`tab-${value}`}
            className={asks && value === 'live' ? 'asks' : undefined}
          >
            {label}
          </span>
        ),
      }))}
    />
  );
}

/** Whoever works alone has nobody to look after, and sees nothing of it. */
function looksAfterPeople({ welcome, campaign }: AppState): boolean {
  const role = welcome?.person?.role;
  if (role === 'supervisor' || role === 'auditor') return true;
  return role === 'owner' && (welcome?.hasPeople === true || campaign !== undefined);
}

/** What runs here, and which policy is at the wheel. */
function EnvironmentTitle() {
  const welcome = useApp((s) => s.welcome);
  const version = useApp((s) => s.status?.policyVersion);
  if (!welcome) return null;
  return (
    <Text size="sm" c="dimmed" truncate visibleFrom="sm" data-testid="run" title={welcome.runId}>
      {welcome.environment.title} · {welcome.policy?.name ?? welcome.preset} · run{' '}
      {welcome.runId.slice(0, 8)}
      {version === undefined ? '' : ` · policy ${version}`}
    </Text>
  );
}

function Connection() {
  const connection = useApp((s) => s.connection);
  const look = {
    open: ['teal', 'connected'],
    connecting: ['gray', 'connecting'],
    lost: ['orange', 'reconnecting'],
    refused: ['red', 'refused'],
  } as const;
  const [colour, word] = look[connection];
  return (
    <Badge
      variant="dot"
      flex="none"
      color={colour}
      tt="none"
      data-testid="connection"
      data-state={connection}
      title={word}
    >
      <span className="wide-only">{word}</span>
      <span className="narrow-only" aria-hidden>
        {connection === 'open' ? '' : '!'}
      </span>
    </Badge>
  );
}

/** From any other screen too: the question is asked again under Compare. */
function UndoLast() {
  const client = useClient();
  const last = useApp((s) => s.answered.at(-1));
  const tab = useApp((s) => s.tab);
  if (!last || tab === 'compare') return null;
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      color="gray"
      flex="none"
      leftSection={<IconArrowBackUp size={16} />}
      visibleFrom="sm"
      onClick={() => {
        takeBack(client, last);
        client.store.setState({ tab: 'compare' });
      }}
      data-testid="undo-last"
    >
      Undo answer
    </Button>
  );
}

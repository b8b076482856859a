import { AppShell, Badge, Button, Group, Modal, SegmentedControl, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconKeyboard, IconSteeringWheel } from '@tabler/icons-react';
import { lazy, Suspense, useEffect } from 'react';
import { AlertList, useAlertNotices } from './alerts.tsx';
import { KeptAnswers, useWaitingWords } from './answers.tsx';
import { CompareView } from './compare/compare-view.tsx';
import { useApp, useClient } from './context.ts';
import { PAGE } from './core/bindings.ts';
import type { Tab } from './core/store.ts';
import { Footer } from './footer.tsx';
import { Keys } from './keys.tsx';
import { LiveView } from './live/live-view.tsx';
import { requestOf } from './live/request.ts';
import { useBindings } from './use-keys.ts';

const LearningView = lazy(() => import('./learning/learning-view.tsx'));

export function App() {
  const client = useClient();
  const tab = useApp((s) => s.tab);
  const openQueries = useApp((s) => s.status?.openQueries ?? 0);
  const [help, { toggle, close }] = useDisclosure(false);
  useBindings(PAGE, { help: toggle });
  useRefusals();
  useAlertNotices();
  const asks = useAsks();
  const setTab = (value: string) => client.store.setState({ tab: value as Tab });

  return (
    <AppShell header={{ height: 52 }} footer={{ height: 28 }} padding={0}>
      <AppShell.Header px="md" style={{ background: '#0e1217', borderColor: '#1c222a' }}>
        <div className="header">
          <Group gap="sm" wrap="nowrap" miw={0}>
            <IconSteeringWheel size={22} color="#4dabf7" aria-hidden />
            <Text fw={700} size="lg" style={{ letterSpacing: '-0.02em' }}>
              Reins
            </Text>
            <EnvironmentTitle />
          </Group>
          <SegmentedControl
            size="sm"
            value={tab}
            onChange={setTab}
            data={[
              {
                value: 'live',
                label: (
                  <span data-testid="tab-live" className={asks ? 'asks' : undefined}>
                    Live
                  </span>
                ),
              },
              {
                value: 'compare',
                label: (
                  <span data-testid="tab-compare">
                    Compare{openQueries > 0 ? ` · ${openQueries}` : ''}
                  </span>
                ),
              },
              { value: 'learning', label: <span data-testid="tab-learning">Learning</span> },
            ]}
          />
          <Group gap="sm" wrap="nowrap" justify="flex-end" miw={0}>
            <Applied />
            <KeptAnswers />
            <AlertList />
            <Connection />
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              leftSection={<IconKeyboard size={16} />}
              onClick={toggle}
              data-testid="help"
            >
              Keys
            </Button>
          </Group>
        </div>
      </AppShell.Header>
      <AppShell.Main style={{ height: '100dvh' }}>
        <ConnectionNotice />
        {tab === 'live' && <LiveView />}
        {tab === 'compare' && <CompareView />}
        {tab === 'learning' && (
          <Suspense fallback={null}>
            <LearningView />
          </Suspense>
        )}
      </AppShell.Main>
      <AppShell.Footer style={{ background: '#0e1217', borderColor: '#1c222a' }}>
        <Footer />
      </AppShell.Footer>
      <Modal opened={help} onClose={close} title="Keys" size="lg">
        <Keys />
      </Modal>
    </AppShell>
  );
}

/** Whether the agent asks for a person. Other tabs, of this page and of the browser, show it too. */
function useAsks(): boolean {
  const client = useClient();
  const asks = useApp((s) => requestOf(s, client.teacherId) === 'take-over');
  useEffect(() => {
    if (!asks) return;
    const title = document.title;
    document.title = `Help! – ${title}`;
    return () => {
      document.title = title;
    };
  }, [asks]);
  return asks;
}

/** What runs here, and which policy is at the wheel. */
function EnvironmentTitle() {
  const welcome = useApp((s) => s.welcome);
  const version = useApp((s) => s.status?.policyVersion);
  if (!welcome) return null;
  return (
    <Text size="sm" c="dimmed" truncate visibleFrom="sm" data-testid="run" title={welcome.runId}>
      {welcome.environment.title} · {welcome.preset} · run {welcome.runId.slice(0, 8)}
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
      data-testid="connection"
      data-state={connection}
    >
      {word}
    </Badge>
  );
}

/** What became of the last answer: the loop, closed. */
function Applied() {
  const applied = useApp((s) => s.applied);
  const sent = useApp((s) => s.sent);
  const acknowledged = useApp((s) => s.acknowledged);
  if (applied) {
    return (
      <Text
        size="xs"
        c="teal.3"
        truncate
        data-testid="applied"
        data-version={applied.policyVersion}
        visibleFrom="md"
      >
        Last answer: in policy {applied.policyVersion} after {formatMs(applied.latencyMs)}
      </Text>
    );
  }
  if (sent === 0) return null;
  return (
    <Text size="xs" c="dimmed" data-testid="applied-waiting" visibleFrom="md">
      {acknowledged < sent ? 'Storing your answer…' : 'Stored; the policy is learning from it…'}
    </Text>
  );
}

function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A full-width notice while the connection is not good. */
function ConnectionNotice() {
  const connection = useApp((s) => s.connection);
  const refusal = useApp((s) => s.refusal);
  const ever = useApp((s) => s.welcome !== undefined);
  const waiting = useWaitingWords();
  if (connection === 'open' || (connection === 'connecting' && !ever)) return null;
  const text =
    connection === 'refused'
      ? refusal
      : `Connection lost. Control is with the policy, ${waiting}; trying again…`;
  return (
    <div className="hud glass" role="status" data-testid="connection-notice" style={NOTICE}>
      <Text size="sm" fw={600} c={connection === 'refused' ? 'red.4' : 'orange.4'}>
        {text}
      </Text>
    </div>
  );
}
const NOTICE = {
  left: '50%',
  transform: 'translateX(-50%)',
  top: 66,
  padding: '10px 18px',
  zIndex: 300,
} as const;

function useRefusals(): void {
  const client = useClient();
  useEffect(
    () =>
      client.onError((message, code) => {
        notifications.show({ id: code, color: 'red', title: 'Refused', message, autoClose: 6000 });
      }),
    [client],
  );
}

import { Anchor, AppShell, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { lazy, Suspense, useEffect } from 'react';
import { useAlertNotices } from './alerts.tsx';
import { useWaitingWords } from './answers.tsx';
import { CompareView } from './compare/compare-view.tsx';
import { useApp, useClient } from './context.ts';
import { PAGE } from './core/bindings.ts';
import { useDeadKeys } from './dead-keys.ts';
import { Footer } from './footer.tsx';
import { GoalDialog } from './goal/goal.tsx';
import { Header } from './header.tsx';
import { Keys } from './keys.tsx';
import { LiveView } from './live/live-view.tsx';
import { asksElsewhere, requestOf } from './live/request.ts';
import { useDrivingKeys } from './live/use-driving-keys.ts';
import { useRecorder } from './record/use-recorder.ts';
import { ConsentDialog } from './study/consent.tsx';
import { Practice } from './tour/practice.tsx';
import { Tour } from './tour/tour.tsx';
import { useTourStep } from './tour/use-tour.ts';
import { useBindings } from './use-keys.ts';

const EpisodesView = lazy(() => import('./episodes/episodes-view.tsx'));
const RunsView = lazy(() => import('./runs/runs-view.tsx'));
const LearningView = lazy(() => import('./learning/learning-view.tsx'));
const PeopleView = lazy(() => import('./people/people-view.tsx'));

export function App() {
  const tab = useApp((s) => s.tab);
  const [help, keys] = useDisclosure(false);
  const [goalOpen, goal] = useDisclosure(false);
  const drives = useDrivingKeys();
  useBindings(PAGE, { help: keys.toggle, goal: goal.toggle }, drives);
  useDeadKeys();
  useRefusals();
  useAlertNotices();
  useRecorder();
  const asks = useAsks();
  const isPractice = useTourStep()?.id === 'practice';
  return (
    <AppShell header={{ height: { base: 100, xs: 52 } }} footer={{ height: 28 }} padding={0}>
      <AppShell.Header px={{ base: 8, xs: 'md' }}>
        <Header asks={asks} openGoal={goal.open} openKeys={keys.open} />
      </AppShell.Header>
      <AppShell.Main>
        <ConnectionNotice />
        <Tour />
        {tab === 'live' && <LiveView />}
        {tab === 'compare' && (isPractice ? <Practice /> : <CompareView />)}
        {tab === 'episodes' && (
          <Suspense fallback={null}>
            <EpisodesView />
          </Suspense>
        )}
        {tab === 'learning' && (
          <Suspense fallback={null}>
            <LearningView />
          </Suspense>
        )}
        {tab === 'people' && (
          <Suspense fallback={null}>
            <PeopleView />
          </Suspense>
        )}
        {tab === 'runs' && (
          <Suspense fallback={null}>
            <RunsView />
          </Suspense>
        )}
      </AppShell.Main>
      <AppShell.Footer>
        <Footer />
      </AppShell.Footer>
      <Modal opened={help} onClose={keys.close} title="Keys" size="lg">
        <Keys />
      </Modal>
      <GoalDialog opened={goalOpen} onClose={goal.close} />
      <ConsentDialog />
    </AppShell>
  );
}

/** Whether the agent asks for a person. Other tabs, of this page and of the browser, show it too. */
function useAsks(): boolean {
  const client = useClient();
  const asks = useApp((s) => {
    const request = requestOf(s, client.teacherId);
    return request === 'take-over' || request === 'approval' || asksElsewhere(s) !== undefined;
  });
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

/** A notice while the connection is not good. */
function ConnectionNotice() {
  const connection = useApp((s) => s.connection);
  const refusal = useApp((s) => s.refusal);
  const ever = useApp((s) => s.welcome !== undefined);
  const asksToSignIn = useApp((s) => s.asksToSignIn);
  const waiting = useWaitingWords();
  if (connection === 'open' || (connection === 'connecting' && !ever)) return null;
  if (connection === 'refused' && asksToSignIn) return <SignedOut waiting={waiting} />;
  const text =
    connection === 'refused'
      ? refusal
      : `Connection lost. Control is with the policy, ${waiting}; trying again…`;
  return (
    <div className="notice glass" role="status" data-testid="connection-notice">
      <Text size="sm" fw={600}>
        {text}
      </Text>
    </div>
  );
}

/** The login is over, or the account may do something else now: what was answered stays here until somebody signs in. */
function SignedOut({ waiting }: { waiting: string }) {
  const endsHere = useApp((s) => s.answers.isWithheld || !s.answers.isKept);
  return (
    <div className="notice glass" role="alert" data-testid="signed-out">
      <Text size="sm" fw={600}>
        You are signed out; {waiting}.{' '}
        <Anchor href="sign-in" {...(endsHere && { target: '_blank' })}>
          Sign in
        </Anchor>{' '}
        to go on.
      </Text>
    </div>
  );
}

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

/** The page that plays a recorded session: `session.bin` beside it, and no server. */
import '@mantine/core/styles.css';
import '../style.css';
import './session.css';
import {
  ActionIcon,
  Alert,
  MantineProvider,
  Text,
  Title,
  useMantineColorScheme,
} from '@mantine/core';
import { IconBrightnessHalf, IconSteeringWheel } from '@tabler/icons-react';
import { createRoot } from 'react-dom/client';
import { decodeSession, type RecordedSession } from '../../server/protocol/index.ts';
import { ClientContext } from '../context.ts';
import { momentOf } from '../core/moment.ts';
import EpisodesView from '../episodes/episodes-view.tsx';
import { theme } from '../theme.ts';
import { createRecordedClient } from './recorded-client.ts';

/** @throws Error in words */
async function loadSession(): Promise<RecordedSession> {
  const response = await fetch(new URL('session.bin', window.location.href));
  if (!response.ok || !response.body)
    throw new Error(
      `session.bin: the web server answered ${response.status}; it belongs beside this page`,
    );
  const unpacked = response.body.pipeThrough(new DecompressionStream('gzip'));
  return decodeSession(new Uint8Array(await new Response(unpacked).arrayBuffer()));
}

/** Where people drove, if they did anywhere: that is what is to be seen. */
function firstMoment({ episodes }: RecordedSession) {
  const first = episodes.find(({ humanSteps }) => humanSteps > 0) ?? episodes[0];
  return first && { episodeId: first.id, step: 0 };
}

function SessionPage({ session }: { session: RecordedSession }) {
  const { run, environment } = session;
  const when = new Date(run.createdAt).toLocaleDateString('en-GB');
  return (
    <div className="session">
      <header>
        <IconSteeringWheel size={22} aria-hidden />
        <Title order={1} size="h5">
          {run.name ?? environment.title}
        </Title>
        <Text size="sm" c="dimmed">
          recorded {when}, preset {run.preset}, seed {run.seed}
        </Text>
        <LightOrDark />
      </header>
      <EpisodesView />
    </div>
  );
}

function LightOrDark() {
  const { toggleColorScheme } = useMantineColorScheme();
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      ml="auto"
      aria-label="light or dark"
      onClick={toggleColorScheme}
    >
      <IconBrightnessHalf size={18} />
    </ActionIcon>
  );
}

const root = createRoot(document.getElementById('root')!);
const around = (page: React.ReactNode) => (
  <MantineProvider theme={theme} defaultColorScheme="auto">
    {page}
  </MantineProvider>
);
try {
  const session = await loadSession();
  const client = createRecordedClient(session);
  client.store.setState({ moment: momentOf(window.location.hash) ?? firstMoment(session) });
  root.render(
    around(
      <ClientContext value={client}>
        <SessionPage session={session} />
      </ClientContext>,
    ),
  );
} catch (error) {
  root.render(
    around(
      <Alert color="red" title="This recording cannot be shown">
        {(error as Error).message}
      </Alert>,
    ),
  );
}

/** Practice questions: looked at and answered like real ones, told at once, and not sent. */
import { Center, Loader, Stack, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { ComparePair } from '../compare/compare-pair.tsx';
import type { Questions } from '../compare/use-questions.ts';
import { useApp, useClient } from '../context.ts';
import type { Client } from '../core/client.ts';
import { get } from '../core/http.ts';
import { type Practised, verdict } from './practice-verdict.ts';
import { useTour } from './use-tour.ts';

interface Pair extends Pick<Practised, 'better'> {
  readonly a: Segment;
  readonly b: Segment;
}
type Segment = Parameters<Client['clip']>[0];
type Loaded = Pair & Practised;

/** ms between looks while there is too little behaviour. */
const AGAIN = 2000;
/** ms for which an answer is told. */
const TOLD = 4000;

export function Practice() {
  const client = useClient();
  const pairs = usePairs();
  const { next } = useTour();
  const [at, setAt] = useState(0);
  const told = useApp((s) => s.practice);
  const endReasons = useApp((s) => s.welcome?.environment.endReasons);
  const waiting = useApp((s) => s.status?.openQueries ?? 0);
  useEffect(() => {
    if (told === undefined || !pairs) return;
    const timer = setTimeout(() => {
      if (at + 1 >= pairs.length) next();
      else {
        client.store.setState({ practice: undefined });
        setAt(at + 1);
      }
    }, TOLD);
    return () => clearTimeout(timer);
  }, [client, told, at, pairs, next]);
  const pair = pairs?.[at];
  if (!pair) return <Waiting />;
  const question = {
    query: { ...PRETENDED, id: `practice-${at}`, segments: [pair.a, pair.b] },
    clips: pair.clips,
  };
  const questions: Questions = {
    question,
    next: pairs[at + 1]?.clips,
    answer: (given) => {
      if (told === undefined)
        client.store.setState({
          practice: verdict(given.kind === 'compare' ? given.choice : undefined, pair, endReasons),
        });
    },
    undo() {},
    undoOne() {},
    answered: [],
    nextClip: undefined,
    drawn() {},
    count: at,
    waiting,
  };
  return <ComparePair question={question} questions={questions} />;
}

/** What a practice question has of a real one. */
const PRETENDED = {
  runId: 'practice',
  kind: 'compare',
  strategy: 'practice',
  score: 0,
  policyVersion: 0,
  createdAt: 0,
  expiresAt: 0,
} as const;

/** With their clips; asked for again until there is something to practise on. */
function usePairs(): readonly Loaded[] | undefined {
  const client = useClient();
  const [pairs, setPairs] = useState<readonly Loaded[]>();
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () =>
      load(client)
        .catch(() => []) // an episode is gone, or the connection is
        .then((found) => {
          if (isOver) return;
          if (found.length > 0) setPairs(found);
          else timer = setTimeout(look, AGAIN);
        });
    look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [client]);
  return pairs;
}

async function load(client: Client): Promise<Loaded[]> {
  const pairs = (await (await get('api/practice')).json()) as Pair[];
  return Promise.all(
    pairs.map(async (pair) => {
      const clips = await Promise.all([client.clip(pair.a), client.clip(pair.b)]);
      return { ...pair, clips };
    }),
  );
}

function Waiting() {
  return (
    <Center className="view" p="md" data-testid="practice-empty">
      <Stack align="center" gap="xs" maw={420}>
        <Title order={1} size="h4">
          Nothing to practise on yet
        </Title>
        <Text c="dimmed" ta="center" size="sm">
          The agent has to act a little before there are two clips that everybody can tell apart.
        </Text>
        <Loader size="sm" />
      </Stack>
    </Center>
  );
}

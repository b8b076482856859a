import {
  Anchor,
  Badge,
  ScrollArea,
  SimpleGrid,
  Stack,
  Table,
  Text,
  Title,
  VisuallyHidden,
} from '@mantine/core';
import { type ReactNode, useCallback } from 'react';
import type { EpisodeSummary, MetricsPoint } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import { endReasonOf } from '../core/end-reason.ts';
import { looksOn } from '../core/store.ts';
import { noLearning } from '../still-words.ts';
import { WideTable } from '../wide-table.tsx';
import { Behaviour } from './behaviour.tsx';
import { Chart } from './chart.tsx';
import { type ChartDescription, REWARD_CHARTS, RUN_CHARTS } from './charts.ts';
import { Drift } from './drift.tsx';
import { useOpenMoment } from './open-moment.tsx';
import { Promotion } from './promotion.tsx';
import { binsOf } from './reliability.ts';
import { ReliabilityDiagram } from './reliability-diagram.tsx';
import { Teaching } from './teaching/teaching.tsx';

export default function LearningView() {
  const points = useApp((s) => s.metrics);
  const episodes = useApp((s) => s.episodes);
  const policy = useApp((s) => s.welcome?.policy);
  const isLooking = useApp(looksOn);
  return (
    <ScrollArea className="view" data-testid="learning" viewportProps={{ tabIndex: 0 }}>
      <Stack p="md" gap="md">
        <VisuallyHidden component="h1">Learning</VisuallyHidden>
        {policy && <Text size="sm">{noLearning(policy)}</Text>}
        <Drift />
        <Title order={2} size="h5">
          The agent
        </Title>
        <Charts charts={RUN_CHARTS} points={points} />
        <Title order={2} size="h5">
          The reward model, judged on answers that it was not trained on
        </Title>
        <Charts charts={REWARD_CHARTS} points={points}>
          <ReliabilityDiagram bins={binsOf(points)} />
        </Charts>
        {!isLooking && <Teaching />}
        {!policy && <Promotion />}
        <Behaviour />
        <Title order={2} size="h5">
          Newest episodes
        </Title>
        <Episodes episodes={episodes} />
      </Stack>
    </ScrollArea>
  );
}

function Charts(props: {
  charts: readonly ChartDescription[];
  points: readonly MetricsPoint[];
  children?: ReactNode;
}) {
  const openMoment = useOpenMoment();
  const { isRecorded } = useClient();
  const open = useCallback(({ time }: MetricsPoint) => openMoment(time), [openMoment]);
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }} spacing="md">
      {props.charts.map((chart) => (
        <Chart
          key={chart.title}
          {...chart}
          points={props.points}
          {...(isRecorded ? {} : { onOpen: open })}
        />
      ))}
      {props.children}
    </SimpleGrid>
  );
}

const COLOUR = { success: 'teal.9', failure: 'red.9', neutral: 'gray.7' } as const;

/** How an episode ended: the environment's reason, or what cut it off. */
function End({ episode }: { episode: EpisodeSummary }) {
  const known = useApp((s) => s.welcome?.environment.endReasons);
  const { label, severity } = endReasonOf(episode.endReason || episode.end, known);
  // A reason may say nothing about success: a time limit, or an ending of a user's own model.
  const colour = COLOUR[severity === 'neutral' && episode.success ? 'success' : severity];
  return (
    <Badge size="sm" variant="filled" tt="none" color={colour}>
      {label}
    </Badge>
  );
}

function Episodes({ episodes }: { episodes: readonly EpisodeSummary[] }) {
  if (episodes.length === 0) {
    return (
      <Text size="sm" c="dimmed" ta="center" py="lg">
        Episodes appear here as they end.
      </Text>
    );
  }
  return (
    <WideTable label="newest episodes" minWidth={760}>
      <Table className="newest" striped highlightOnHover fz="sm" data-testid="episodes">
        <Table.Thead>
          <Table.Tr>
            {[
              'Episode',
              'End',
              'Steps',
              'Return',
              'Learned',
              'Cost',
              'Your steps',
              'Clipped',
              'Asked',
              'Policy',
            ].map((head) => (
              <Table.Th key={head}>{head}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="mono">
          {episodes.slice(0, 40).map((episode) => (
            <Row key={episode.episodeId} of={episode} />
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}

function Row({ of: e }: { of: EpisodeSummary }) {
  const client = useClient();
  const open = () =>
    client.store.setState({ tab: 'episodes', moment: { episodeId: e.episodeId, step: 0 } });
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor
          component="button"
          type="button"
          size="sm"
          underline="always"
          onClick={open}
          data-testid="open-newest"
          data-episode={e.episodeId}
        >
          {e.live ? 'live' : 'rollout'} · seed {e.seed}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <End episode={e} />
      </Table.Td>
      <Table.Td>{e.length}</Table.Td>
      <Table.Td>{e.return.toFixed(1)}</Table.Td>
      <Table.Td>{e.learnedReturn === null ? '–' : e.learnedReturn.toFixed(1)}</Table.Td>
      <Table.Td>{e.cost}</Table.Td>
      <Table.Td>{e.humanSteps}</Table.Td>
      <Table.Td title="steps on which a person asked for more than the action space allows">
        {e.clippedActions ?? 0}
      </Table.Td>
      <Table.Td title="steps on which the robot asked for a person">{e.askedSteps ?? 0}</Table.Td>
      <Table.Td>{e.policyVersion}</Table.Td>
    </Table.Tr>
  );
}

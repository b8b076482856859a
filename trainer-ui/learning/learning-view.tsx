import { Badge, ScrollArea, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import type { EpisodeSummary } from '../../server/protocol/index.ts';
import { useApp } from '../context.ts';
import { Chart, type Series } from './chart.tsx';

const series = (metric: string, label: string, colour: string, dash?: number[]): Series => ({
  metric,
  label,
  colour,
  ...(dash ? { dash } : {}),
});
const UNIT = [0, 1] as const;
const WAIT_EPISODE = 'after the first whole episode';
const WAIT_ANSWER = 'after the first answers';

const CHARTS: readonly {
  title: string;
  series: readonly Series[];
  range?: readonly [number, number];
  empty: string;
}[] = [
  {
    title: 'Success',
    series: [series('episode/success', 'success', '#51cf66')],
    range: UNIT,
    empty: WAIT_EPISODE,
  },
  {
    title: 'Episode return: environment and learned',
    series: [
      series('episode/return', 'environment', '#4dabf7'),
      series('episode/learned-return', 'learned', '#f783ac', [6, 4]),
    ],
    empty: WAIT_EPISODE,
  },
  {
    title: 'Cost an episode',
    series: [series('episode/cost', 'cost', '#ff922b')],
    empty: WAIT_EPISODE,
  },
  {
    title: 'Reward model: held-out accuracy and its ceiling',
    series: [
      series('reward/accuracy', 'accuracy', '#f783ac'),
      series('reward/ceiling', 'ceiling', '#8b95a3', [4, 4]),
    ],
    range: UNIT,
    empty: WAIT_ANSWER,
  },
  {
    title: 'Takeovers per 100 steps',
    series: [series('human/overrides-per-100', 'takeovers', '#ff922b')],
    empty: WAIT_EPISODE,
  },
  {
    title: 'Answers a minute',
    series: [series('human/answers-per-minute', 'answers', '#da77f2')],
    empty: WAIT_ANSWER,
  },
  {
    title: 'Losses',
    series: [
      series('loss/critic', 'critic', '#4dabf7'),
      series('loss/actor', 'actor', '#51cf66'),
      series('reward/loss', 'reward model', '#f783ac'),
    ],
    empty: 'once the learner has enough experience',
  },
  {
    title: 'Speed: steps and updates a second',
    series: [
      series('speed/steps-per-second', 'steps', '#4dabf7'),
      series('speed/updates-per-second', 'updates', '#51cf66'),
    ],
    empty: 'in a second',
  },
];

export default function LearningView() {
  const points = useApp((s) => s.metrics);
  const episodes = useApp((s) => s.episodes);
  return (
    <ScrollArea h="calc(100dvh - 80px)" data-testid="learning">
      <Stack p="md" gap="md">
        <SimpleGrid cols={{ base: 1, sm: 2, xl: 4 }} spacing="md">
          {CHARTS.map((chart) => (
            <Chart key={chart.title} {...chart} points={points} />
          ))}
        </SimpleGrid>
        <Episodes episodes={episodes} />
      </Stack>
    </ScrollArea>
  );
}

const ENDS: Readonly<Record<string, string>> = {
  success: 'teal',
  outOfRoad: 'red',
  crash: 'red',
  horizon: 'gray',
};

function Episodes({ episodes }: { episodes: readonly EpisodeSummary[] }) {
  if (episodes.length === 0) {
    return (
      <Text size="sm" c="dimmed" ta="center" py="lg">
        Episodes appear here as they end.
      </Text>
    );
  }
  return (
    <Table striped highlightOnHover stickyHeader fz="sm" data-testid="episodes">
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
        {episodes.slice(0, 40).map((e) => (
          <Table.Tr key={e.episodeId}>
            <Table.Td>
              {e.live ? 'live' : 'rollout'} · road {e.seed}
            </Table.Td>
            <Table.Td>
              <Badge size="sm" variant="light" color={ENDS[e.endReason] ?? 'gray'}>
                {e.endReason || e.end}
              </Badge>
            </Table.Td>
            <Table.Td>{e.length}</Table.Td>
            <Table.Td>{e.return.toFixed(1)}</Table.Td>
            <Table.Td>{e.learnedReturn === null ? '–' : e.learnedReturn.toFixed(1)}</Table.Td>
            <Table.Td>{e.cost}</Table.Td>
            <Table.Td>{e.humanSteps}</Table.Td>
            <Table.Td title="steps on which a person asked for more than the action space allows">
              {e.clippedActions ?? 0}
            </Table.Td>
            <Table.Td title="steps on which the robot asked for a person">
              {e.askedSteps ?? 0}
            </Table.Td>
            <Table.Td>{e.policyVersion}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

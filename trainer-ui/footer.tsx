import { Group, Text, Tooltip } from '@mantine/core';
import { useApp } from './context.ts';
import { TakeoverTotals } from './takeover-totals.tsx';

const LEARNER = {
  starting: 'learner starting',
  'warming-up': 'learner collects experience',
  learning: 'learning',
  idle: 'learner idle',
  restarting: 'learner restarting',
} as const;

export function Footer() {
  const welcome = useApp((s) => s.welcome);
  const status = useApp((s) => s.status);
  const roundTrip = useApp((s) => s.roundTripMs);
  if (!welcome || !status) return null;
  const number = (n: number) => n.toLocaleString('en');
  return (
    <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="lg">
      <Group gap="lg" wrap="nowrap">
        <Tooltip label={welcome.backend.reason} multiline maw={380}>
          <Text size="xs" c="dimmed" data-testid="backend">
            TensorFlow.js on {welcome.backend.name}
          </Text>
        </Tooltip>
        <Text size="xs" c="dimmed" data-testid="learner">
          {LEARNER[status.learner]}
        </Text>
        <TakeoverTotals />
      </Group>
      <Group gap="lg" wrap="nowrap" className="mono">
        <Text size="xs" c="dimmed" data-testid="policy-version" data-version={status.policyVersion}>
          policy {status.policyVersion}
        </Text>
        <Text size="xs" c="dimmed" data-testid="environment-steps">
          {number(status.environmentSteps)} steps
        </Text>
        <Text size="xs" c="dimmed">
          {number(status.learnerUpdates)} updates
        </Text>
        <Text size="xs" c="dimmed" data-testid="labels">
          {number(status.labels)} answers
        </Text>
        <Text size="xs" c={status.droppedFrames > 0 ? 'orange.4' : 'dimmed'} visibleFrom="md">
          {status.droppedFrames} frames dropped
        </Text>
        <Text size="xs" c="dimmed" visibleFrom="md">
          {roundTrip === undefined ? '–' : `${Math.round(roundTrip)} ms`}
        </Text>
        <Text size="xs" c="dimmed" visibleFrom="lg">
          v{welcome.serverVersion}
        </Text>
      </Group>
    </Group>
  );
}

import { Box, Text, Tooltip } from '@mantine/core';
import { useApp } from './context.ts';
import { LastAnswer } from './last-answer.tsx';
import { TakeoverTotals } from './takeover-totals.tsx';

const LEARNER = {
  starting: 'learner starting',
  'warming-up': 'learner collects experience',
  learning: 'learning',
  idle: 'learner idle',
  restarting: 'learner restarting',
  still: 'nothing learns',
} as const;

/** In words: TensorFlow.js's backends by their names, graphs by what runs them. */
const engineOf = (backend: string) =>
  backend === 'onnx' ? 'ONNX Runtime' : `TensorFlow.js on ${backend}`;

export function Footer() {
  const welcome = useApp((s) => s.welcome);
  const status = useApp((s) => s.status);
  const roundTrip = useApp((s) => s.roundTripMs);
  if (!welcome || !status) return null;
  const number = (n: number) => n.toLocaleString('en');
  return (
    <Box className="footer" px="md">
      <div>
        {!welcome.policy && (
          <Tooltip label={welcome.backend.reason} multiline maw={380}>
            <Text size="xs" c="dimmed" data-testid="backend" visibleFrom="xl">
              {engineOf(welcome.backend.name)}
            </Text>
          </Tooltip>
        )}
        <Text size="xs" c="dimmed" data-testid="learner">
          {LEARNER[status.learner]}
        </Text>
        <LastAnswer />
        <TakeoverTotals />
      </div>
      <div className="mono">
        <Text size="xs" c="dimmed" data-testid="policy-version" data-version={status.policyVersion}>
          policy {status.policyVersion}
        </Text>
        <Text size="xs" c="dimmed" data-testid="environment-steps" className="wide-only">
          {number(status.environmentSteps)} steps
        </Text>
        <Text size="xs" c="dimmed" className="wide-only">
          {number(status.learnerUpdates)} updates
        </Text>
        <Text size="xs" c="dimmed" data-testid="labels">
          {number(status.labels)} {status.labels === 1 ? 'answer' : 'answers'}
        </Text>
        {status.droppedFrames > 0 && (
          <Text size="xs" c="bright" visibleFrom="md">
            {number(status.droppedFrames)} frames dropped
          </Text>
        )}
        <Text size="xs" c="dimmed" visibleFrom="md">
          {roundTrip === undefined ? '–' : `${Math.round(roundTrip)} ms`}
        </Text>
        <Text size="xs" c="dimmed" visibleFrom="lg">
          v{welcome.serverVersion}
        </Text>
      </div>
    </Box>
  );
}

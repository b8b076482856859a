/** What became of the last answer: the loop, closed. In the footer, where nothing beside it makes it shorter. */
import { Text } from '@mantine/core';
import { useApp } from './context.ts';

export function LastAnswer() {
  const applied = useApp((s) => s.applied);
  const sent = useApp((s) => s.sent);
  const acknowledged = useApp((s) => s.acknowledged);
  if (applied) {
    return (
      <Text
        size="xs"
        c="bright"
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

/** How long what is kept, and what is held: for those who oversee. */
import { Alert, Stack, Table, Text, Title } from '@mantine/core';
import { retentionMeaning, retentionWords } from '../../server/protocol/index.ts';
import { usePolled } from '../use-polled.ts';
import { readRetention } from './people-api.ts';
import { sweepWords } from './words.ts';

const EVERY = 60_000;

export function Retention() {
  const { value: report, error } = usePolled(readRetention, EVERY);
  if (error)
    return (
      <Alert color="red" title="How long what is kept could not be had">
        {error}
      </Alert>
    );
  if (!report) return null;
  return (
    <Stack gap="xs" data-testid="retention">
      <Title order={2} size="h5">
        How long what is kept
      </Title>
      <Table fz="sm">
        <Table.Tbody>
          {report.rules.map((rule) => (
            <Table.Tr key={rule.name} data-testid="retention-rule" data-class={rule.name}>
              <Table.Td>
                {rule.name}
                <Text size="xs" c="dimmed">
                  {retentionMeaning(rule.name)}
                </Text>
              </Table.Td>
              <Table.Td>{retentionWords(rule)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed">
        {sweepWords(report.sweeps[0])}
      </Text>
    </Stack>
  );
}

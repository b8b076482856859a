/** Key figures of people's work: plain numbers, and what to do where one is bad. */
import { Alert, Anchor, Group, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useCallback } from 'react';
import type { Kpi, KpiAlert } from '../../server/protocol/index.ts';
import { useClient } from '../context.ts';
import { usePolled } from '../use-polled.ts';
import { csvAddress, figure } from './kpi-report.ts';
import { readKpis } from './people-api.ts';

const EVERY = 30_000;
const RATE = /^\d{1,6}(\.\d{1,2})?$/;

function useKpis(rate: string) {
  const ask = useCallback(() => readKpis(rate), [rate]);
  return usePolled(ask, EVERY);
}

export function Kpis() {
  const [rate, setRate] = useLocalStorage({ key: 'reins-rate', defaultValue: '' });
  const priced = RATE.test(rate) ? rate : '';
  const { value: report, error } = useKpis(priced);
  if (error)
    return (
      <Alert color="red" title="The key figures could not be had">
        {error}
      </Alert>
    );
  if (!report) return null;
  return (
    <Stack gap="sm" data-testid="kpis">
      <Group justify="space-between" align="end">
        <Title order={2} size="h5">
          Key figures
        </Title>
        <Group gap="sm" align="end">
          <TextInput
            size="xs"
            w={150}
            label="An hour costs"
            placeholder="nothing given"
            inputMode="decimal"
            value={rate}
            error={rate !== '' && priced === '' ? 'a number, as in 25.50' : undefined}
            onChange={(event) => setRate(event.currentTarget.value.trim())}
            data-testid="rate"
          />
          <Anchor size="sm" href={csvAddress(priced)} download>
            CSV
          </Anchor>
        </Group>
      </Group>
      {report.alerts.map((alert) => (
        <Warning key={alert.id} alert={alert} />
      ))}
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="md">
        {report.kpis.map((kpi) => (
          <Figure key={kpi.id} kpi={kpi} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function Figure({ kpi }: { kpi: Kpi }) {
  return (
    <div data-testid="kpi" data-kpi={kpi.id} data-state={kpi.state}>
      <Text size="xs" c="dimmed">
        {kpi.title}
      </Text>
      <Text size="lg" className="mono">
        {figure(kpi)}
      </Text>
      <Text size="xs" c="dimmed">
        {kpi.basis}
      </Text>
      {kpi.advice !== '' && <Text size="xs">{kpi.advice}</Text>}
    </div>
  );
}

function Warning({ alert }: { alert: KpiAlert }) {
  const client = useClient();
  return (
    <Alert color="yellow" title={alert.message} data-testid="kpi-alert">
      <Text size="sm">{alert.advice}</Text>
      <Group gap="xs" mt={4}>
        {alert.clips.map((clip) => (
          <Anchor
            key={`${clip.feedbackId} ${clip.episodeId} ${clip.from}`}
            component="button"
            size="xs"
            underline="always"
            c="var(--mantine-color-text)"
            onClick={() => {
              const { episodeId, from: step } = clip;
              client.store.setState({ tab: 'episodes', moment: { episodeId, step } });
            }}
          >
            {clip.episodeId}, steps {clip.from} to {clip.to}
          </Anchor>
        ))}
      </Group>
    </Alert>
  );
}

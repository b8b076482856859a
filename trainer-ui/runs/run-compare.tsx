/** Curves of the chosen runs over environment steps, and the settings in which they differ. */
import { SimpleGrid, Table, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useCallback, useMemo } from 'react';
import type { MetricsPoint } from '../../server/protocol/index.ts';
import { Chart } from '../learning/chart.tsx';
import { type Hue, RUN_CHARTS, type Series } from '../learning/charts.ts';
import { useOpenMoment } from '../learning/open-moment.tsx';
import { usePolled } from '../use-polled.ts';
import { WideTable } from '../wide-table.tsx';
import { metricsOf } from './run-api.ts';
import type { RunRow } from './run-row.ts';
import { differences, merged, titleOf } from './run-words.ts';

const HUES: readonly Hue[] = ['blue', 'orange', 'grape', 'teal'];
const EVERY = 5000;
const NONE: readonly MetricsPoint[] = [];
const ELSEWHERE =
  'Its episodes are not here: a server shows those of the run that it serves. The command of the run below starts one.';

/** Of runs that go on, anew every few seconds. */
const NOTHING: Readonly<Record<string, readonly MetricsPoint[]>> = {};

function useMetrics(ids: readonly string[]) {
  const wanted = ids.join(' ');
  const ask = useCallback(async () => {
    const keys = wanted.split(' ').filter(Boolean);
    const found = await Promise.allSettled(keys.map(metricsOf));
    // One that cannot be had is asked for again soon.
    return Object.fromEntries(
      found.flatMap((each, i) => (each.status === 'fulfilled' ? [[keys[i]!, each.value]] : [])),
    );
  }, [wanted]);
  return usePolled(ask, EVERY).value ?? NOTHING;
}

export function RunCompare({ runs }: { runs: readonly RunRow[] }) {
  const metrics = useMetrics(runs.map(({ key }) => key));
  const points = useMemo(
    () => merged(runs.map(({ key }) => metrics[key] ?? NONE)),
    [runs, metrics],
  );
  const titles = runs.map(titleOf).join('\n');
  const charts = useMemo(() => chartsOf(titles.split('\n')), [titles]);
  const openMoment = useOpenMoment();
  /** Episodes of other runs are with a server of theirs. */
  const open = ({ time, values }: MetricsPoint) => {
    const run = runs[Number(Object.keys(values)[0]?.split(':')[0])];
    if (run?.isServed) openMoment(time);
    else if (run) notifications.show({ id: 'other-run', title: titleOf(run), message: ELSEWHERE });
  };
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }} spacing="md" data-testid="run-curves">
        {charts.map(({ title, empty, series, range }) => (
          <Chart
            key={title}
            title={title}
            empty={empty}
            series={series}
            points={points}
            over="steps"
            onOpen={open}
            {...(range ? { range } : {})}
          />
        ))}
      </SimpleGrid>
      {runs.length > 1 && <Settings runs={runs} />}
    </>
  );
}

/** One curve a run: the first measure of each chart of the learning screen. */
function chartsOf(titles: readonly string[]) {
  return RUN_CHARTS.map(({ title, empty, series: [first], range }) => ({
    title,
    empty,
    range,
    series: titles.map(
      (label, i): Series => ({ metric: `${i}:${first!.metric}`, label, colour: HUES[i]! }),
    ),
  }));
}

function Settings({ runs }: { runs: readonly RunRow[] }) {
  const rows = differences(runs);
  return (
    <section aria-label="differences">
      <Title order={2} size="h6">
        {rows.length === 0 ? 'They differ in no setting' : 'Settings in which they differ'}
      </Title>
      {rows.length > 0 && (
        <WideTable label="settings in which they differ" minWidth={480}>
          <Table fz="sm" data-testid="run-differences">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Setting</Table.Th>
                {runs.map((run) => (
                  <Table.Th key={run.key}>{titleOf(run)}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody className="mono">
              {rows.map(({ setting, values }) => (
                <Table.Tr key={setting}>
                  <Table.Td>{setting}</Table.Td>
                  {values.map((value, i) => (
                    <Table.Td key={runs[i]!.key}>{value || 'default'}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </WideTable>
      )}
    </section>
  );
}

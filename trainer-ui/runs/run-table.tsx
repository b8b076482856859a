import { Badge, Checkbox, Table } from '@mantine/core';
import { WideTable } from '../wide-table.tsx';
import { type OpenHere, RunHere } from './open-here.tsx';
import type { RunRow } from './run-row.ts';
import { isOpenHere, standing, titleOf } from './run-words.ts';

const HEADS = [
  '',
  'Run',
  'Here',
  'Environment',
  'Preset',
  'Seed',
  'Began',
  'Steps',
  'Answers',
  'Return',
];
const COLOUR: Readonly<Record<string, string>> = {
  'served here': 'blue.8',
  'open here': 'blue.8',
  'going on': 'teal.9',
};

export function RunTable(props: {
  here: OpenHere;
  runs: readonly RunRow[];
  chosen: readonly string[];
  choose: (id: string) => void;
}) {
  const { here, runs, chosen, choose } = props;
  return (
    <WideTable label="runs" minWidth={900}>
      <Table highlightOnHover fz="sm" data-testid="run-table">
        <Table.Thead>
          <Table.Tr>
            {HEADS.map((head) => (
              <Table.Th key={head}>{head || <span className="sr-only">Chosen</span>}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <Row
              key={run.key}
              run={run}
              here={here}
              isChosen={chosen.includes(run.key)}
              choose={() => choose(run.key)}
            />
          ))}
        </Table.Tbody>
      </Table>
    </WideTable>
  );
}

function Row(props: { run: RunRow; here: OpenHere; isChosen: boolean; choose: () => void }) {
  const { run, here, isChosen, choose } = props;
  const isOpen = isOpenHere(run, here.list?.runs);
  const stands = standing({ ...run, isOpen }, Date.now());
  const value = run.last?.values['episode/return'];
  return (
    <Table.Tr data-testid="run-row" data-run={run.id} data-stands={stands}>
      <Table.Td>
        <Checkbox
          size="md"
          checked={isChosen}
          onChange={choose}
          aria-label={`show ${titleOf(run)}`}
          data-testid={`choose-${run.key}`}
        />
      </Table.Td>
      <Table.Td title={run.folder ? `${run.id}, in ${run.folder}` : run.id}>
        {titleOf(run)}{' '}
        <Badge size="sm" variant="filled" tt="none" color={COLOUR[stands] ?? 'gray.7'}>
          {stands}
        </Badge>
      </Table.Td>
      <Table.Td>
        <RunHere run={run} here={here} />
      </Table.Td>
      <Table.Td>{run.environmentId}</Table.Td>
      <Table.Td>{run.preset}</Table.Td>
      <Table.Td className="mono">{run.seed}</Table.Td>
      <Table.Td>{new Date(run.createdAt).toLocaleString('en-GB')}</Table.Td>
      <Table.Td className="mono">{(run.last?.environmentSteps ?? 0).toLocaleString('en')}</Table.Td>
      <Table.Td className="mono">{run.answers}</Table.Td>
      <Table.Td className="mono">{value === undefined ? '–' : value.toFixed(1)}</Table.Td>
    </Table.Tr>
  );
}

import { Alert, Group, NativeSelect, Pagination, Table, Text, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconLayoutColumns } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { EpisodeReply } from '../../server/protocol/index.ts';
import { useApp, useClient } from '../context.ts';
import { endReasonOf } from '../core/end-reason.ts';
import {
  type EpisodePage,
  type ListRequest,
  PAGE_SIZE,
  type Sort,
} from '../core/episode-source.ts';
import { WideTable } from '../wide-table.tsx';

const COLUMNS: readonly (readonly [Sort, string])[] = [
  ['startedAt', 'Began'],
  ['seed', 'Seed'],
  ['length', 'Steps'],
  ['return', 'Return'],
  ['cost', 'Cost'],
  ['humanSteps', 'By people'],
];

const FIRST: ListRequest = {
  sort: 'startedAt',
  order: 'desc',
  live: undefined,
  human: undefined,
  endReason: undefined,
  page: 0,
};

/** Asks again when another episode has ended, while the newest are in sight. */
function useEpisodeList(request: ListRequest) {
  const client = useClient();
  const newest = useApp((s) => s.episodes[0]?.episodeId);
  const [found, setFound] = useState<EpisodePage>();
  const [error, setError] = useState<string>();
  const again = request.page === 0 ? newest : undefined;
  useEffect(() => {
    let isOver = again === null; // `again` is only a reason to ask
    client.episodes
      .list(request)
      .then((next) => {
        if (isOver) return;
        setFound(next);
        setError(undefined);
      })
      .catch((e: Error) => !isOver && setError(e.message));
    return () => {
      isOver = true;
    };
  }, [client, request, again]);
  return { found, error };
}

/** What is looked at, and how to look at another. */
interface Choice {
  readonly chosen: string | undefined;
  /** Beside it. */
  readonly beside: string | undefined;
  choose(episodeId: string): void;
  compare(episodeId: string): void;
}

export function EpisodeList(props: Choice) {
  const [request, setRequest] = useState(FIRST);
  const { found, error } = useEpisodeList(request);
  const pages = Math.max(1, Math.ceil((found?.total ?? 0) / PAGE_SIZE));
  return (
    <section className="episode-list" aria-label="episodes">
      <Filters request={request} change={setRequest} />
      {error && (
        <Alert color="red" title="The list could not be had">
          {error}
        </Alert>
      )}
      <WideTable label="episodes" minWidth={480}>
        <Table highlightOnHover fz="sm" horizontalSpacing={6} data-testid="episode-table">
          <Head request={request} change={setRequest} />
          <Table.Tbody>
            {found?.rows.map((row) => (
              <Row key={row.id} row={row} {...props} />
            ))}
          </Table.Tbody>
        </Table>
      </WideTable>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" data-testid="episode-count">
          {found ? `${found.total} episodes` : 'Looking…'}
        </Text>
        <Pagination
          size="sm"
          total={pages}
          value={request.page + 1}
          onChange={(page) => setRequest({ ...request, page: page - 1 })}
          getControlProps={(control) => ({ 'aria-label': `${control} page` })}
          getItemProps={(page) => ({ 'aria-label': `page ${page}` })}
        />
      </Group>
    </section>
  );
}

interface Asking {
  readonly request: ListRequest;
  change(next: ListRequest): void;
}

function Filters({ request, change }: Asking) {
  const reasons = useApp((s) => s.welcome?.environment.endReasons) ?? [];
  const set = (next: Partial<ListRequest>) => change({ ...request, ...next, page: 0 });
  const flag = (value: string) => (value === '' ? undefined : value === 'yes');
  const shown = (value: boolean | undefined) => (value === undefined ? '' : value ? 'yes' : 'no');
  return (
    <Group gap="xs" wrap="wrap">
      <NativeSelect
        size="xs"
        aria-label="where it was driven"
        value={shown(request.live)}
        onChange={(e) => set({ live: flag(e.currentTarget.value) })}
        data={[
          { value: '', label: 'live and rollouts' },
          { value: 'yes', label: 'live' },
          { value: 'no', label: 'rollouts' },
        ]}
      />
      <NativeSelect
        size="xs"
        aria-label="who drove"
        value={shown(request.human)}
        onChange={(e) => set({ human: flag(e.currentTarget.value) })}
        data={[
          { value: '', label: 'anybody drove' },
          { value: 'yes', label: 'a person drove' },
          { value: 'no', label: 'the agent alone' },
        ]}
      />
      <NativeSelect
        size="xs"
        aria-label="how it ended"
        value={request.endReason ?? ''}
        onChange={(e) => set({ endReason: e.currentTarget.value || undefined })}
        data={[
          { value: '', label: 'any end' },
          ...reasons.map(({ id, label }) => ({ value: id, label })),
        ]}
      />
    </Group>
  );
}

function Head({ request, change }: Asking) {
  const { sort, order } = request;
  return (
    <Table.Thead>
      <Table.Tr>
        {COLUMNS.map(([by, label]) => (
          <Table.Th
            key={by}
            aria-sort={sort !== by ? 'none' : order === 'asc' ? 'ascending' : 'descending'}
          >
            <UnstyledButton
              className="sort"
              onClick={() =>
                change({
                  ...request,
                  page: 0,
                  sort: by,
                  order: sort === by && order === 'desc' ? 'asc' : 'desc',
                })
              }
              data-testid={`sort-${by}`}
            >
              {label}
              {sort === by &&
                (order === 'asc' ? (
                  <IconChevronUp size={14} aria-hidden />
                ) : (
                  <IconChevronDown size={14} aria-hidden />
                ))}
            </UnstyledButton>
          </Table.Th>
        ))}
        <Table.Th>End</Table.Th>
      </Table.Tr>
    </Table.Thead>
  );
}

function Row(props: Choice & { row: EpisodeReply }) {
  const { row, chosen, beside, choose, compare } = props;
  const known = useApp((s) => s.welcome?.environment.endReasons);
  const { id, startedAt, seed, length, humanSteps, summary, live, end, endReason, recording } = row;
  return (
    <Table.Tr
      bg={chosen === id || beside === id ? 'var(--mantine-color-blue-light)' : 'transparent'}
    >
      <Table.Td>
        <Group gap={4} wrap="nowrap">
          <UnstyledButton
            className="open"
            aria-current={chosen === id}
            onClick={() => choose(id)}
            data-testid="open-episode"
            data-episode={id}
          >
            {new Date(startedAt).toLocaleTimeString('en-GB')}
          </UnstyledButton>
          {chosen !== undefined && chosen !== id && beside !== id && (
            <UnstyledButton
              className="open"
              aria-label={`show ${id} beside the chosen one`}
              title="Show it beside the chosen one"
              onClick={() => compare(id)}
              data-testid="show-beside"
              data-episode={id}
            >
              <IconLayoutColumns size={16} aria-hidden />
            </UnstyledButton>
          )}
        </Group>
        {(!live || recording) && (
          <Text size="xs" c="dimmed">
            {recording ? 'recording' : 'rollout'}
          </Text>
        )}
      </Table.Td>
      <Table.Td className="mono">{seed}</Table.Td>
      <Table.Td className="mono">{length}</Table.Td>
      <Table.Td className="mono">{(summary['return'] ?? 0).toFixed(1)}</Table.Td>
      <Table.Td className="mono">{(summary['cost'] ?? 0).toFixed(0)}</Table.Td>
      <Table.Td className="mono">{humanSteps}</Table.Td>
      <Table.Td>{endReasonOf(endReason || end, known).label}</Table.Td>
    </Table.Tr>
  );
}

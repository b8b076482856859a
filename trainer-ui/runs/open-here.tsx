/** What can be done about a run here: open it, go to its page, stop it. */
import { Alert, Anchor, Button, Group } from '@mantine/core';
import { IconArrowRight, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { useState } from 'react';
import type { OpenRunList } from '../../server/protocol/index.ts';
import { useApp } from '../context.ts';
import { openRun, stopRun } from './run-api.ts';
import type { RunRow } from './run-row.ts';
import { titleOf } from './run-words.ts';
import type { Acting } from './use-acting.ts';

export type OpenHere = Acting<OpenRunList>;

export function OpenRefused({ refusal }: Pick<OpenHere, 'refusal'>) {
  return refusal === undefined ? null : (
    <Alert color="red" title="That was refused" data-testid="open-refusal">
      {refusal}
    </Alert>
  );
}

/** Whether this person opens and stops runs. */
export function useMayOpen(): boolean {
  const role = useApp((s) => s.welcome?.person?.role);
  return role === undefined || role === 'owner' || role === 'supervisor';
}

export function RunHere({ run, here }: { run: RunRow; here: OpenHere }) {
  const [isAsked, setAsked] = useState(false);
  const mayOpen = useMayOpen();
  const { list, act } = here;
  if (!list || run.folder !== undefined) return null;
  const open = list.runs.find(({ id }) => id === run.id);
  const press = async (work: () => Promise<unknown>) => {
    setAsked(true);
    await act(work);
    setAsked(false);
  };
  if (!open)
    return mayOpen && list.most > 0 ? (
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPlayerPlay size={14} />}
        loading={isAsked}
        onClick={() => press(() => openRun(run.id))}
        aria-label={`open ${titleOf(run)} here`}
        data-testid={`open-${run.id}`}
      >
        Open
      </Button>
    ) : null;
  if (open.state !== 'open') return open.state === 'opening' ? 'opening …' : 'stopping …';
  return (
    <Group gap={8} wrap="nowrap">
      {!run.isServed && (
        <Anchor
          size="sm"
          underline="always"
          flex="none"
          href={open.address}
          aria-label={`go to ${titleOf(run)}`}
          data-testid={`go-to-${run.id}`}
        >
          Go to it <IconArrowRight size={13} aria-hidden style={{ verticalAlign: '-2px' }} />
        </Anchor>
      )}
      {!open.isFirst && mayOpen && (
        <Button
          size="compact-sm"
          flex="none"
          variant="default"
          leftSection={<IconPlayerStop size={14} />}
          loading={isAsked}
          onClick={() => press(() => stopRun(run.id))}
          aria-label={`stop ${titleOf(run)}`}
          data-testid={`stop-${run.id}`}
        >
          Stop
        </Button>
      )}
    </Group>
  );
}

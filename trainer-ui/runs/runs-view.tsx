/** All runs of the server's folder and of those it looks into: how they stand, side by side, and how to begin another. */
import './runs.css';
import { Alert, Button, Group, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { NewRun } from './new-run.tsx';
import { OpenRefused } from './open-here.tsx';
import { listOpenRuns } from './run-api.ts';
import { RunCompare } from './run-compare.tsx';
import { RunDetails } from './run-details.tsx';
import { RunTable } from './run-table.tsx';
import { listTrainings } from './training-api.ts';
import { Trainings } from './trainings.tsx';
import { useActing } from './use-acting.ts';
import { useRuns } from './use-runs.ts';

/** More curves than can be told apart are not drawn. */
const MOST = 4;

export default function RunsView() {
  const { runs, error, look } = useRuns();
  const trainings = useActing(listTrainings);
  const open = useActing(listOpenRuns);
  const [chosen, setChosen] = useState<readonly string[]>();
  const [isNew, setIsNew] = useState(false);
  const served = runs?.find((run) => run.isServed)?.key;
  const ids = chosen ?? (served === undefined ? [] : [served]);
  const shown = ids.flatMap((id) => runs?.find((run) => run.key === id) ?? []);
  const choose = (id: string) => {
    setIsNew(false);
    setChosen(ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id].slice(-MOST));
  };
  const [only] = shown;
  return (
    <div className="view runs" data-testid="runs-view">
      <Group justify="space-between">
        <Title order={1} size="h5">
          Runs
        </Title>
        <Button
          size="compact-md"
          leftSection={<IconPlus size={16} />}
          variant={isNew ? 'filled' : 'default'}
          aria-pressed={isNew}
          onClick={() => setIsNew(!isNew)}
          data-testid="new-run"
        >
          New run
        </Button>
      </Group>
      {error && (
        <Alert color="red" title="The list could not be had">
          {error}
        </Alert>
      )}
      <Trainings here={trainings} runs={runs ?? []} />
      {!isNew && <OpenRefused refusal={open.refusal} />}
      <RunTable here={open} runs={runs ?? []} chosen={ids} choose={choose} />
      {isNew ? (
        <NewRun here={trainings} open={open} onStart={() => setIsNew(false)} />
      ) : (
        <>
          {shown.length === 1 && only && (
            <RunDetails key={only.key} run={only} here={open} onChange={look} />
          )}
          {shown.length === 0 && (
            <Text c="dimmed">Choose one run, or up to {MOST} to compare.</Text>
          )}
          {shown.length > 0 && <RunCompare runs={shown} />}
        </>
      )}
    </div>
  );
}

/** Trainings that this server runs: how they stand, and stopping, going on and branching. */
import { Alert, Badge, Button, Group, Text } from '@mantine/core';
import { IconGitBranch, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import type { Training, TrainingList, TrainingWanted } from '../../server/protocol/index.ts';
import type { RunRow } from './run-row.ts';
import { branchTraining, goOnTraining, stopTraining } from './training-api.ts';
import { longer, stateWords } from './training-words.ts';
import type { Acting } from './use-acting.ts';

export type TrainingsHere = Acting<TrainingList>;

const COLOUR = {
  running: 'teal.9',
  stopping: 'gray.7',
  stopped: 'gray.7',
  done: 'blue.8',
  failed: 'red.9',
} as const;

export function Trainings({ here, runs }: { here: TrainingsHere; runs: readonly RunRow[] }) {
  const { list, refusal } = here;
  if (!list) return null;
  const { trainings } = list;
  return (
    <>
      {refusal && (
        <Alert color="red" title="That was refused" data-testid="training-refusal">
          {refusal}
        </Alert>
      )}
      {trainings.map((training) => (
        <Row
          key={training.name}
          training={training}
          run={runs.find(({ key }) => key.startsWith(`${training.name}.`))}
          act={here.act}
        />
      ))}
    </>
  );
}

function Row(props: { training: Training; run: RunRow | undefined; act: TrainingsHere['act'] }) {
  const { training, run, act } = props;
  const { name, wanted, state, branchOf, said } = training;
  const steps = run?.last?.environmentSteps ?? 0;
  return (
    <section
      className="training card"
      aria-label={`training ${name}`}
      data-testid="training"
      data-training={name}
      data-state={state}
    >
      <div>
        <Group gap={8}>
          <Text size="sm" fw={600}>
            {wanted.environment} · {wanted.preset} · seed {wanted.seed}
          </Text>
          <Badge size="sm" variant="filled" tt="none" color={COLOUR[state]}>
            {stateWords(state, steps, wanted.steps)}
          </Badge>
        </Group>
        <Text size="xs" c="dimmed">
          {name}
          {branchOf === undefined ? '' : `, a branch of ${branchOf}`}, begun{' '}
          {new Date(training.startedAt).toLocaleString('en-GB')}
        </Text>
        {said !== undefined && state === 'failed' && (
          <Text size="sm" c="red" data-testid="training-said">
            {said}
          </Text>
        )}
      </div>
      <Buttons name={name} state={state} wanted={wanted} act={act} />
    </section>
  );
}

function Buttons(props: {
  name: string;
  state: Training['state'];
  wanted: TrainingWanted;
  act: TrainingsHere['act'];
}) {
  const { name, state, wanted, act } = props;
  const isRunning = state === 'running' || state === 'stopping';
  if (isRunning)
    return (
      <Button
        size="compact-md"
        variant="default"
        leftSection={<IconPlayerStop size={16} />}
        disabled={state === 'stopping'}
        onClick={() => act(() => stopTraining(name))}
        data-testid="training-stop"
      >
        Save and stop
      </Button>
    );
  const more = longer(wanted);
  return (
    <Group gap={8}>
      {state !== 'done' && (
        <Button
          size="compact-md"
          variant="default"
          leftSection={<IconPlayerPlay size={16} />}
          onClick={() => act(() => goOnTraining(name))}
          data-testid="training-resume"
        >
          Go on
        </Button>
      )}
      {state === 'stopped' && (
        <Button
          size="compact-md"
          variant="default"
          leftSection={<IconGitBranch size={16} />}
          title="Another training that goes on from the last checkpoint; this one stays as it is"
          onClick={() => act(() => branchTraining(name, more))}
          data-testid="training-branch"
        >
          Branch, to {more.steps.toLocaleString('en')} steps
        </Button>
      )}
    </Group>
  );
}

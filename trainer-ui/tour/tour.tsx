/** The guided tour: one strip above the running page, which stays in use. */
import './tour.css';
import { Button, Group, Text, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useApp, useClient } from '../context.ts';
import { doneSoFar, TOUR, type TourStep } from './steps.ts';
import { useTour, useTourStep } from './use-tour.ts';

/** ms for which a done step is seen as done. */
const SEEN = 900;

export function Tour() {
  const step = useTourStep();
  const environment = useApp((s) => s.welcome?.environment);
  const said = useApp((s) => s.practice);
  const isTouch = useMediaQuery('(pointer: coarse)', false, { getInitialValueInEffect: false });
  const isDone = useIsDone(step);
  const { next, end } = useTour();
  useMarkedControls(step?.id);
  if (!step || !environment) return null;
  const number = TOUR.indexOf(step) + 1;
  const isLast = number === TOUR.length;
  return (
    <section className="tour" aria-label="guided tour" data-testid="tour" data-step={step.id}>
      <div aria-live="polite">
        <Group gap="xs">
          <Title order={2} size="h6">
            {step.title}
          </Title>
          <Text size="xs" c="dimmed">
            {number} of {TOUR.length}
          </Text>
          {isDone && <IconCheck size={18} color="var(--good)" aria-label="done" />}
        </Group>
        <Text size="sm" data-testid="tour-words">
          {said ?? step.words(environment, isTouch)}
        </Text>
      </div>
      <Group gap={4} wrap="nowrap">
        <Button
          size="compact-md"
          variant={step.isDone || step.id === 'practice' ? 'default' : 'filled'}
          onClick={(event) => {
            event.currentTarget.blur(); // otherwise the next Space would press it again
            (isLast ? end : next)();
          }}
          data-testid="tour-next"
        >
          {isLast ? 'Done' : step.isDone || step.id === 'practice' ? 'Skip' : 'Next'}
        </Button>
        {!isLast && (
          <Button
            size="compact-md"
            px={8}
            variant="subtle"
            color="gray"
            aria-label="end the tour"
            onClick={end}
            data-testid="tour-end"
          >
            <IconX size={16} aria-hidden />
          </Button>
        )}
      </Group>
    </section>
  );
}

/** Whether the step has been done since it began; the tour goes on by itself then. */
function useIsDone(step: TourStep | undefined): boolean {
  const client = useClient();
  const { next } = useTour();
  const [done, setDone] = useState<TourStep>();
  useEffect(() => {
    if (!step?.isDone) return;
    const before = doneSoFar(client.store.getState());
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      if (timer || !step.isDone?.(doneSoFar(client.store.getState()), before)) return;
      setDone(step);
      timer = setTimeout(next, SEEN);
    };
    look();
    const unsubscribe = client.store.subscribe(look);
    return () => {
      unsubscribe();
      clearTimeout(timer);
    };
  }, [client, step, next]);
  return step !== undefined && done === step;
}

/** The controls that a step is about are outlined, by the style sheet. */
function useMarkedControls(id: TourStep['id'] | undefined): void {
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (id) dataset['tour'] = id;
    else delete dataset['tour'];
  }, [id]);
}

/** What every kind of query looks like: what is asked, clips on one clock, answers below. */
import { Badge, Button, Group, Kbd, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import type { Clip } from '../../server/protocol/index.ts';
import { useApp } from '../context.ts';
import { type Binding, CLIPS, firstKey } from '../core/bindings.ts';
import { Better, GoalNote } from '../goal/goal.tsx';
import { useBindings } from '../use-keys.ts';
import { AllCameras, OwnCamera, useClipCameras } from './cameras.tsx';
import { type ClipClock, createClock, toggle } from './clip-clock.ts';
import { ClipFacts } from './clip-facts.tsx';
import { ClipStage } from './clip-stage.tsx';
import { Pace, RestNote } from './pace.tsx';
import { lengthOf, Timeline } from './timeline.tsx';
import { Undo } from './undo.tsx';
import type { Question, Questions } from './use-questions.ts';
import { useWidened } from './use-widened.ts';

/** What an answering view is given. */
export interface AnswerProps {
  readonly question: Question;
  readonly questions: Questions;
}

export function Frame(
  props: AnswerProps & {
    title: string;
    /** Progress of an unfinished answer. */
    progress?: string;
    /** Drawn over a clip, by its index. */
    over?: (clip: number) => ReactNode;
    chosen?: (clip: number) => boolean;
    /** Below the timeline, on its clock. */
    below?: (clock: ClipClock) => ReactNode;
    children: ReactNode;
  },
) {
  const { questions, title, progress, over, chosen, below, children } = props;
  const { question, extend } = useWidened(props.question);
  const { query, clips, part } = question;
  const cameras = useClipCameras();
  const clock = useRef(createClock());
  useEffect(() => {
    if (query.id === undefined && part) return; // both are only reasons to begin anew
    clock.current.time = 0;
    clock.current.playing = true;
  }, [query.id, part]);
  useBindings(CLIPS, {
    pause: () => toggle(clock.current, lengthOf(clips)),
    undo: questions.undo,
    extend,
  });
  const onDrawn = useDrawn(clips, questions.drawn);
  const note = useApp((s) => s.goalNote);
  return (
    <Stack
      className="view compare"
      p={{ base: 'xs', sm: 'md' }}
      gap="xs"
      data-testid="compare"
      data-kind={query.kind}
      data-query={query.id}
      data-ready={clips !== undefined}
      data-next={questions.next !== undefined}
    >
      <Group justify="space-between" gap="xs">
        <Group gap="md">
          <Title order={1} size="h5">
            {title}
          </Title>
          <Quiz />
          {progress && (
            <Text size="sm" data-testid="progress" aria-live="polite">
              {progress}
            </Text>
          )}
        </Group>
        <Group gap="lg">
          <Pace {...questions} />
          <AllCameras cameras={cameras} />
        </Group>
      </Group>
      {note ? <GoalNote /> : <Better />}
      <RestNote answered={questions.answered} />
      <div className={`clips of-${query.segments.length}`}>
        {query.segments.map((_, i) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: a place on screen, whose picture is kept from question to question
            key={i}
            className={`clip ${chosen?.(i) ? 'chosen' : ''}`}
            data-testid={`clip-${'abcdefgh'[i]}`}
            data-camera={cameras.of(i)}
          >
            <ClipStage
              clip={clips?.[i]}
              next={questions.next?.[i]}
              clock={clock.current}
              camera={cameras.of(i)}
              onDrawn={onDrawn}
            />
            {clips?.[i] && <ClipFacts clip={clips[i]} clock={clock.current} />}
            {query.segments.length > 1 && <OwnCamera clip={i} cameras={cameras} />}
            {over?.(i)}
          </div>
        ))}
      </div>
      <Timeline clock={clock.current} clips={clips} part={part} extend={extend} />
      {below?.(clock.current)}
      <div className="answers">
        {children}
        <Undo questions={questions} />
      </div>
    </Stack>
  );
}

/** Tells when all clips of a question have been drawn. */
function useDrawn(clips: Question['clips'], tell: () => void) {
  const drawn = useRef(new Set<Clip>());
  return (clip: Clip) => {
    drawn.current.add(clip);
    if (!clips?.every((one) => drawn.current.has(one))) return;
    drawn.current = new Set(clips);
    tell();
  };
}

export function AnswerButton(props: {
  binding: Binding;
  label: ReactNode;
  testId: string;
  disabled?: boolean;
  primary?: boolean;
  onClick: () => void;
}) {
  return (
    <Button
      variant={props.primary ? 'filled' : 'default'}
      size="md"
      rightSection={<Kbd size="xs">{firstKey(props.binding)}</Kbd>}
      disabled={props.disabled ?? false}
      onClick={(event) => {
        event.currentTarget.blur();
        props.onClick();
      }}
      data-testid={props.testId}
    >
      {props.label}
    </Button>
  );
}

/** Everybody begins with some questions whose answer is known, where that is asked for. */
function Quiz() {
  const standing = useApp((s) => s.standing);
  if (standing?.state !== 'quiz') return null;
  return (
    <Badge variant="light" tt="none" data-testid="quiz">
      Getting started: question {Math.min(standing.of, standing.answered + 1)} of {standing.of}
    </Badge>
  );
}

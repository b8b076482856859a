import { Button, Center, Stack, Text, Title } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { OpenInstructions, useNoQuestions } from '../campaigns/instructions.tsx';
import { useApp } from '../context.ts';
import type { Status } from '../core/store.ts';
import { GoalNote } from '../goal/goal.tsx';
import { noLearning } from '../still-words.ts';
import { ComparePair } from './compare-pair.tsx';
import { RankClips } from './rank-clips.tsx';
import { RateClip } from './rate-clip.tsx';
import { useQuestions } from './use-questions.ts';

/** Queries to people, one after the other, of the kind that this run asks. */
export function CompareView() {
  const questions = useQuestions();
  const campaign = useApp((s) => s.campaign);
  const { question, count, undo } = questions;
  if (!question && campaign?.state === 'running' && !campaign.isOpened)
    return <OpenInstructions campaign={campaign} />;
  if (!question) return <Empty count={count} undo={count > 0 ? undo : undefined} />;
  const props = { question, questions };
  switch (question.query.kind) {
    case 'rank':
      return <RankClips {...props} />;
    case 'rate':
      return <RateClip {...props} />;
    default:
      return <ComparePair {...props} />;
  }
}

const PAUSED =
  'Your answers do not count for now. None of them is lost: whoever looks after them will decide.';
const NOT_CONNECTED =
  'Not connected. Your answers are kept and sent as soon as the connection is back.';

function whyNone(learner: Status['learner'] | undefined): string {
  return learner === 'starting' || learner === 'warming-up'
    ? 'The agent has to act a little before there is something to judge.'
    : 'The next question is being chosen.';
}

function Empty({ count, undo }: { count: number; undo: (() => void) | undefined }) {
  const learner = useApp((s) => s.status?.learner);
  const connected = useApp((s) => s.connection === 'open');
  const isPaused = useApp((s) => s.standing?.state === 'paused');
  const policy = useApp((s) => s.welcome?.policy);
  const none = policy ? noLearning(policy) : whyNone(learner);
  const over = useNoQuestions();
  const why = isPaused ? PAUSED : connected ? (over?.why ?? none) : NOT_CONNECTED;
  return (
    <Center className="view" p="md" data-testid="compare-empty">
      <Stack align="center" gap="xs" maw={420}>
        <Title order={1} size="h4">
          {isPaused
            ? 'You are paused'
            : over
              ? over.title
              : count > 0
                ? 'All answered for now'
                : policy
                  ? 'Nothing to judge'
                  : 'Nothing to judge yet'}
        </Title>
        <Text c="dimmed" ta="center" size="sm">
          {why}
        </Text>
        <GoalNote />
        {undo && (
          <Button variant="default" leftSection={<IconArrowBackUp size={16} />} onClick={undo}>
            Undo the last answer
          </Button>
        )}
      </Stack>
    </Center>
  );
}

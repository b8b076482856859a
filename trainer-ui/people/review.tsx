/** The review queue: clips, what each person said about them, and what a supervisor decides. */
import {
  Button,
  Group,
  Menu,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useCallback, useEffect, useRef, useState } from 'react';
import { type Clip, REVIEW_SHOWS, type ReviewShow } from '../../server/protocol/index.ts';
import { ClipComments } from '../comments/clip-comments.tsx';
import { advance, createClock } from '../compare/clip-clock.ts';
import { ClipStage } from '../compare/clip-stage.tsx';
import { useApp, useClient } from '../context.ts';
import { agreeOnGold, decideAnswer, readReview } from './people-api.ts';
import { decided, isAgreed, type ReviewCase, type ReviewedAnswer, said } from './review-report.ts';

const NOTHING: Readonly<Record<ReviewShow, string>> = {
  disputed: 'Nobody disagrees.',
  new: 'Every answer was looked at.',
  decided: 'Nothing was decided yet.',
};

export function Review({ onDone }: { onDone: () => void }) {
  const [show, setShow] = useState<ReviewShow>('disputed');
  const [cases, setCases] = useState<readonly ReviewCase[]>();
  /** What is shown when an answer comes, and the question that was asked last: answers may overtake each other. */
  const asked = useRef({ show, count: 0 });
  const look = useCallback(() => {
    const count = ++asked.current.count;
    readReview(asked.current.show).then(
      (found) => {
        if (count === asked.current.count) setCases(found);
      },
      (error: Error) =>
        notifications.show({ color: 'red', title: 'Refused', message: error.message }),
    );
  }, []);
  useEffect(look, [look]);
  const current = cases?.[0];
  return (
    <Stack gap="sm" data-testid="review">
      <Group justify="space-between">
        <Title order={2} size="h5">
          Review of answers
        </Title>
        <SegmentedControl
          size="xs"
          aria-label="which answers"
          data={[...REVIEW_SHOWS]}
          value={show}
          onChange={(value) => {
            asked.current.show = value as ReviewShow;
            setCases(undefined);
            setShow(asked.current.show);
            look();
          }}
        />
      </Group>
      {cases && !current && <Text c="dimmed">{NOTHING[show]}</Text>}
      {current && (
        <Case
          key={current.queryId}
          of={current}
          more={(cases?.length ?? 1) - 1}
          next={() => setCases(cases?.slice(1))}
          onDone={() => {
            look();
            onDone();
          }}
        />
      )}
    </Stack>
  );
}

function Case(props: { of: ReviewCase; more: number; next: () => void; onDone: () => void }) {
  const { of, more, next, onDone } = props;
  const role = useApp((s) => s.welcome?.person?.role);
  const [reason, setReason] = useState('');
  async function decide(answer: ReviewedAnswer, what: Parameters<typeof decideAnswer>[1]) {
    try {
      await decideAnswer(answer.feedbackId, { ...what, reason: reason.trim() });
      onDone();
    } catch (error) {
      notifications.show({ color: 'red', title: 'Refused', message: (error as Error).message });
    }
  }
  return (
    <Stack gap="sm" data-testid="review-case">
      <Clips segments={of.segments} />
      {of.segments.map((segment) => (
        <ClipComments key={`${segment.episodeId} ${segment.from}`} segment={segment} />
      ))}
      {role !== 'auditor' && (
        <TextInput
          size="xs"
          label="Why"
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-testid="review-reason"
        />
      )}
      {of.answers.map((answer) => (
        <Group key={answer.feedbackId} gap="xs" data-testid="reviewed-answer">
          <Text size="sm" fw={600}>
            {answer.name}
          </Text>
          <Text size="sm">{said(answer)}</Text>
          <Text size="sm" c="dimmed" flex={1} miw={120}>
            {decided(answer)}
          </Text>
          {role !== 'auditor' && (
            <Verdicts kind={of.kind} answer={answer} decide={(what) => decide(answer, what)} />
          )}
        </Group>
      ))}
      <Group>
        <Button size="compact-sm" variant="default" disabled={more === 0} onClick={next}>
          Next, {more} more
        </Button>
        {role !== 'auditor' && isAgreed(of) && <MakeGold queryId={of.queryId} />}
      </Group>
    </Stack>
  );
}

/** People agree on it, and so does whoever looks at it here. */
function MakeGold({ queryId }: { queryId: string }) {
  async function make() {
    try {
      await agreeOnGold(queryId);
      notifications.show({ message: 'Others are asked it from now on, to see how they answer.' });
    } catch (error) {
      notifications.show({ color: 'red', title: 'Refused', message: (error as Error).message });
    }
  }
  return (
    <Button size="compact-sm" variant="default" onClick={make} data-testid="make-gold">
      Everybody agrees: make it gold
    </Button>
  );
}

function Verdicts(props: {
  kind: string;
  answer: ReviewedAnswer;
  decide: (what: Parameters<typeof decideAnswer>[1]) => void;
}) {
  const { kind, answer, decide } = props;
  if (answer.review)
    return (
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => decide({ verdict: 'undo' })}
        data-testid="review-undo"
      >
        Undo
      </Button>
    );
  return (
    <Button.Group>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => decide({ verdict: 'accept' })}
        data-testid="review-accept"
      >
        Accept
      </Button>
      <Menu shadow="md">
        <Menu.Target>
          <Button size="compact-sm" variant="default" data-testid="review-change">
            Fix or reject
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {kind === 'preference' && (
            <>
              <Menu.Item onClick={() => decide({ verdict: 'fix', choice: 'a' })}>
                Left is better
              </Menu.Item>
              <Menu.Item onClick={() => decide({ verdict: 'fix', choice: 'b' })}>
                Right is better
              </Menu.Item>
              <Menu.Item onClick={() => decide({ verdict: 'fix', choice: 'equal' })}>
                They are equal
              </Menu.Item>
            </>
          )}
          <Menu.Item onClick={() => decide({ verdict: 'ask-again' })}>
            Reject, and ask others
          </Menu.Item>
          <Menu.Item onClick={() => decide({ verdict: 'remove' })} data-testid="review-remove">
            Reject for good
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Button.Group>
  );
}

function Clips({ segments }: Pick<ReviewCase, 'segments'>) {
  const client = useClient();
  const clock = useRef(createClock());
  const [clips, setClips] = useState<readonly Clip[]>();
  const [isGone, setGone] = useState(false);
  useEffect(() => {
    let isOver = false;
    Promise.all(segments.map((segment) => client.clip(segment))).then(
      (found) => !isOver && setClips(found),
      () => !isOver && setGone(true),
    );
    return () => {
      isOver = true;
    };
  }, [client, segments]);
  useEffect(() => {
    const length = Math.max(0, ...(clips ?? []).map((clip) => (clip.rows - 1) * clip.dt));
    let last = performance.now();
    let handle = requestAnimationFrame(function draw(now) {
      advance(clock.current, (now - last) / 1000, length);
      last = now;
      handle = requestAnimationFrame(draw);
    });
    return () => cancelAnimationFrame(handle);
  }, [clips]);
  if (isGone)
    return (
      <Text size="sm" c="dimmed">
        The clips are no longer kept.
      </Text>
    );
  return (
    <Group gap="sm" grow>
      {segments.map((segment, i) => (
        <div
          key={`${segment.episodeId} ${segment.from}`}
          style={{ position: 'relative', height: 220 }}
        >
          <ClipStage clip={clips?.[i]} clock={clock.current} camera="chase" />
          <Button
            className="clip-opens"
            size="compact-xs"
            variant="default"
            onClick={() =>
              client.store.setState({
                tab: 'episodes',
                moment: { episodeId: segment.episodeId, step: segment.from },
              })
            }
            data-testid="open-reviewed"
          >
            Open the episode
          </Button>
        </div>
      ))}
    </Group>
  );
}

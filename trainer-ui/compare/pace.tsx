/** How fast somebody answers, and after a while that a rest would do them good: it blocks nothing and can be switched off. */
import { ActionIcon, Button, Group, Text, Tooltip } from '@mantine/core';
import { IconCoffee, IconCoffeeOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useApp, useClient } from '../context.ts';
import type { NextClipSummary } from './next-clip.ts';
import { isRestDue, LATER, stretchOf } from './rest.ts';
import type { Questions } from './use-questions.ts';

/** ms between looks at the clock. */
const LOOK_EVERY = 5000;

type Answers = Pick<Questions, 'answered' | 'count' | 'waiting' | 'nextClip'>;

/** The stretch of answers that goes on now. */
function useStretch({ answered }: Pick<Answers, 'answered'>) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), LOOK_EVERY);
    return () => clearInterval(timer);
  }, []);
  // An answer may be newer than the last look.
  const newest = Math.max(now, answered.at(-1)?.at ?? 0);
  const times = answered.map(({ at }) => at);
  return { now: newest, stretch: stretchOf(times, newest) };
}

export function Pace({ answered, count, waiting, nextClip }: Answers) {
  const { stretch } = useStretch({ answered });
  const client = useClient();
  const isOn = useApp((s) => s.rest.isOn);
  const Icon = isOn ? IconCoffee : IconCoffeeOff;
  return (
    <Group gap={6} wrap="nowrap">
      <Text size="sm" c="dimmed" data-testid="compare-count" className="wide-only">
        {count} answered · {Math.round(stretch?.pace ?? 0)} a minute · {waiting} waiting
      </Text>
      {nextClip && <AfterAnswer {...nextClip} />}
      <Tooltip label={isOn ? 'You are reminded of a rest' : 'You are not reminded of a rest'}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="remind me of a rest"
          aria-pressed={isOn}
          onClick={(event) => {
            event.currentTarget.blur();
            client.remindOfRest(!isOn);
          }}
          data-testid="rest-reminder"
        >
          <Icon size={18} />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}

/** How soon the next clip is there. */
function AfterAnswer({ answers, medianMs, slowMs }: NextClipSummary) {
  const words = `From an answer to the first picture of every clip of the next question: the median of the last ${answers} answers; 95 % of them took at most ${Math.round(slowMs)} ms.`;
  return (
    <Tooltip label={words} multiline maw={320}>
      <Text
        size="sm"
        c="dimmed"
        className="wide-only"
        data-testid="next-clip"
        data-answers={answers}
        data-median={Math.round(medianMs)}
        data-slow={Math.round(slowMs)}
      >
        · next clip after {Math.round(medianMs)} ms
      </Text>
    </Tooltip>
  );
}

export function RestNote({ answered }: Pick<Answers, 'answered'>) {
  const client = useClient();
  const { isOn, notBefore } = useApp((s) => s.rest);
  const { now, stretch } = useStretch({ answered });
  if (!isOn || !stretch || !isRestDue(stretch, now, notBefore)) return null;
  const { lasts, answers, pace, newestPace } = stretch;
  return (
    <Group className="goal-note" gap="xs" role="status" data-testid="rest-note">
      <Text size="sm" flex="1 1 260px">
        <b>Time for a rest?</b> You have answered for {Math.round(lasts / 60_000)} minutes:{' '}
        {answers} answers, {pace.toFixed(1)} a minute, {newestPace.toFixed(1)} in the last five.
      </Text>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() =>
          client.store.setState(({ rest }) => ({ rest: { ...rest, notBefore: now + LATER } }))
        }
        data-testid="rest-later"
      >
        In 10 minutes
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => client.remindOfRest(false)}
        data-testid="rest-off"
      >
        Don’t remind me
      </Button>
    </Group>
  );
}

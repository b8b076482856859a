/** Pausing somebody, or letting them in again: with a reason, and undone the same way. */
import { Button, Modal, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { decide } from './people-api.ts';
import type { PersonRow } from './report.ts';

const WORDS = {
  pause: {
    title: 'Pause',
    what: 'Their answers count no more and are taken out of the reward model; others are asked the same questions. It can be undone to the last answer.',
    done: (n: number) => `${n} answers count no more`,
  },
  resume: {
    title: 'Let in again',
    what: 'All their answers count again as they did.',
    done: (n: number) => `${n} answers count again`,
  },
} as const;

export function Decision(props: {
  person: PersonRow | undefined;
  close: () => void;
  onDone: () => void;
}) {
  const { person, close, onDone } = props;
  const [reason, setReason] = useState('');
  const [isBusy, setBusy] = useState(false);
  if (!person) return null;
  const what = person.standing.state === 'paused' ? 'resume' : 'pause';
  const { title, what: meaning, done } = WORDS[what];
  async function submit() {
    setBusy(true);
    try {
      const message = done(await decide(person!.teacherId, what, reason.trim()));
      notifications.show({ title: person!.name, message });
      close();
      onDone();
    } catch (error) {
      const { message } = error as Error;
      notifications.show({ color: 'red', title: 'Refused', message });
    } finally {
      setBusy(false);
    }
  }
  return (
    <Modal opened onClose={close} title={`${title}: ${person.name}`}>
      <Stack>
        <Text size="sm">{meaning}</Text>
        <Textarea
          label="Why"
          data-autofocus
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-testid="reason"
        />
        <Button
          color={what === 'pause' ? 'red' : 'blue'}
          disabled={reason.trim() === ''}
          loading={isBusy}
          onClick={submit}
          data-testid="decide"
        >
          {title}
        </Button>
      </Stack>
    </Modal>
  );
}

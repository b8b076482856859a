/** Threads one below the other: what was said, replies, and whether it is settled. */
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Stretch } from '../critique/stretch.ts';
import { stretchWords, type Thread, textOf, threadsOf } from './threads.ts';
import type { Comments } from './use-comments.ts';

export function ThreadList(props: {
  of: Comments;
  dt: number;
  /** Only what touches these steps. */
  within?: Stretch;
  go?: (step: number) => void;
}) {
  const { of, dt, within, go } = props;
  const threads = threadsOf(of.comments, within);
  if (threads.length === 0) return null;
  return (
    <Stack gap="xs" component="ul" p={0} m={0} aria-label="comments" style={{ listStyle: 'none' }}>
      {threads.map((thread) => (
        <li
          key={thread.first.id}
          data-testid="thread"
          data-state={thread.isOpen ? 'open' : 'resolved'}
        >
          <OneThread of={of} thread={thread} dt={dt} go={go} />
        </li>
      ))}
    </Stack>
  );
}

function OneThread(props: {
  of: Comments;
  thread: Thread;
  dt: number;
  go: ((step: number) => void) | undefined;
}) {
  const { of, thread, dt, go } = props;
  const { first, replies, isOpen } = thread;
  return (
    <Stack gap={4} opacity={isOpen ? 1 : 0.75}>
      <Group gap="xs">
        <Button
          size="compact-xs"
          variant="light"
          color="gray"
          disabled={!go}
          onClick={(event) => {
            event.currentTarget.blur();
            go?.(first.from);
          }}
          data-testid="go-to-comment"
        >
          {stretchWords(first, dt)}
        </Button>
        {!isOpen && (
          <Text size="xs" c="dimmed">
            resolved by {first.resolvedBy}
          </Text>
        )}
        {of.mayWrite && (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => of.resolve(first.id, isOpen)}
            data-testid="resolve"
          >
            {isOpen ? 'Resolve' : 'Open again'}
          </Button>
        )}
      </Group>
      {[first, ...replies].map((comment) => (
        <Text key={comment.id} size="sm" style={{ whiteSpace: 'pre-wrap' }}>
          <b>{comment.by}</b> {textOf(comment)}
        </Text>
      ))}
      {of.mayWrite && isOpen && (
        <Write label="Reply" write={(text) => of.write(text, { replyTo: first.id })} />
      )}
    </Stack>
  );
}

/** What was typed stays until it is written. */
export function Write(props: { label: string; write: (text: string) => Promise<boolean> }) {
  const { label, write } = props;
  const [text, setText] = useState('');
  const [isBusy, setBusy] = useState(false);
  async function submit() {
    setBusy(true);
    if (await write(text)) setText('');
    setBusy(false);
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '' && !isBusy) void submit();
      }}
    >
      <Group gap="xs" wrap="nowrap">
        <TextInput
          size="xs"
          flex={1}
          aria-label={label}
          placeholder={label}
          maxLength={2000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data-testid="comment-text"
        />
        <Button
          type="submit"
          size="compact-sm"
          variant="default"
          loading={isBusy}
          disabled={text.trim() === ''}
          data-testid="comment-send"
        >
          Send
        </Button>
      </Group>
    </form>
  );
}

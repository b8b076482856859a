/** Takes an answer back: the last by one key, any earlier one from the list. */
import { Button, Group, Kbd, Menu } from '@mantine/core';
import { IconArrowBackUp, IconHistory } from '@tabler/icons-react';
import { CLIPS, firstKey } from '../core/bindings.ts';
import type { Answered } from '../core/store.ts';
import type { Questions } from './use-questions.ts';

/** Answers that the list shows, newest first. */
const LISTED = 30;

export function Undo({
  questions,
}: {
  questions: Pick<Questions, 'answered' | 'undo' | 'undoOne'>;
}) {
  const { answered, undo, undoOne } = questions;
  const newest = answered.slice(-LISTED).reverse();
  return (
    <Group gap={4} wrap="nowrap">
      <Button
        variant="subtle"
        color="gray"
        size="md"
        leftSection={<IconArrowBackUp size={16} />}
        rightSection={<Kbd size="xs">{firstKey(CLIPS.undo)}</Kbd>}
        disabled={answered.length === 0}
        onClick={undo}
        data-testid="undo"
      >
        Undo
      </Button>
      <Menu position="top-end" shadow="md" withinPortal>
        <Menu.Target>
          <Button
            variant="subtle"
            color="gray"
            size="md"
            px="xs"
            aria-label="take back an earlier answer"
            disabled={answered.length === 0}
            data-testid="earlier-answers"
          >
            <IconHistory size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
          <Menu.Label>Take back and answer again</Menu.Label>
          {newest.map((one) => (
            <Menu.Item
              key={one.feedbackId}
              onClick={() => undoOne(one)}
              data-testid="earlier-answer"
            >
              {words(one)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

function words({ said, at }: Answered): string {
  return `${new Date(at).toLocaleTimeString('en-GB')} · ${said}`;
}

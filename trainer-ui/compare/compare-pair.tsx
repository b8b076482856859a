import { Button, Menu } from '@mantine/core';
import { IconChevronUp } from '@tabler/icons-react';
import { useState } from 'react';
import { actionOf, COMPARE, SKIP_REASONS } from '../core/bindings.ts';
import { useKeys } from '../use-keys.ts';
import { AnswerButton, type AnswerProps, Frame } from './frame.tsx';
import type { Choice } from './use-questions.ts';

const FLASH_MS = 160;
/** With Shift: only a little better. */
const SLIGHTLY = 0.5;

/** Which of two clips is better, one key each. */
export function ComparePair(props: AnswerProps) {
  /** Of the question that it answered: the next one may be there before it fades. */
  const [flash, setFlash] = useState<{ query: string | undefined; choice: Choice }>();
  const query = props.question.query.id;
  const chosen = flash?.query === query ? flash?.choice : undefined;
  const [asksWhy, setAsksWhy] = useState(false);
  function choose(choice: Choice, strength = 1, reason?: string): void {
    if (!props.question.clips) return;
    setFlash({ query, choice });
    setTimeout(() => setFlash(undefined), FLASH_MS);
    props.questions.answer({ kind: 'compare', choice, strength, ...(reason ? { reason } : {}) });
  }
  useKeys((event) => {
    const choice = actionOf(COMPARE, event);
    if (choice === 'skip' && event.shiftKey) setAsksWhy(true);
    else if (choice) choose(choice, event.shiftKey ? SLIGHTLY : 1);
    return choice !== undefined;
  });
  return (
    <Frame
      {...props}
      title="Which one is better?"
      chosen={(clip) => chosen === 'ab'[clip] || chosen === 'equal'}
    >
      <AnswerButton
        binding={COMPARE.a}
        label="Left"
        testId="choose-a"
        onClick={() => choose('a')}
      />
      <AnswerButton
        binding={COMPARE.equal}
        label="Equal"
        testId="choose-equal"
        onClick={() => choose('equal')}
      />
      <AnswerButton
        binding={COMPARE.incomparable}
        label="Can’t tell"
        testId="choose-incomparable"
        onClick={() => choose('incomparable')}
      />
      <Skip opened={asksWhy} setOpened={setAsksWhy} skip={(reason) => choose('skip', 1, reason)} />
      <AnswerButton
        binding={COMPARE.b}
        label="Right"
        testId="choose-b"
        onClick={() => choose('b')}
      />
    </Frame>
  );
}

/** Skips at once; the arrow beside it asks why, and the reason goes into the log. */
function Skip(props: {
  opened: boolean;
  setOpened: (opened: boolean) => void;
  skip: (reason?: string) => void;
}) {
  const { opened, setOpened, skip } = props;
  return (
    <Button.Group>
      <AnswerButton
        binding={COMPARE.skip}
        label="Skip"
        testId="choose-skip"
        onClick={() => skip()}
      />
      <Menu opened={opened} onChange={setOpened} position="top" shadow="md">
        <Menu.Target>
          <Button
            variant="default"
            size="md"
            px="xs"
            aria-label="skip, and say why"
            data-testid="skip-why"
          >
            <IconChevronUp size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Skip, because</Menu.Label>
          {SKIP_REASONS.map((reason) => (
            <Menu.Item key={reason} onClick={() => skip(reason)} data-testid="skip-reason">
              {reason}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Button.Group>
  );
}

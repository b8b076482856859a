import { useState } from 'react';
import { actionOf, COMPARE } from '../core/bindings.ts';
import { useKeys } from '../use-keys.ts';
import { AnswerButton, type AnswerProps, Frame } from './frame.tsx';
import type { Choice } from './use-questions.ts';

const FLASH_MS = 160;
/** With Shift: only a little better. */
const SLIGHTLY = 0.5;

/** Which of two clips is better, one key each. */
export function ComparePair(props: AnswerProps) {
  const [flash, setFlash] = useState<Choice>();
  function choose(choice: Choice, strength = 1): void {
    if (!props.question.clips) return;
    setFlash(choice);
    setTimeout(() => setFlash(undefined), FLASH_MS);
    props.questions.answer({ kind: 'compare', choice, strength });
  }
  useKeys((event) => {
    const choice = actionOf(COMPARE, event);
    if (choice) choose(choice, event.shiftKey ? SLIGHTLY : 1);
    return choice !== undefined;
  });
  return (
    <Frame
      {...props}
      title="Which one is better?"
      chosen={(clip) => flash === 'ab'[clip] || flash === 'equal'}
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
      <AnswerButton
        binding={COMPARE.skip}
        label="Skip"
        testId="choose-skip"
        onClick={() => choose('skip')}
      />
      <AnswerButton
        binding={COMPARE.b}
        label="Right"
        testId="choose-b"
        onClick={() => choose('b')}
      />
    </Frame>
  );
}

import { Kbd, Text, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { digitOf, SCORE } from '../core/bindings.ts';
import { useBindings, useKeys } from '../use-keys.ts';
import { AnswerButton, type AnswerProps, Frame } from './frame.tsx';
import { orderOf, type Placing, place, rankOf, takeBack } from './ranking.ts';
import { Shelf } from './shelf.tsx';

const ORDINAL = ['1st', '2nd', '3rd', '4th', '5th', '6th', '7th', '8th'];

/** Clips from best to worst: their digits in that order, then Enter. */
export function RankClips(props: AnswerProps) {
  const { query, clips } = props.question;
  const [made, setMade] = useState<{ queryId: string; placing: Placing }>();
  const placing = made?.queryId === query.id ? made.placing : [];
  const n = query.segments.length;
  const placed = placing.flat().length;
  const order = orderOf(placing, n);
  const set = (next: Placing) => setMade({ queryId: query.id, placing: next });
  const put = (clip: number, besideLast: boolean) => {
    if (clips) set(place(placing, clip, besideLast));
  };
  const send = () => {
    if (order) props.questions.answer({ kind: 'rank', order });
  };
  const pass = () => props.questions.answer({ kind: 'pass' });

  useBindings(SCORE, { send, takeBack: () => set(takeBack(placing)), skip: pass });
  useKeys((event) => {
    const digit = digitOf(event);
    if (digit === undefined || digit > n) return false;
    put(digit - 1, event.shiftKey);
    return true;
  });

  const progress =
    placed === 0
      ? 'press the number of the best'
      : placed < n - 1
        ? `${placed} of ${n}: press the next best; with Shift: as good as the one before`
        : 'Enter to send';
  return (
    <Frame
      {...props}
      title="From best to worst"
      progress={progress}
      below={() => clips && <Shelf placing={placing} clips={n} onChange={set} />}
      chosen={(clip) => rankOf(placing, clip) !== undefined}
      over={(clip) => {
        const rank = rankOf(placing, clip);
        return (
          <UnstyledButton
            className="place glass"
            onClick={(event) => {
              event.currentTarget.blur();
              put(clip, event.shiftKey);
            }}
            aria-label={`clip ${clip + 1}`}
            data-testid={`place-${clip + 1}`}
            data-rank={rank ?? ''}
          >
            <Kbd>{clip + 1}</Kbd>
            {rank !== undefined && (
              <Text fw={700} c="var(--good)">
                {ORDINAL[rank]}
              </Text>
            )}
          </UnstyledButton>
        );
      }}
    >
      <AnswerButton
        binding={SCORE.send}
        label="Send"
        testId="send"
        primary
        disabled={!order}
        onClick={send}
      />
      <AnswerButton
        binding={SCORE.takeBack}
        label="Take back"
        testId="take-back"
        disabled={placed === 0}
        onClick={() => set(takeBack(placing))}
      />
      <AnswerButton binding={SCORE.skip} label="Skip" testId="choose-skip" onClick={pass} />
    </Frame>
  );
}

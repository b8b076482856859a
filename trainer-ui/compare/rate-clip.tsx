import { UnstyledButton } from '@mantine/core';
import { IconStar, IconStarFilled } from '@tabler/icons-react';
import { useState } from 'react';
import type { Clip, WireQuery } from '../../server/protocol/index.ts';
import { digitOf, SCORE } from '../core/bindings.ts';
import { Critique } from '../critique/critique.tsx';
import { useBindings, useKeys } from '../use-keys.ts';
import type { ClipClock } from './clip-clock.ts';
import { AnswerButton, type AnswerProps, Frame } from './frame.tsx';

type Segment = WireQuery['segments'][number];

const WORDS = ['very bad', 'bad', 'so-so', 'good', 'very good'] as const;
const SCALE = WORDS.length;

/** One clip, one to five stars: a digit, then Enter or the same digit again. */
export function RateClip(props: AnswerProps) {
  const { query, clips } = props.question;
  const [made, setMade] = useState<{ queryId: string; score: number }>();
  const score = made?.queryId === query.id ? made.score : undefined;
  const send = () => {
    if (score !== undefined) props.questions.answer({ kind: 'rate', score, scale: SCALE });
  };
  const pick = (next: number) => {
    if (!clips) return;
    if (next === score) send();
    else setMade({ queryId: query.id, score: next });
  };
  const clear = () => setMade(undefined);
  const pass = () => props.questions.answer({ kind: 'pass' });

  useBindings(SCORE, { send, takeBack: clear, skip: pass });
  useKeys((event) => {
    const digit = digitOf(event);
    if (digit === undefined || digit > SCALE) return false;
    pick(digit - 1);
    return true;
  });

  return (
    <Frame
      {...props}
      title="How good is this?"
      below={(clock) =>
        clips && <Marked clip={clips[0]!} segment={query.segments[0]!} clock={clock} />
      }
      progress={
        score === undefined
          ? `press 1 (${WORDS[0]}) to ${SCALE} (${WORDS[SCALE - 1]})`
          : `${WORDS[score]}: Enter or ${score + 1} again to send`
      }
    >
      <fieldset className="stars" aria-label="stars" data-score={score ?? ''} data-testid="stars">
        {WORDS.map((word, i) => (
          <UnstyledButton
            key={word}
            onClick={(event) => {
              event.currentTarget.blur();
              pick(i);
            }}
            title={`${i + 1}: ${word}`}
            aria-label={`${i + 1}: ${word}`}
            aria-pressed={score !== undefined && i <= score}
            data-testid={`star-${i + 1}`}
          >
            {score !== undefined && i <= score ? (
              <IconStarFilled size={30} color="#ffd43b" />
            ) : (
              <IconStar size={30} color="#5d6875" />
            )}
          </UnstyledButton>
        ))}
      </fieldset>
      <AnswerButton
        binding={SCORE.send}
        label="Send"
        testId="send"
        primary
        disabled={score === undefined}
        onClick={send}
      />
      <AnswerButton
        binding={SCORE.takeBack}
        label="Clear"
        testId="take-back"
        disabled={score === undefined}
        onClick={clear}
      />
      <AnswerButton binding={SCORE.skip} label="Skip" testId="choose-skip" onClick={pass} />
    </Frame>
  );
}

/** Stretches of the clip that are good or bad by themselves. */
function Marked({ clip, segment, clock }: { clip: Clip; segment: Segment; clock: ClipClock }) {
  const { episodeId, from, to } = segment;
  return (
    <Critique episodeId={episodeId} first={from} steps={to - from} dt={clip.dt} clock={clock} />
  );
}

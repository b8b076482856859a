import { expect, test } from 'vitest';
import type { Feedback, FeedbackBody } from '../../../agent/contract.ts';
import { teachingOf } from '../../../server/run/teaching.ts';
import { rewardFeedback } from '../../contracts/storage.ts';

const NONE = new Set<string>();
let made = 0;
const {
  kind: _,
  episodeId: __,
  step: ___,
  value: ____,
  ...base
} = rewardFeedback('x') as Extract<Feedback, { kind: 'reward' }>;
const say = (teacherId: string, body: FeedbackBody): Feedback =>
  ({ ...base, ...body, teacherId, id: `f${++made}`, answeredAt: made }) as Feedback;
const segment = (episodeId: string, from: number, to: number) => ({ episodeId, from, to });
const compare = (teacherId: string, from: number) =>
  say(teacherId, {
    ...{ kind: 'preference', a: segment('e1', from, from + 5), b: segment('e2', 0, 5) },
    choice: 'b',
  });
const drive = (teacherId: string, episodeId: string, from: number, to: number) =>
  say(teacherId, { kind: 'override', episodeId, from, to });

test('[UI-104] what was said is counted by person and kind, with what the newest is about', () => {
  const log = [
    ...[compare('ada', 3), compare('bob', 4), compare('ada', 7)],
    say('ada', { kind: 'reward', episodeId: 'e1', step: 9, value: 1 }),
  ];
  expect(teachingOf(log, NONE).people).toEqual([
    {
      ...{ teacherId: 'ada', count: 3 },
      said: [
        { kind: 'preference', count: 2, newest: { episodeId: 'e1', step: 7 } },
        { kind: 'reward', count: 1, newest: { episodeId: 'e1', step: 9 } },
      ],
    },
    {
      ...{ teacherId: 'bob', count: 1 },
      said: [{ kind: 'preference', count: 1, newest: { episodeId: 'e1', step: 4 } }],
    },
  ]);
});

test('[UI-104] what was taken back or rejected is not counted, and neither is what completes a takeover', () => {
  const [kept, back, rejected] = [compare('ada', 1), compare('ada', 2), compare('ada', 3)];
  const takeover = drive('ada', 'e1', 5, 9);
  const log = [
    ...[kept, back, rejected, takeover],
    say('ada', {
      ...{ kind: 'counterfactual', overrideId: takeover.id, ...segment('e1', 5, 9) },
      counterfactual: segment('c1', 0, 4),
    }),
    say('ada', { kind: 'retraction', feedbackId: back.id }),
  ];
  const [ada] = teachingOf(log, new Set([rejected.id])).people;
  expect(ada!.said.map(({ kind, count }) => [kind, count])).toEqual([
    ['preference', 1],
    ['override', 1],
  ]);
});

test('[UI-104] a takeover says how far the agent came since the one before it in its episode, whoever that was by', () => {
  const taken = drive('bob', 'e1', 40, 50);
  const log = [
    ...[drive('ada', 'e1', 30, 35), taken, drive('ada', 'e1', 80, 81), drive('ada', 'e2', 12, 20)],
    say('bob', { kind: 'retraction', feedbackId: taken.id }),
  ];
  const told = teachingOf(log, NONE).takeovers;
  // Newest first; what was taken back was driven all the same.
  expect(told.map(({ episodeId, before, steps }) => [episodeId, before, steps])).toEqual([
    ['e2', 12, 8],
    ['e1', 30, 1],
    ['e1', 30, 5],
  ]);
  const many = Array.from({ length: 14 }, (_, i) => drive('ada', `m${i}`, i, i + 1));
  expect(teachingOf(many, NONE).takeovers.map(({ before }) => before)).toEqual([
    ...[13, 12, 11, 10, 9, 8, 7, 6, 5, 4],
  ]);
});

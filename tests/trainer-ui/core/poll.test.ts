import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startPoll } from '../../../trainer-ui/core/poll.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A page that can be hidden, and a server whose answers come when the test says so. */
function start(every = 1000) {
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const questions: { answer(value: number): void; fail(error: Error): void }[] = [];
  const heard: (number | string)[] = [];
  const poll = startPoll<number>({
    ask: () =>
      new Promise((answer, fail) => {
        questions.push({ answer, fail });
      }),
    every,
    onValue: (value) => heard.push(value),
    onError: (error) => heard.push(error.message),
    page,
  });
  return {
    poll,
    questions,
    heard,
    show(visibilityState: 'visible' | 'hidden') {
      page.visibilityState = visibilityState;
      page.dispatchEvent(new Event('visibilitychange'));
    },
  };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('[UI-108] asks at once, and again some time after each answer, good or bad', async () => {
  const { questions, heard } = start();
  expect(questions).toHaveLength(1);
  await pass(5000);
  expect(questions).toHaveLength(1);
  questions[0]!.answer(1);
  await pass(999);
  expect(questions).toHaveLength(1);
  await pass(1);
  expect(questions).toHaveLength(2);
  questions[1]!.fail(new Error('503'));
  await pass(1000);
  questions[2]!.answer(3);
  await pass(0);
  expect(heard).toEqual([1, '503', 3]);
});

test('[UI-108] a hidden page asks nothing, and asks at once when it is seen again', async () => {
  const { questions, show } = start();
  show('hidden');
  show('visible');
  expect(questions).toHaveLength(1);
  questions[0]!.answer(1);
  await pass(0);
  show('hidden');
  await pass(60_000);
  expect(questions).toHaveLength(1);
  show('visible');
  expect(questions).toHaveLength(2);
  show('hidden');
  show('visible');
  expect(questions).toHaveLength(2);
});

test('[UI-108] after a change it asks anew, and an answer from before the change is not heard', async () => {
  const { poll, questions, heard } = start();
  poll.look();
  expect(questions).toHaveLength(2);
  questions[1]!.answer(2);
  await pass(0);
  questions[0]!.answer(1);
  await pass(1000);
  expect(heard).toEqual([2]);
  expect(questions).toHaveLength(3);
});

test('[UI-108] once it is stopped nothing is heard and nothing is asked', async () => {
  const { poll, questions, heard, show } = start();
  poll.stop();
  questions[0]!.answer(1);
  await pass(60_000);
  show('hidden');
  show('visible');
  expect([questions.length, heard]).toEqual([1, []]);
});

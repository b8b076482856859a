import { expect, test } from 'vitest';
import { createLogReader } from '../../../server/storage/log-reader.ts';
import { rewardFeedback } from '../../contracts/storage.ts';

test('[STORE-32] the log is parsed once, however often and by however many at once it is asked for', async () => {
  const stored = [3, 5].map((sequence) => ({ sequence, feedback: rewardFeedback(`f${sequence}`) }));
  const asked: number[] = [];
  let fails = false;
  const readFeedback = async (runId: string, after: number) => {
    expect(runId).toBe('run-1');
    if (fails) throw new Error('locked');
    asked.push(after);
    return stored.filter(({ sequence }) => sequence > after);
  };
  const read = createLogReader({ readFeedback }, 'run-1');
  const ids = async () => (await read()).map(({ id }) => id);
  expect(await Promise.all([ids(), ids()])).toEqual([
    ['f3', 'f5'],
    ['f3', 'f5'],
  ]);
  stored.push({ sequence: 9, feedback: rewardFeedback('f9') });
  fails = true;
  await expect(read()).rejects.toThrow('locked');
  fails = false;
  expect(await ids()).toEqual(['f3', 'f5', 'f9']);
  expect(asked).toEqual([0, 5, 5]);
});

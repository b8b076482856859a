import { expect, test } from 'vitest';
import { Checkpoints } from '../../../server/learner/checkpoints.ts';

test('[STORE-28] a checkpoint that the disk refuses says how much room a new one takes', async () => {
  let isFull = true;
  const checkpoints = new Checkpoints('run', {
    getCheckpoint: async () => undefined,
    async putCheckpoint() {
      if (isFull) throw new Error('ENOSPC: no space left on device, write');
    },
  });
  const heard: (string | undefined)[] = [];
  const save = async () => {
    const arrays = { w: new Float32Array(700_000) };
    const event = { checkpoint: { meta: {}, arrays }, feedbackSequence: 1, last: false };
    checkpoints.save({ type: 'checkpoint', ...event }, (error) => heard.push(error?.message));
    await checkpoints.written;
  };
  await save();
  isFull = false;
  await save();
  expect(heard).toEqual([
    'ENOSPC: no space left on device, write (a new one takes 3 MB beside the two that are kept)',
    undefined,
  ]);
});

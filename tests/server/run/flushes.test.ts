import { expect, it } from 'vitest';
import { Flushes } from '../../../server/run/flushes.ts';
import { createDeferred } from '../../../server/threads/deferred.ts';

it('[SRV-47] what waits for a flush while the simulation closes waits for its last episode alone', async () => {
  const sent: number[] = [];
  const flushes = new Flushes((tag) => sent.push(tag));
  const disk = createDeferred<void>();
  const asked = flushes.ask();
  flushes.writing(disk.promise);
  flushes.conclude();
  const later = flushes.ask();
  let isDone = false;
  const both = Promise.all([asked, later]).then(() => {
    isDone = true;
  });
  await Promise.resolve();
  expect(isDone).toBe(false);
  disk.resolve();
  await both;
  expect(sent).toEqual([]);
});

it('[SRV-47] a last episode that cannot be written is an error to all of them', async () => {
  const flushes = new Flushes(() => {});
  const asked = flushes.ask();
  flushes.writing(Promise.reject(new Error('the disk is full')));
  flushes.conclude();
  await expect(asked).rejects.toThrow('the disk is full');
  await expect(flushes.ask()).rejects.toThrow('the disk is full');
});

import { expect, test } from 'vitest';
import { memoryOfProcess } from '../../../server/threads/memory.ts';
import { startThread } from '../../../server/threads/threads.ts';
import { until } from '../../e2e/helpers.ts';

test('[MEM-11] what a thread holds is in the sums of the process for as long as it runs', async () => {
  const before = memoryOfProcess();
  const module = new URL('./fixtures/holds-memory.ts', import.meta.url).href;
  const thread = startThread<string, string>({}, module, { onEvent() {}, onDeath() {} });
  const more = () => {
    const { arrays, heaps } = memoryOfProcess();
    return { arrays: arrays - before.arrays, heaps: heaps - before.heaps };
  };
  // An object of one field takes 16 bytes and more.
  await until('its report', () => more().arrays > 39e6 && more().heaps > 16e6);
  await thread.stop();
  expect(more().arrays).toBeLessThan(20e6);
  const { process: whole, code } = memoryOfProcess();
  expect(whole).toBeGreaterThan(code ?? 0);
  expect(code === undefined).toBe(process.platform !== 'linux');
});

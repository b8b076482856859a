import { expect, test } from 'vitest';
import { createMemoryStore } from '../../../trainer-ui/core/key-store.ts';
import { createLimits } from '../../../trainer-ui/core/limits.ts';

test('[UI-107] limits are remembered by environment and axis; what is damaged counts as all of it', () => {
  const storage = createMemoryStore();
  createLimits(storage).set('driving', 'throttle', 0.5);
  const again = createLimits(storage);
  expect(again.of('driving', 'throttle')).toBe(0.5);
  expect([again.of('driving', 'steering'), again.of('parking', 'throttle')]).toEqual([1, 1]);
  for (const text of ['{"driving/throttle":7}', '{"driving/throttle":"a"}', '[', 'null', '3']) {
    storage.setItem('reins-limits', text);
    expect(createLimits(storage).of('driving', 'throttle')).toBe(1);
  }
});

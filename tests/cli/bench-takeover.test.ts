import { expect, it } from 'vitest';
import { benchTakeover } from '../../cli/bench-takeover.ts';

it('[CLI-71] bench takeover measures presses to the steps that they decided, the line’s delay included', async () => {
  const told: number[] = [];
  const result = await benchTakeover({
    ...{ env: 'driving-easy', option: {}, preset: 'reins', rollouts: 0, seed: 1 },
    ...{ presses: 3, delay: 300, clock: () => performance.now() },
    onMeasured: (n) => told.push(n),
  });
  expect(result).toMatchObject({ env: 'driving-easy', delayMs: 300, presses: 3 });
  expect(result.stepMs).toBeCloseTo(100, 3);
  const { keyToActionMs, beyondStepMs } = result;
  // How long beyond that is for a quiet machine; timers may be a millisecond early, each way.
  expect(keyToActionMs.median).toBeGreaterThan(297);
  expect(keyToActionMs.p95).toBeGreaterThanOrEqual(keyToActionMs.median!);
  expect(beyondStepMs.median).toBeCloseTo(keyToActionMs.median! - 100, 3);
  expect(told).toEqual([1, 1, 1]);
});

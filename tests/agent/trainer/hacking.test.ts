import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHackingWatch } from '../../../agent/trainer/hacking.ts';

/** Eight episodes as `before`, then eight as `after`: [learned reward, disagreement]. */
function watch(before: readonly [number, number], after: readonly [number, number]) {
  const hacking = createHackingWatch();
  for (let i = 0; i < 16; i++) {
    const [reward, disagreement] = i < 8 ? before : after;
    hacking.add(`e${i}`, { reward, disagreement: disagreement + i * 1e-4 });
  }
  return hacking;
}

test('[TRN-7] the alarm needs both: learned reward and disagreement rise', () => {
  expect(watch([0, 0.1], [1, 0.5]).alarm).toBe(true);
  expect(watch([0, 0.1], [1, 0.1]).alarm).toBe(false);
  expect(watch([0, 0.1], [0, 0.5]).alarm).toBe(false);
  expect(watch([1, 0.1], [0, 0.5]).alarm).toBe(false);
  expect(watch([0, 0.5], [1, 0.1]).alarm).toBe(false);
});

test('[TRN-7] suspects are new episodes, the most disputed first to be asked about; none without alarm', () => {
  const suspects = [...watch([0, 0.1], [1, 0.5]).suspects()];
  expect(suspects.sort()).toEqual(['e12', 'e13', 'e14', 'e15']);
  expect(watch([0, 0.1], [0, 0.1]).suspects().size).toBe(0);
});

test('[TRN-7] a new reward model judges old and new episodes again; one window says nothing', () => {
  const hacking = watch([0, 0.1], [1, 0.5]);
  // The new model is not impressed by what the old one was hacked with.
  hacking.judgeAgain(() => ({ reward: 0, disagreement: 0.1 }));
  expect(hacking.alarm).toBe(false);
  hacking.judgeAgain((id) => {
    const isNew = Number(id.slice(1)) >= 8;
    return isNew ? { reward: 2, disagreement: 0.6 } : { reward: 0, disagreement: 0.1 };
  });
  expect(hacking.alarm).toBe(true);
  hacking.judgeAgain((id) => (id === 'e3' ? undefined : { reward: 0, disagreement: 0 }));
  expect(hacking.save().length).toBe(15);
  expect(hacking.alarm).toBe(false);
});

test('[TRN-7] the watch goes on from a checkpoint', () => {
  const hacking = watch([0, 0.1], [1, 0.5]);
  const restored = createHackingWatch();
  restored.load(hacking.save());
  expect(restored.alarm).toBe(true);
  expect(restored.suspects()).toEqual(hacking.suspects());
});

test('[TRN-7] behaviour that stays within its own spread never alarms', () => {
  fc.assert(
    fc.property(fc.double({ min: -10, max: 10, noNaN: true }), (level) => {
      expect(watch([level, 0.3], [level, 0.3]).alarm).toBe(false);
    }),
  );
});

import { expect, it } from 'vitest';
import { verdict } from '../../trainer-ui/tour/practice-verdict.ts';
import { type Done, TOUR } from '../../trainer-ui/tour/steps.ts';

const clip = (metres: number) => ({
  ...{ tag: 1, sceneId: 1, rows: 3, dt: 0.5, poses: new Float32Array(0) },
  predictedRewards: new Float32Array(3),
  disagreements: new Float32Array(3),
  costs: new Float32Array(3),
  speeds: Float32Array.of(metres, metres, metres),
});

it('[UI-54] a practice answer is told right or wrong, with what was to be seen', () => {
  const pair = { better: 'a', clips: [clip(8), clip(1)] } as const;
  expect(verdict('a', pair, undefined)).toBe(
    'Yes, the left one. Left: 8.0 m in 1.0 s · no cost. Right: 1.0 m in 1.0 s · no cost.',
  );
  expect(verdict('equal', pair, undefined)).toContain('reward says: the left one');
  expect(verdict(undefined, { ...pair, better: 'b' }, undefined)).toContain('the right one');
});

it('[UI-54] a step of the tour is done by doing it, not by what was done before', () => {
  const before: Done = { answers: 2, isDriving: false, rewardedAt: 7 };
  const done = (id: string, now: Partial<Done>) =>
    TOUR.find((step) => step.id === id)?.isDone?.({ ...before, ...now }, before);
  expect([done('answer', {}), done('answer', { answers: 3 })]).toEqual([false, true]);
  expect([done('drive', {}), done('drive', { isDriving: true })]).toEqual([false, true]);
  expect([done('let-go', { isDriving: true }), done('let-go', {})]).toEqual([false, true]);
  expect([done('reward', {}), done('reward', { rewardedAt: 9 })]).toEqual([false, true]);
});

import { expect, it } from 'vitest';
import { partsOf, REWARD_CHARTS, RUN_CHARTS } from '../../trainer-ui/learning/charts.ts';

it('[UI-99] every measure says what it is, and what to do where it is bad', () => {
  for (const { title, hint } of [...RUN_CHARTS, ...REWARD_CHARTS]) {
    expect(hint.length, title).toBeGreaterThan(40);
    expect(hint, title).toMatch(/\.$/);
  }
});

it('[UI-99] answers are counted by kind', () => {
  const values = {
    'reward/labels': 15,
    'reward/labels/preference': 12,
    'reward/labels/override': 3,
    'reward/labels/rating': 0,
  };
  expect(partsOf('reward/labels/', { values })).toBe('preference 12, override 3');
});

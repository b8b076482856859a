import { expect, test } from 'vitest';
import { deadKeyWords } from '../../trainer-ui/core/dead-key-words.ts';
import { createAppStore, looksOn, type Welcome } from '../../trainer-ui/core/store.ts';
import { noLearning, stillWords } from '../../trainer-ui/still-words.ts';

const policy = { name: 'a.policy', trainedOn: 'driving', isWatched: false };

test('[UI-66] the page says what drives, that nothing learns, and whether a person may', () => {
  expect(stillWords(policy, 'driving')).toBe(
    'a.policy drives. Nothing learns here. Take over as ever: what you drive is kept as yours.',
  );
  expect(stillWords({ ...policy, isWatched: true }, 'driving-easy')).toBe(
    'a.policy, trained on driving, drives. Nothing learns here and nothing is kept, so nobody takes over: reins serve --policy records that.',
  );
  expect(noLearning(policy)).toContain('nothing is asked');
});

test('[UI-66] whoever only looks on is told no keys that drive or reward', () => {
  const { welcome } = createAppStore().getState();
  expect(looksOn({ welcome })).toBe(false);
  const watched = { policy: { ...policy, isWatched: true } } as Welcome;
  expect(looksOn({ welcome: watched })).toBe(true);
  expect(looksOn({ welcome: { policy } as Welcome })).toBe(false);
  expect(deadKeyWords('w', 'live', [], true)).toMatch(
    /^W does nothing here\. People only look on: Space pauses, Esc stops\./,
  );
  expect(deadKeyWords('w', 'live', [], false)).toContain('reward');
});

import { expect, test } from 'vitest';
import { rewardOf } from '../../trainer-ui/live/reward-key.ts';

test.each([
  ['the + key of a German keyboard', { key: '+', code: 'BracketRight', shiftKey: false }, 1],
  ['it with Shift', { key: '*', code: 'BracketRight', shiftKey: true }, 0.5],
  ['the = key of an American keyboard', { key: '=', code: 'Equal', shiftKey: false }, 1],
  ['it with Shift', { key: '+', code: 'Equal', shiftKey: true }, 0.5],
  ['the + of the number block', { key: '+', code: 'NumpadAdd', shiftKey: false }, 1],
  ['it with Shift', { key: '+', code: 'NumpadAdd', shiftKey: true }, 0.5],
  ['−', { key: '-', code: 'Minus', shiftKey: false }, -1],
  ['− with Shift', { key: '_', code: 'Minus', shiftKey: true }, -0.5],
  ['− of the number block with Shift', { key: '-', code: 'NumpadSubtract', shiftKey: true }, -0.5],
  ['Shift and 8', { key: '*', code: 'Digit8', shiftKey: true }, undefined],
  ['* of the number block', { key: '*', code: 'NumpadMultiply', shiftKey: false }, undefined],
  ['a letter', { key: 'a', code: 'KeyA', shiftKey: true }, undefined],
])('[UI-23] a reward key counts 1, with Shift half: %s', (_what, event, value) => {
  expect(rewardOf(event)).toBe(value);
});

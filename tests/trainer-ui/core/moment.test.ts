import { expect, test } from 'vitest';
import { hashOf, momentOf } from '../../../trainer-ui/core/moment.ts';

test('[UI-43] the address of a moment is read as it was written', () => {
  const moment = { episodeId: 'mb3x-live-12', step: 345 };
  expect(momentOf(hashOf(moment))).toEqual(moment);
  expect(momentOf('#episode=e1')).toEqual({ episodeId: 'e1', step: 0 });
});

test('[UI-77] the address of two beside each other names both', () => {
  const moment = { episodeId: 'mb3x-live-12', step: 345, beside: 'mb3x-live-13' };
  expect(momentOf(hashOf(moment))).toEqual(moment);
});

test.each([
  '',
  '#',
  '#step=3',
  '#episode=../x',
  '#episode=e1&step=-1',
  '#episode=e1&step=1.5',
  '#episode=e1&beside=../x',
])('[UI-43] %j names no moment', (hash) => expect(momentOf(hash)).toBeUndefined());

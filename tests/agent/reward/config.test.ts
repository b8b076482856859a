import { expect, test } from 'vitest';
import { completeRewardConfig } from '../../../agent/reward/config.ts';

const check = (given: object) => () => completeRewardConfig(given);

test('[RWD-30] switches may be given in part, the rest is their default', () => {
  const { surf, rime, reed } = completeRewardConfig({
    surf: { threshold: 0.9 },
    rime: { alpha: 0.4 },
    reed: {},
  } as object);
  expect(surf).toEqual({ threshold: 0.9, ratio: 4, weight: 1, crop: 5 });
  expect(rime).toMatchObject({ alpha: 0.4, betaMax: 3, decayUpdates: 60 });
  expect(reed).toEqual({ batch: 64, weight: 1 });
});

test.each([
  [{ surf: { threshold: 2 } }, 'reward.surf.threshold: is 2, allowed 0.5 to 1'],
  [{ surf: { crop: 1.5 } }, 'reward.surf.crop: is 1.5, allowed whole numbers 0 to 1000'],
  [{ surf: { limit: 1 } }, 'reward.surf.limit: unknown, allowed threshold, ratio, weight, crop'],
  [{ surf: true }, 'reward.surf: is true, allowed an object of threshold'],
  [{ rime: { flipBelow: -1 } }, 'reward.rime.flipBelow: is -1, allowed 0 to 1'],
  [{ reed: { batch: 0 } }, 'reward.reed.batch: is 0, allowed whole numbers 1 to 4096'],
  [{ weights: { preference: -1 } }, 'reward.weights.preference: is -1, allowed 0 to 1000000'],
  [{ weights: { gossip: 1 } }, 'reward.weights.gossip: unknown'],
  [{ creditDensity: 'foo' }, 'reward.creditDensity: is "foo", allowed uniform, gamma'],
  [{ hidden: [0] }, 'reward.hidden: is [0], allowed a list of up to 8: whole numbers 1 to 4096'],
  [{ creditFrom: 2 }, 'reward.creditTo: is 1, allowed 2 (creditFrom) to 10'],
  [{ zero: 'lo' }, 'reward.zero: is "lo", allowed mean, low, learned; did you mean low?'],
  [{ members: Number.NaN }, 'reward.members: is NaN, allowed whole numbers 1 to 32'],
])('[RWD-30] %j is refused by name, value and range', (given, message) => {
  expect(check(given)).toThrow(message);
});

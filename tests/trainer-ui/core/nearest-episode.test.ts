import { expect, it } from 'vitest';
import type { EpisodeReply } from '../../../server/protocol/index.ts';
import { nearest } from '../../../trainer-ui/core/nearest-episode.ts';

/** At 10 steps a second. */
const DT = 0.1;
const at = (id: string, startedAt: number, length = 100, live = true) =>
  ({ id, startedAt, length, live }) as EpisodeReply;
const BEFORE = at('before', 100_000);
const AFTER = at('after', 500_000);

it('[UI-98] a moment of a live episode is the step that was driven then', () => {
  const found = nearest({ before: BEFORE, after: AFTER }, 104_000, DT)!;
  expect(found).toEqual({
    moment: { episodeId: 'before', step: 40 },
    startedAt: 100_000,
    isThen: true,
  });
});

it('[UI-98] a rollout does not say where in it a moment was, and an episode ends at its last step', () => {
  const rollout = at('rollout', 100_000, 100, false);
  expect(nearest({ before: rollout, after: AFTER }, 104_000, DT)!.moment.step).toBe(0);
  expect(nearest({ before: BEFORE, after: AFTER }, 130_000, DT)!.moment.step).toBe(99);
});

it('[UI-98] where none of then is kept it is the nearest, and said not to be of then', () => {
  const later = nearest({ before: BEFORE, after: AFTER }, 450_000, DT)!;
  expect(later).toMatchObject({ moment: { episodeId: 'after', step: 0 }, isThen: false });
  const earlier = nearest({ before: BEFORE, after: AFTER }, 200_000, DT)!;
  expect(earlier).toMatchObject({ moment: { episodeId: 'before' }, isThen: false });
  expect(nearest({ before: undefined, after: AFTER }, 1000, DT)!.isThen).toBe(false);
  expect(nearest({ before: undefined, after: undefined }, 1000, DT)).toBeUndefined();
});

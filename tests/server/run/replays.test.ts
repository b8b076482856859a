import { expect, it } from 'vitest';
import type { Episode } from '../../../agent/contract.ts';
import { type Drawing, isReplayable, replay } from '../../../agent/episode/replay.ts';
import { createEpisodes } from '../../../server/run/episodes.ts';
import { createReplays } from '../../../server/run/replays.ts';
import { createPointWorld } from '../../agent/point-world.ts';
import { recordEpisode } from './episode.ts';

const whole: Episode = { ...recordEpisode('e', 10), end: 'truncated' };
const bare: Episode = { ...whole, poses: new Float32Array(0) };

function replays(patience?: number) {
  const asked: Episode[] = [];
  const failures: string[] = [];
  const made = createReplays(
    { ask: (command) => void (command.type === 'replay' && asked.push(command.episode)) },
    { error: (...said: unknown[]) => void failures.push(String(said[1])) },
    patience,
  );
  return { ...made, asked, failures };
}

it('[LINK-10] only what was played whole and on its actions alone is played again', () => {
  const world = createPointWorld();
  expect(replay(world, bare)!.poses).toEqual(whole.poses);
  expect(isReplayable(bare)).toBe(true);
  const others: Partial<Episode>[] = [
    { poses: whole.poses },
    { end: 'aborted' },
    { end: 'open' },
    { origin: 'counterfactual' },
    { branchOf: { episodeId: 'other', step: 3 } },
  ];
  for (const other of others) expect(isReplayable({ ...bare, ...other })).toBe(false);
  const observations = bare.observations.slice();
  observations[observations.length - 1]! += 1e-6;
  expect(replay(world, { ...bare, observations })).toBeUndefined();
  expect(replay(world, { ...bare, bodies: bare.bodies + 1 })).toBeUndefined();
});

it('[LINK-11] an episode is played again once for all who ask, and again when the actor asked has died', async () => {
  const { draw, put, ready, asked } = replays();
  expect(await draw(whole)).toBe(whole);
  const both = Promise.all([draw(bare), draw(bare)]);
  expect(asked).toEqual([bare]);
  ready();
  expect(asked).toEqual([bare, bare]);
  put('e', replay(createPointWorld(), bare));
  expect((await both).map(({ poses }) => poses)).toEqual([whole.poses, whole.poses]);
  put('e', undefined); // of the one that was thought dead
  ready();
  expect(asked.length).toBe(2);
});

it('[LINK-11] what goes another way here, or is played by nobody in time, stays as it is, and is said', async () => {
  const { draw, put, failures } = replays(20);
  const drawn = draw(bare);
  put('e', undefined);
  expect(await drawn).toEqual(bare);
  expect((await draw(bare)).poses.length).toBe(0);
  expect(failures).toEqual([
    'an episode goes another way here',
    'no actor has played it again in 20 ms',
  ]);
});

it('[LINK-11] episodes get their poses when they are shown and when they are kept, not before', async () => {
  const stored: Episode[] = [];
  let drawn = 0;
  const drawing = replay(createPointWorld(), bare) as Drawing;
  const episodes = createEpisodes({
    storage: {
      putEpisode: async (e: Episode) => void stored.push(e),
      getEpisode: async () => bare,
    },
    troubles: { failed: () => {}, written: () => {} },
    async draw(e: Episode) {
      if (e.poses.length > 0) return e;
      drawn++;
      return { ...e, ...drawing };
    },
  } as unknown as Parameters<typeof createEpisodes>[0]);
  episodes.remember(bare);
  const before = episodes.bytes;
  expect(await episodes.find('e')).toBe(bare);
  expect((await episodes.drawn('e'))!.poses).toEqual(whole.poses);
  expect((await episodes.find('e'))!.poses).toEqual(whole.poses);
  expect(episodes.bytes).toBe(before + whole.poses.byteLength);
  await episodes.drawn('e');
  expect(drawn).toBe(1);
  await episodes.keep({ ...bare, id: 'kept' }, false);
  expect(stored.map(({ id, poses }) => [id, poses.length])).toEqual([['kept', whole.poses.length]]);
});

import { expect, it } from 'vitest';
import { LiveEpisode } from '../../../server/actors/live-episode.ts';
import { createPointWorld } from '../../agent/point-world.ts';

const env = createPointWorld();
const data = {
  module: '',
  actor: 'live',
  runId: 'run-1',
  environmentId: 'point-world',
  environmentOptions: {},
  configHash: 'abc',
  seed: 1,
  safeAction: [0, 0],
  trainSeeds: { start: 0, count: 100 },
  session: 's',
};

it('[MEM-5] a long episode keeps a bounded number of states to rewind to: its start and all of the newest', () => {
  const episode = new LiveEpisode(env, data, true, () => {});
  const action = new Float32Array(env.actionSpace.size);
  const first = episode.reset(0, 0);
  let most = 0;
  for (let step = 1; step <= 20_000; step++) {
    episode.record({ ...first, kind: 'mid', step }, action, action, 'policy', 1);
    most = Math.max(most, episode.savedStates);
  }
  expect(most).toBeLessThanOrEqual(256);
  expect(episode.savedStates).toBeGreaterThan(128);
  const seconds = (steps: number) => steps * env.controlDt;
  // What is left after a rewind is what lies before it, and the state it went to.
  const all = episode.savedStates;
  expect(episode.rewind(seconds(1000), 0)).toBeDefined();
  expect(all - episode.savedStates).toBeGreaterThanOrEqual(100);
  expect(all - episode.savedStates).toBeLessThanOrEqual(102);
  expect(episode.rewind(seconds(1e6), 0)).toBeDefined();
  expect(episode.savedStates).toBe(1);
});

it('[STORE-29] an episode says at what speed people were shown it, the fastest where it changed', () => {
  const speeds: (number | undefined)[] = [];
  const episode = new LiveEpisode(env, data, true, (event) => {
    if (event.type === 'episode') speeds.push(event.episode.speed);
  });
  const action = new Float32Array(env.actionSpace.size);
  for (const factors of [[1, 2, 1], [0.5, 0.5], []]) {
    const first = episode.reset(0, 0);
    for (const [i, factor] of factors.entries())
      episode.record({ ...first, kind: 'mid', step: i + 1 }, action, action, 'policy', 1, factor);
    episode.close('aborted', 'reset');
  }
  expect(speeds).toEqual([2, 0.5, undefined]);
});

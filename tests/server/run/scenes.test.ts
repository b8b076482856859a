import { expect, it } from 'vitest';
import { createScenes } from '../../../server/run/scenes.ts';
import { backOff, createDeathCount } from '../../../server/threads/supervisor.ts';
import { createPointWorld } from '../../agent/point-world.ts';

const { scene } = createPointWorld();

it('[SRV-5] a scene is asked for once, and again when the actor asked has died', async () => {
  const asked: number[] = [];
  const scenes = createScenes({
    ask: (command) => void (command.type === 'scene' && asked.push(command.sceneId)),
  });
  const first = scenes.message(7, 5);
  const second = scenes.message(7, 5);
  expect(asked).toEqual([7]);
  scenes.ready(false);
  expect(asked).toEqual([7, 7]);
  scenes.put(7, scene);
  expect(await first).toBe(await second);
  scenes.ready(false);
  expect(asked).toEqual([7, 7]);
});

it('[SRV-5] a scene that nobody describes is given up with an error, not waited for for ever', async () => {
  const scenes = createScenes({ ask() {} }, 20);
  await expect(scenes.message(7, 5)).rejects.toThrow(/scene 7.* 20 ms/);
  // The next one asks anew.
  const again = scenes.message(7, 5);
  scenes.put(7, scene);
  expect(JSON.parse(await again)).toMatchObject({ type: 'scene', sceneId: 7 });
});

it('[SRV-6] the pause before a restart doubles up to 30 s and starts over after a healthy minute', () => {
  expect([1, 2, 3, 7, 8, 50].map(backOff)).toEqual([250, 500, 1000, 16_000, 30_000, 30_000]);
  const count = createDeathCount();
  count.started(0);
  expect(count.died(1000)).toBe(1);
  count.started(1250);
  expect(count.died(2000)).toBe(2);
  count.started(2500);
  expect(count.died(70_000)).toBe(1);
});

import { expect, test } from 'vitest';
import { pathOnScreen } from '../../trainer-ui/live/path-on-screen.ts';

const path = {
  live: 0,
  sceneId: 1,
  episodeNumber: 3,
  step: 100,
  points: new Float32Array(6),
  risks: new Float32Array(2),
};
const shown = (step: number, speed = 1, episodeNumber = 3) => ({ step, speed, episodeNumber });

test('[UI-31] the predicted path is drawn near its moment, at any control rate and speed', () => {
  expect(pathOnScreen(path, shown(95), 0.1)).toBe(path);
  expect(pathOnScreen(path, shown(111), 0.1)).toBeUndefined();
  // 125 steps a second: the next path is twelve steps later.
  expect(pathOnScreen(path, shown(115), 0.008)).toBe(path);
  expect(pathOnScreen(path, shown(130), 0.1)).toBeUndefined();
  expect(pathOnScreen(path, shown(130, 4), 0.1)).toBe(path);
});

test('[UI-31] a path of another episode is not drawn', () => {
  expect(pathOnScreen(path, shown(100, 1, 4), 0.1)).toBeUndefined();
  expect(pathOnScreen(undefined, shown(100), 0.1)).toBeUndefined();
});

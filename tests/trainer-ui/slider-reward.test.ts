import { expect, test } from 'vitest';
import { createSliderReward } from '../../trainer-ui/live/slider-reward.ts';

function rig() {
  const given: number[] = [];
  return { given, slider: createSliderReward((value) => given.push(value)) };
}

test('[UI-79] a slider gives what it stands at twice a second, as long as it is held away from the middle', () => {
  const { given, slider } = rig();
  slider.set(0.2, 0);
  slider.set(0.7, 100);
  for (let now = 100; now <= 1600; now += 100) slider.tick(now, `${now}`);
  expect(given).toEqual([0.7, 0.7, 0.7]);
  slider.set(-0.4, 1700);
  slider.tick(2000, 'on');
  slider.letGo();
  slider.tick(3000, 'later');
  expect(given).toEqual([0.7, 0.7, 0.7, -0.4]);
});

test('[UI-79] a short hold counts once, a picture that stands still no second time, the middle never', () => {
  const { given, slider } = rig();
  slider.set(1, 0);
  slider.letGo();
  slider.letGo();
  expect(given).toEqual([1]);
  slider.set(0.5, 0);
  for (let now = 0; now < 3000; now += 100) slider.tick(now, 'paused');
  expect(given).toEqual([1, 0.5]);
  slider.set(0, 3000);
  slider.tick(9000, 'on');
  slider.letGo();
  expect(given).toEqual([1, 0.5]);
});

import { expect, test } from 'vitest';
import { FLAG } from '../../../server/protocol/index.ts';
import { createFrameBuffer } from '../../../trainer-ui/core/frame-buffer.ts';
import { createKeyLatency } from '../../../trainer-ui/core/key-latency.ts';

const frame = (inputSequence: number, { flags = FLAG.human as number, live = 0 } = {}) => ({
  inputSequence,
  flags,
  live,
});
const press = (sequence: number, at: number, isFirst = true) => ({
  sequence,
  live: 0,
  isFirst,
  at,
});

test('[UI-72] a press is measured to the first picture that shows its input or a later one, once', () => {
  const latency = createKeyLatency();
  expect(latency.summary()).toBeUndefined();
  latency.pressed(press(5, 1000));
  latency.drawn(frame(0, { flags: 0 }), 1016, 100);
  latency.drawn(frame(4), 1032, 100);
  latency.drawn(frame(9, { live: 1 }), 1040, 100);
  latency.drawn(undefined, 1050, 100);
  expect(latency.summary()).toBeUndefined();
  latency.drawn(frame(6), 1064, 100);
  latency.drawn(frame(7), 1080, 100);
  expect(latency.summary()).toEqual({ presses: 1, medianMs: 64, beyondStepMs: -36 });
});

test('[UI-72] a key beside one that is on its way is not measured by itself; a takeover anew is', () => {
  const latency = createKeyLatency();
  latency.pressed(press(1, 1000));
  latency.pressed(press(2, 1050, false));
  latency.drawn(frame(2), 1090, 50);
  expect(latency.summary()).toMatchObject({ presses: 1, medianMs: 90 });
  // Let go of before a step was driven: nothing of it will ever be seen.
  latency.pressed(press(3, 2000));
  latency.pressed(press(5, 2300));
  latency.drawn(frame(5), 2330, 50);
  expect(latency.summary()).toMatchObject({ presses: 2, medianMs: 30 });
});

test('[UI-72] what nobody acted on is given up, and counts for nothing', () => {
  const latency = createKeyLatency();
  latency.pressed(press(1, 1000));
  latency.drawn(frame(0, { flags: 0 }), 9000, 100);
  latency.drawn(frame(50), 9016, 100);
  expect(latency.summary()).toBeUndefined();
});

test('[UI-72] median and 95 % are of the newest presses, each beyond its own control step', () => {
  const latency = createKeyLatency();
  for (let i = 1; i <= 140; i++) {
    // The first hundred are a thousand times slower and gone by the end.
    latency.pressed(press(i, 10_000 * i));
    latency.drawn(frame(i), 10_000 * i + (i <= 100 ? 4000 : i - 100), i % 2 ? 10 : 20);
  }
  // 1 … 40 ms; beyond the step: odd ones −9 … 29, even ones −18 … 20.
  expect(latency.summary()).toEqual({ presses: 40, medianMs: 20, beyondStepMs: 25 });
});

test('[UI-72] the newest frame that a picture has something of is the later of the two mixed ones', () => {
  const buffer = createFrameBuffer();
  const out = { poses: new Float32Array(0) };
  const push = (step: number) => {
    const poses = Float32Array.of(step, 0, 0, 1, 0, 0, 0);
    const rest = { flags: 0, episodeNumber: 1, sceneId: 1, speed: 1 };
    buffer.push({ ...rest, step, sentAt: 100 * step, poses } as never, 100 * step);
  };
  for (let step = 1; step <= 10; step++) push(step);
  for (let now = 700; now < 1000; now += 7) {
    buffer.sample(now, out);
    const [x] = out.poses;
    expect(buffer.mixed!.step).toBe(Math.ceil(x! - 1e-6));
  }
  buffer.clear();
  expect(buffer.mixed).toBeUndefined();
});

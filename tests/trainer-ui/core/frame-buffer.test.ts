import { expect, test } from 'vitest';
import { FLAG, type Frame } from '../../../server/protocol/index.ts';
import { createFrameBuffer, mixPoses } from '../../../trainer-ui/core/frame-buffer.ts';

function frame(step: number, sentAt: number, x: number, flags = 0): Frame {
  const poses = Float32Array.of(x, 0, 0, 1, 0, 0, 0);
  return { flags, step, sentAt, poses, episodeNumber: 1, sceneId: 1 } as unknown as Frame;
}

test('[UI-4] between two frames the picture is between their poses, in order', () => {
  const buffer = createFrameBuffer();
  const out = { poses: new Float32Array(0) };
  for (let i = 0; i < 10; i++) buffer.push(frame(i, 1000 + 100 * i, i), 1005 + 100 * i);
  let before = -1;
  let between = 0;
  for (let now = 1500; now < 1900; now += 16) {
    buffer.sample(now, out);
    expect(out.poses[0]).toBeGreaterThanOrEqual(before);
    if (out.poses[0]! % 1 !== 0) between++;
    before = out.poses[0]!;
  }
  expect(between).toBeGreaterThan(15);
  expect(buffer.received).toBe(10);
});

test('[UI-4] a rewind is a cut: nothing is drawn between before and after', () => {
  const buffer = createFrameBuffer();
  const out = { poses: new Float32Array(0) };
  for (let i = 0; i < 5; i++) buffer.push(frame(i, 1000 + 100 * i, i), 1000 + 100 * i);
  buffer.push(frame(1, 1500, -50, FLAG.jump), 1500);
  for (let now = 1400; now < 1900; now += 10) {
    expect(buffer.sample(now, out)!.step).toBe(1);
    expect(out.poses[0]).toBe(-50);
  }
});

test('[UI-4] silence keeps the last picture; nothing at all shows nothing', () => {
  const buffer = createFrameBuffer();
  const out = { poses: new Float32Array(0) };
  expect(buffer.sample(0, out)).toBeUndefined();
  buffer.push(frame(7, 1000, 3), 1000);
  expect(buffer.sample(60_000, out)?.step).toBe(7);
  buffer.clear();
  expect(buffer.sample(60_000, out)).toBeUndefined();
});

test('[UI-5] rotations take the shorter way and stay of length one; a hidden body does not fly in', () => {
  const turn = (angle: number, sign = 1) => [
    0,
    0,
    0,
    sign * Math.cos(angle / 2),
    0,
    0,
    sign * Math.sin(angle / 2),
  ];
  const out = new Float32Array(7);
  // The same rotation with the other sign: half-way is still that rotation.
  mixPoses(Float32Array.from(turn(1)), Float32Array.from(turn(1, -1)), 0.5, out);
  expect(Math.abs(out[3]!)).toBeCloseTo(Math.cos(0.5), 5);
  mixPoses(Float32Array.from(turn(0)), Float32Array.from(turn(1)), 0.5, out);
  expect(Math.hypot(out[3]!, out[6]!)).toBeCloseTo(1, 5);
  expect(2 * Math.atan2(out[6]!, out[3]!)).toBeCloseTo(0.5, 2);
  const hidden = new Float32Array(7);
  mixPoses(hidden, Float32Array.from(turn(1)), 0.5, out);
  expect([...out]).toEqual([...hidden]);
});

test('[UI-16] what a reward is about: the step on screen, after a reset the end of the old episode', () => {
  const buffer = createFrameBuffer();
  const out = { poses: new Float32Array(0) };
  const show = (f: Frame) => {
    buffer.push(f, f.sentAt);
    buffer.sample(f.sentAt + 10_000, out);
    return buffer.driven;
  };
  expect(show(frame(0, 1000, 0, FLAG.first | FLAG.jump))).toBeUndefined();
  expect(show(frame(1, 1100, 0))?.step).toBe(1);
  expect(show({ ...frame(0, 1200, 0, FLAG.first | FLAG.jump), episodeNumber: 2 })).toMatchObject({
    step: 1,
    episodeNumber: 1,
  });
  expect(show({ ...frame(1, 1300, 0), episodeNumber: 2 })?.episodeNumber).toBe(2);
  expect(show({ ...frame(0, 1400, 0, FLAG.jump), episodeNumber: 3 })).toBeUndefined();
});

import { expect, test } from 'vitest';
import { missingFormats } from '../../../trainer-ui/episodes/film/encoders.ts';
import {
  FORMATS,
  fileName,
  planFilm,
  RATE,
  refusalOf,
  SIZES,
  type Wanted,
} from '../../../trainer-ui/episodes/film/plan.ts';

const wanted: Wanted = {
  format: 'mp4',
  size: SIZES[3]!,
  from: 20,
  to: 50,
  dt: 0.1,
  speed: 1,
};

test.each(FORMATS)('[UI-44] a film (%s) lasts as long as its steps, at even spacing', (format) => {
  const { rate, pictures, seconds, rowOf } = planFilm({ ...wanted, format });
  expect(rate).toBe(RATE[format]);
  expect(pictures).toBe(3 * rate);
  expect(seconds).toBeCloseTo(3, 9);
  expect(rowOf(0)).toBe(20);
  for (let i = 0; i < pictures; i++) expect(rowOf(i)).toBeCloseTo(20 + (30 * i) / pictures, 9);
});

test('[UI-44] a film at double speed takes half as long and ends at the same row', () => {
  const fast = planFilm({ ...wanted, speed: 2 });
  expect(fast.seconds).toBeCloseTo(1.5, 9);
  expect(fast.rowOf(fast.pictures)).toBeCloseTo(50, 9);
  expect(fast.rowOf(1000)).toBe(50);
});

test('[UI-44] sizes have an even number of pixels in both directions, as H.264 asks for', () => {
  for (const { width, height } of SIZES) expect([width % 2, height % 2]).toEqual([0, 0]);
});

test('[UI-44] pictures of a GIF last whole hundredths of a second', () => {
  expect(100 % RATE.gif).toBe(0);
});

test('[UI-44] what is no stretch of the episode, or too long for a GIF, is refused in words', () => {
  expect(refusalOf(wanted, 50)).toBeUndefined();
  expect(refusalOf({ ...wanted, from: 50 }, 50)).toBe('from: expected 0 to 4.9 s of this episode');
  expect(refusalOf({ ...wanted, from: Number.NaN }, 50)).toMatch(/^from:/);
  expect(refusalOf({ ...wanted, to: 20 }, 50)).toMatch(/^to: .*up to 5\.0 s$/);
  expect(refusalOf({ ...wanted, to: 51 }, 50)).toMatch(/^to:/);
  const long: Wanted = { ...wanted, format: 'gif', from: 0, to: 600, size: SIZES[1]! };
  const words = refusalOf(long, 600)!;
  const most = Number(/holds (\d+) s at most/.exec(words)![1]);
  expect(refusalOf({ ...long, to: 10 * most }, 600)).toBeUndefined();
  expect(refusalOf({ ...long, to: 10 * (most + 1) }, 600)).toBe(words);
  expect(refusalOf({ ...long, format: 'webm' }, 600)).toBeUndefined();
});

test('[UI-44] the name of a file says run, episode and steps, and every file system takes it', () => {
  expect(fileName('r-1', 'e/7:b', [12], 'png')).toBe('r-1_e-7-b_step-12.png');
  expect(fileName('r 1', 'e7', [12, 40], 'mp4')).toBe('r-1_e7_steps-12-40.mp4');
});

test('[UI-44] the page says where the browser makes no MP4 and why; WebM and GIF it makes everywhere', async () => {
  const asked: unknown[] = [];
  const ask = (can: boolean) => async (size: unknown) => {
    asked.push(size);
    return can;
  };
  const size = SIZES[0]!;
  const insecure = await missingFormats({ isSecureContext: false }, size, ask(false));
  expect(insecure).toEqual({
    mp4: expect.stringMatching(/secure pages only .* WebM and GIF work everywhere/),
  });
  const old = await missingFormats({ isSecureContext: true }, size, ask(false));
  expect(old.mp4).toMatch(/no WebCodecs\. WebM and GIF work everywhere/);
  expect(asked).toEqual([]);
  const known = { isSecureContext: true, VideoEncoder: class {} };
  expect(await missingFormats(known, size, ask(false))).toEqual({
    mp4: 'MP4: this browser has no encoder for it at this size. WebM and GIF work everywhere.',
  });
  expect(await missingFormats(known, size, ask(true))).toEqual({});
  expect(asked).toEqual([size, size]);
});

/** A robot in a real browser: overlays on and off, driving by the picture, small frames. */

import { expect, test } from 'vitest';
import { decodeFrame, decodeInput, type Frame, OP } from '../../server/protocol/index.ts';
import { hold, openPage, screenshot, until, untilReady } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--env', 'fetch-push', '--rollouts', '0');

const bytesOf = (payload: string | Buffer) =>
  typeof payload === 'string' ? undefined : new Uint8Array(payload).buffer;

test('[ROBOT-26] [ROBOT-28] contacts and joints are shown when asked for, the arm follows the picture', async () => {
  const { page, errors, close } = await openPage(served.browser, 'about:blank');
  let frame: Frame | undefined;
  let largest = 0;
  let held: Float32Array | undefined;
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      const bytes = bytesOf(payload);
      if (!bytes || new Uint8Array(bytes)[0] !== OP.frame) return;
      frame = decodeFrame(bytes);
      largest = Math.max(largest, bytes.byteLength);
    });
    socket.on('framesent', ({ payload }) => {
      const bytes = bytesOf(payload);
      if (bytes && decodeInput(bytes).activeAxes !== 0) held = decodeInput(bytes).values.slice();
    });
  });
  await page.goto(served.server.url);
  await untilReady(page);
  expect(frame!.joints).toBeUndefined();
  await page.keyboard.press('5');
  // Six of the arm, two fingers and the cube's own, which lies on the table.
  await until('joints in the frames', () => frame?.joints?.length === 9 * 8);
  await until('contacts in the frames', () => (frame?.contacts?.length ?? 0) > 0);
  expect(await page.getByTestId('forces').getAttribute('aria-pressed')).toBe('true');
  await screenshot(page, 'robot-forces');
  await page.keyboard.press('5');
  await until('plain frames again', () => frame?.joints === undefined);

  // From above, up in the picture is the world's y.
  await page.keyboard.press('2');
  await page.waitForTimeout(1500);
  const isNear = (axis: number, value: number) => held && Math.abs(held[axis]! - value) < 0.01;
  await hold(page, ['KeyW'], 'a ramp that ended', () => isNear(1, 0.5) && isNear(0, 0));
  await page.keyboard.down('ShiftLeft');
  await until('the fine pace', () => Math.abs(held![1]! - 0.15) < 0.01);
  await page.keyboard.up('ShiftLeft');
  await page.keyboard.up('KeyW');
  expect(largest).toBeLessThan(2000);
  expect(errors).toEqual([]);
  await close();
});

/** A robot in a real browser: overlays on and off, driving by the picture, small frames. */

import { expect, test } from 'vitest';
import { decodeInput } from '../../server/protocol/index.ts';
import { violations } from './axe.ts';
import { followFrames } from './frames.ts';
import { hold, openPage, press, screenshot, until, untilReady } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--env', 'fetch-push', '--rollouts', '0');

const bytesOf = (payload: string | Buffer) =>
  typeof payload === 'string' ? undefined : new Uint8Array(payload).buffer;

test('[ROBOT-26] [ROBOT-28] [UI-103] contacts and joints are shown when asked for, the arm follows the picture', async () => {
  const { page, errors, close } = await openPage(served.browser, 'about:blank');
  let largest = 0;
  let held: Float32Array | undefined;
  const frame = followFrames(page, (_, bytes) => {
    largest = Math.max(largest, bytes);
  });
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      const bytes = bytesOf(payload);
      if (bytes && decodeInput(bytes).activeAxes !== 0) held = decodeInput(bytes).values.slice();
    });
  });
  await page.goto(served.server.url);
  await untilReady(page);
  expect(frame()!.joints).toBeUndefined();
  await page.keyboard.press('5');
  // Six of the arm, two fingers and the cube's own, which lies on the table.
  await until('joints in the frames', () => frame()?.joints?.length === 9 * 8);
  await until('contacts in the frames', () => (frame()?.contacts?.length ?? 0) > 0);
  expect(await page.getByTestId('forces').getAttribute('aria-pressed')).toBe('true');
  const legend = page.getByTestId('force-legend');
  await until('what the longest arrow stands for', async () =>
    /longest [\d.]+ N, half [\d.]+ N/.test((await legend.textContent())!),
  );
  await screenshot(page, 'robot-forces');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('5');
  await until('plain frames again', () => frame()?.joints === undefined);
  expect(await legend.count()).toBe(0);

  // From above, up in the picture is the world's y.
  await page.keyboard.press('2');
  await page.waitForTimeout(1500);
  const isNear = (axis: number, value: number) => held && Math.abs(held[axis]! - value) < 0.01;
  await hold(page, ['KeyW'], 'a ramp that ended', () => isNear(1, 0.5) && isNear(0, 0));
  const isFine = () => Math.abs(held![1]! - 0.15) < 0.01;
  await hold(page, ['ShiftLeft', 'KeyW'], 'the fine pace', isFine);
  await page.keyboard.up('ShiftLeft');
  await page.keyboard.up('KeyW');
  expect(largest).toBeLessThan(2000);
  expect(errors).toEqual([]);
  await close();
});

test('[UI-102] [UI-103] the same key draws them in a replay, played again for that', async () => {
  const { page, errors, close } = await openPage(served.browser, served.server.url);
  await untilReady(page);
  await press(page, 'n', 'an episode that is over', async () => {
    const rows = await fetch(`${served.server.url}/api/episodes?live=true`);
    return Number(rows.headers.get('x-total-count')) > 0;
  });
  const list = await fetch(`${served.server.url}/api/episodes?live=true&sort=length`);
  const [{ id, length }] = (await list.json()) as [{ id: string; length: number }];
  await page.goto('about:blank');
  await page.goto(`${served.server.url}/#episode=${id}&step=${Math.min(3, length)}`);
  await page.getByTestId('replay-time').waitFor();
  const legend = page.getByTestId('replay').getByTestId('force-legend');
  expect(await legend.count()).toBe(0);
  await page.keyboard.press('5');
  await until('a scale', async () =>
    /longest [\d.]+ N.*reddest [\d.]+ N m/.test((await legend.textContent())!),
  );
  expect(await page.getByTestId('overlay-words').textContent()).toBe('');
  await screenshot(page, 'replay-forces');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('5');
  await until('no scale', async () => (await legend.count()) === 0);
  expect(errors).toEqual([]);
  await close();
});

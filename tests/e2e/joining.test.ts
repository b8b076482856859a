/** A page that comes later, and which way left is, in a real browser. */

import { expect, test } from 'vitest';
import type { Frame } from '../../server/protocol/index.ts';
import { followFrames } from './frames.ts';
import { hold, openPage, untilReady, type WatchedPage } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--rollouts', '0');

/** A page on the server, and the newest frame on its socket. */
async function join(): Promise<WatchedPage & { frame(): Frame | undefined }> {
  const watched = await openPage(served.browser, 'about:blank');
  const frame = followFrames(watched.page);
  await watched.page.goto(served.server.url, { waitUntil: 'domcontentloaded' });
  return { ...watched, frame };
}

/** Heading of the agent, which is the first body, rad. */
function headingOf({ poses }: Frame): number {
  return 2 * Math.atan2(poses[6]!, poses[3]!);
}

test('[E2E-18] a page that joins while the run is paused shows the present picture, and left is left', async () => {
  const first = await join();
  await untilReady(first.page);
  await first.page.keyboard.press('Space');
  await first.page.getByTestId('paused').waitFor();
  const late = await join();
  await untilReady(late.page);
  expect(late.frame()!.step).toBe(first.frame()!.step);
  await late.page.getByTestId('paused').waitFor();
  const canvas = await late.page.locator('canvas').first().screenshot();
  expect(canvas.length).toBeGreaterThan(20_000); // a blank picture compresses to a few hundred bytes
  await first.close();

  const { page } = late;
  await page.keyboard.press('Space');
  await hold(page, ['ArrowUp'], 'some speed', () => late.frame()!.action[1]! > 0.9);
  const before = headingOf(late.frame()!);
  const bar = page.locator('[data-bar="action-0"]');
  await hold(page, ['ArrowUp', 'ArrowLeft'], 'the bar on the left', async () => {
    const style = (await bar.getAttribute('style')) ?? '';
    const left = Number(/left: ([\d.]+)%/.exec(style)?.[1]);
    const width = Number(/width: ([\d.]+)%/.exec(style)?.[1]);
    return left < 40 && left + width < 51;
  });
  await hold(page, ['ArrowUp', 'ArrowLeft'], 'a turn to the left', () => {
    const turned = headingOf(late.frame()!) - before;
    return Math.atan2(Math.sin(turned), Math.cos(turned)) > 0.05;
  });
  await page.keyboard.up('ArrowLeft');
  await page.keyboard.up('ArrowUp');
  expect(late.errors).toEqual([]);
});

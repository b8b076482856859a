/** Several live simulations side by side, in a real browser. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { violations } from './axe.ts';
import { hold, openPage, until, untilReady } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--rollouts', '0', '--live', '3');

const tile = (page: Page, live: number) => page.getByTestId(`tile-${live}`);
const inFocus = (page: Page) =>
  page.locator('.tile[aria-current="true"]').getAttribute('data-tile');

test('[UI-70] the wall shows every simulation; keys drive the one in focus, a phone has a strip', async () => {
  const { page, errors, close } = await openPage(served.browser, served.server.url);
  await untilReady(page);
  // A blank picture of this size compresses to a few hundred bytes.
  for (const live of [0, 1, 2])
    await until(`picture ${live}`, async () => {
      if ((await tile(page, live).getAttribute('data-drawn')) === null) return false;
      const picture = page.locator(`[data-picture="${live}"]`);
      return (await picture.screenshot()).length > 4000;
    });
  expect(await page.locator('.tile[data-drawn]').count()).toBe(3);
  expect(await page.getByText('picture is coming').first().isVisible()).toBe(false);
  expect(await inFocus(page)).toBe('0');
  await tile(page, 2).click();
  await page.locator('[data-tile="2"][aria-current="true"]').waitFor();
  const words = () => tile(page, 2).getAttribute('aria-label');
  // A takeover is one once a step of it was driven.
  await hold(
    page,
    ['ArrowUp'],
    'a frame driven by hand',
    async () =>
      (await words())?.includes('you drive') && page.evaluate('(window.__reins.flags & 1) === 1'),
  );
  await page.keyboard.up('ArrowUp');
  await until('letting go', async () => (await words())?.includes('agent drives'));
  expect(await tile(page, 0).getAttribute('aria-label')).toBe('simulation 1: agent drives');
  await page.getByTestId('override-card').getByText('in simulation 3').waitFor();

  await page.keyboard.press('8');
  await until('the first again', async () => (await inFocus(page)) === '0');
  await page.keyboard.press('7');
  await until('the last', async () => (await inFocus(page)) === '2');
  await page.keyboard.press('Space');
  await until('the pause', async () => (await words()) === 'simulation 3: paused');
  expect(await violations(page)).toEqual([]);

  await page.setViewportSize({ width: 390, height: 844 });
  const box = (await page.getByTestId('wall').boundingBox())!;
  expect(box.width).toBeLessThanOrEqual(390);
  expect(box.height).toBeLessThan(160);
  expect(errors).toEqual([]);
  await close();
});

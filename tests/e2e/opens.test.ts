/** From figures to what they are about: curves and tables open episodes. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openPage, until } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--env', 'reacher');
let page: Page;
let errors: string[];
beforeAll(async () => {
  ({ page, errors } = await openPage(served.browser, `${served.server.url}/?graphics=simple`));
});

const curve = () => page.getByRole('slider', { name: /^Return of an episode/ });
const toLearning = async () => {
  await page.getByTestId('tab-learning').click();
  await page.getByTestId('learning').waitFor();
};
/** @returns the episode on screen */
const opened = async () => {
  await page.getByTestId('replay').waitFor();
  return (await page.getByTestId('replay').getAttribute('data-episode'))!;
};
const isKept = async (id: string) =>
  (await fetch(`${served.server.url}/api/episodes/${id}`)).status === 200;

test('[UI-98] a point of a curve is found by keys, told in words, and opens what was driven then', async () => {
  await toLearning();
  await curve().waitFor();
  await until('some points', async () => Number(await curve().getAttribute('aria-valuemax')) > 3);
  expect(await violations(page)).toEqual([]);
  await curve().focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  expect(await curve().getAttribute('aria-valuenow')).toBe('1');
  expect(await curve().getAttribute('aria-valuetext')).toMatch(/^\d\d:\d\d:\d\d: environment /);
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  expect(await isKept(await opened())).toBe(true);
});

test('[UI-98] so does a click on it', async () => {
  await toLearning();
  await curve().locator('.u-over').click();
  expect(await isKept(await opened())).toBe(true);
});

test('[UI-98] a row of the newest episodes opens its own', async () => {
  await toLearning();
  // By its id: newer ones come above it.
  const id = await page.getByTestId('open-newest').first().getAttribute('data-episode');
  await page.locator(`[data-testid="open-newest"][data-episode="${id}"]`).focus();
  await page.keyboard.press('Enter');
  expect(await opened()).toBe(id);
  expect(errors).toEqual([]);
});

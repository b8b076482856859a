/** From figures to what they are about: curves and tables open episodes. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { FLAG, type Frame } from '../../server/protocol/index.ts';
import { violations } from './axe.ts';
import { connect } from './client.ts';
import { hold, openPage, screenshot, until, untilReady } from './helpers.ts';
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

interface Logged {
  readonly kind: string;
  readonly episodeId: string;
  readonly from: number;
}
const takeovers = async () => {
  const log = (await (await fetch(`${served.server.url}/api/feedback`)).json()) as Logged[];
  return log.filter(({ kind }) => kind === 'override');
};
const isByHand = (frame: Frame | undefined) => frame && (frame.flags & FLAG.human) !== 0;
const shownStep = async () =>
  Number(await page.getByTestId('replay-time').getAttribute('data-step'));

test('[UI-104] what people said and where they stepped in is counted, told in words, and opens there', async () => {
  await page.getByTestId('tab-live').click();
  await untilReady(page);
  const watcher = await connect(served.server.url, 'watcher');
  await hold(page, ['KeyW'], 'a step by hand', () => isByHand(watcher.frame()));
  await page.keyboard.up('KeyW');
  watcher.close();
  await until('the takeover in the log', async () => (await takeovers()).length > 0);
  await page.getByTestId('tab-compare').click();
  await page.locator('[data-testid="compare"][data-ready="true"]').waitFor();
  await page.keyboard.press('ArrowLeft');
  await toLearning();
  const row = page.getByTestId('taught-by');
  // One comparison, and as many takeovers as it took until the page was listened to.
  await until('both kinds', async () => {
    const { length } = await takeovers();
    return (await row.textContent())?.endsWith(`1${length}100 %`);
  });
  const { episodeId, from } = (await takeovers()).at(-1)!;
  const curve = page.getByRole('slider', { name: /^Steps between takeovers/ });
  await curve.waitFor();
  expect(await curve.getAttribute('aria-valuetext')).toMatch(/: steps \d/);
  for (const [look, width, height] of [
    ['desktop', 1440, 900],
    ['phone', 390, 844],
  ] as const)
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await page.getByTestId('teaching').scrollIntoViewIfNeeded();
      await screenshot(page, `teaching-${look}-${colorScheme}`);
    }
  await page.setViewportSize({ width: 1280, height: 800 });
  expect(await violations(page)).toEqual([]);
  await page.locator('[data-testid="open-said"][data-kind="override"]').focus();
  await page.keyboard.press('Enter');
  expect(await opened()).toBe(episodeId);
  await until('its step', async () => (await shownStep()) === from);
  await toLearning();
  await page.getByTestId('open-takeover').first().click();
  expect(await opened()).toBe(episodeId);
  expect(errors).toEqual([]);
});

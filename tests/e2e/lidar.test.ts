/** What the agent senses, drawn over the picture when somebody wants to see it. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { OP } from '../../server/protocol/index.ts';
import { violations } from './axe.ts';
import { openPage, press, screenshot, until, untilReady } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--rollouts', '0');
let page: Page;
let errors: readonly string[];
let received = 0;

beforeAll(async () => {
  ({ page, errors } = await openPage(served.browser, 'about:blank'));
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      if (typeof payload !== 'string' && payload[0] === OP.rays) received++;
    });
  });
  await page.goto(served.server.url);
  await untilReady(page);
});

const drawn = () => page.evaluate('window.__reins.rays') as Promise<number>;

test('[UI-91] a key draws the lidar’s rays, which are sent to nobody before, and a browser remembers it', async () => {
  expect(received).toBe(0);
  expect(await page.getByTestId('forces').getAttribute('aria-label')).toBe('What its lidar sees');
  await press(page, '5', 'its 240 rays', async () => (await drawn()) === 240);
  await page.keyboard.press('2');
  await until('seen from above', () => page.evaluate('window.__reins.shownStep > 10'));
  await screenshot(page, 'lidar');
  expect(await violations(page)).toEqual([]);
  await page.reload();
  await untilReady(page);
  await until('its rays again', async () => (await drawn()) === 240);
  await press(page, '5', 'no rays', async () => (await drawn()) === 0);
  const before = received;
  const step = (await page.evaluate('window.__reins.shownStep')) as number;
  await until('steps without', () => page.evaluate(`window.__reins.shownStep > ${step} + 5`));
  // What was under way when the key went down may still come.
  expect(received - before).toBeLessThan(5);
  expect(errors).toEqual([]);
});

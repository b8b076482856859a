/** What the agent senses, drawn over the picture when somebody wants to see it. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { OP, type OverlayRows } from '../../server/protocol/index.ts';
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

test('[UI-102] in a replay the same key draws what the lidar saw then', async () => {
  await press(page, 'n', 'an episode that is over', async () => {
    const rows = await fetch(`${served.server.url}/api/episodes?live=true`);
    return Number(rows.headers.get('x-total-count')) > 0;
  });
  const list = await fetch(`${served.server.url}/api/episodes?live=true&sort=length`);
  const [{ id, length }] = (await list.json()) as [{ id: string; length: number }];
  const step = Math.floor(length / 2);
  const seen = await fetch(`${served.server.url}/api/episodes/${id}/overlays?from=${step}`);
  const { rays, contacts } = (await seen.json()) as OverlayRows;
  expect(rays[0]).toHaveLength(3 + 4 * 240);
  expect(contacts[0]).toEqual([]);
  await page.goto('about:blank');
  await page.goto(`${served.server.url}/#episode=${id}&step=${step}`);
  await page.getByTestId('replay-time').waitFor();
  await page.getByTestId('replay').getByText('What was predicted then is not kept').waitFor();
  const drawnAgain = () => page.evaluate('window.__reins.replayedRays') as Promise<number>;
  expect(await drawnAgain()).toBe(0);
  await page.keyboard.press('5');
  await until('its 240 rays', async () => (await drawnAgain()) === 240);
  await page.keyboard.press('ArrowRight');
  await until('at the next step', async () => (await drawnAgain()) === 240);
  await screenshot(page, 'replay-lidar');
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('forces').click();
  await until('no rays', async () => (await drawnAgain()) === 0);

  // What cannot be shown says so.
  await page.route('**/overlays?*', (route) =>
    route.fulfill({ status: 409, json: { message: 'played again, it goes another way here' } }),
  );
  await page.goto('about:blank');
  await page.goto(`${served.server.url}/#episode=${id}&step=${step}`);
  await page.getByTestId('replay-time').waitFor();
  await page.keyboard.press('5');
  await page.getByText('Not shown: played again, it goes another way here.').waitFor();
  expect(await drawnAgain()).toBe(0);
});

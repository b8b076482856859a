/** Where the reward model is unsure: over the last minute on Live, and along an episode that is replayed. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { hold, openPage, press, screenshot, until, untilReady } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--env', 'driving-easy');
let page: Page;
let errors: readonly string[];
beforeAll(async () => {
  ({ page, errors } = await openPage(served.browser, served.server.url));
  await untilReady(page);
});

test('[UI-101] beside the learned reward of the last minute runs how far the model’s members are apart', async () => {
  const course = page.getByTestId('course-apart');
  expect(await course.textContent()).toBe('');
  await hold(page, ['ArrowUp'], 'a frame that a person drove', () =>
    page.evaluate('(window.__reins?.flags & 1) === 1'),
  );
  await page.waitForTimeout(2000);
  await page.keyboard.up('ArrowUp');
  const value = await until('a disagreement', async () => {
    if (await course.textContent()) return course.textContent();
    await page.keyboard.press('+');
    return undefined;
  });
  expect(Number(value)).toBeGreaterThanOrEqual(0);
  const learned = page.getByTestId('instruments').locator('[data-value="predicted"]');
  await until('with the learned reward', async () =>
    /^[+−]\d+\.\d\d ± \d+\.\d\d$/.test((await learned.textContent())!),
  );
  await page.waitForTimeout(3000); // some of a line
  await screenshot(page, 'disagreement-live');
  expect(await violations(page)).toEqual([]);
});

test('[UI-101] in a replay a click on the disagreement goes to that moment, by pointer and by keys', async () => {
  const { length, id } = await until('an episode of some length', async () => {
    const rows = await fetch(`${served.server.url}/api/episodes?live=false`);
    const all = (await rows.json()) as { id: string; length: number }[];
    return all.find((row) => row.length >= 20);
  });
  await press(page, 'n', 'another episode', async () => {
    const rows = await fetch(`${served.server.url}/api/episodes?live=true`);
    return Number(rows.headers.get('x-total-count')) > 0;
  });
  await page.goto('about:blank');
  await page.goto(`${served.server.url}/#episode=${id}&step=0`);
  const lane = page.getByTestId('disagreement');
  await lane.waitFor();
  const step = async () => Number(await page.getByTestId('replay-time').getAttribute('data-step'));
  const { width } = (await lane.boundingBox())!;
  await lane.click({ position: { x: 0.75 * width, y: 5 } });
  const wanted = Math.round(0.75 * length);
  await until('that step', async () => Math.abs((await step()) - wanted) <= 1);
  await lane.focus();
  await page.keyboard.press('Enter');
  await until('the highest', async () => (await step()) !== wanted);
  const highest = await step();
  expect(highest).toBeLessThan(length);
  const peaks: number[] = [];
  for (const peak of await page.getByTestId('disagreement-peak').all()) {
    const at = Number(await peak.getAttribute('data-step'));
    await peak.click();
    await until('its step', async () => (await step()) === at);
    peaks.push(at);
  }
  if (peaks.length > 0) expect(peaks).toContain(highest);
  await screenshot(page, 'disagreement-replay');
  expect(await violations(page)).toEqual([]);
  expect(errors).toEqual([]);
});

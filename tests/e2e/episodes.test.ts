/** An episode is found, replayed, linked to and taken away as a file. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { hold, openPage, screenshot, until, untilReady } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--env', 'driving-easy');
let page: Page;
let errors: string[];
beforeAll(async () => {
  ({ page, errors } = await openPage(served.browser, served.server.url));
  // Two live episodes, the first of them driven by a person.
  await untilReady(page);
  await hold(page, ['ArrowUp'], 'a frame that a person drove', () =>
    page.evaluate('(window.__reins?.flags & 1) === 1'),
  );
  await page.waitForTimeout(1000);
  await page.keyboard.up('ArrowUp');
  await until(
    'the agent again',
    async () => (await page.getByTestId('controller').textContent()) === 'Agent drives',
  );
  await page.keyboard.press('n');
  await until('the episode in the list', async () => {
    const rows = await fetch(`${served.server.url}/api/episodes?human=true&live=true`);
    return Number(rows.headers.get('x-total-count')) > 0;
  });
});

const shownStep = async () =>
  Number(await page.getByTestId('replay-time').getAttribute('data-step'));

test('[UI-42] an episode that a person drove in is found, opened, and gone through step by step', async () => {
  await page.getByTestId('tab-episodes').click();
  await page.getByLabel('who drove').selectOption('yes');
  // By its id: the list may still be the one before the filter, and a newer episode may come first.
  const driven = await fetch(`${served.server.url}/api/episodes?human=true&live=true`);
  const [{ id }] = (await driven.json()) as [{ id: string }];
  await page.locator(`[data-testid="open-episode"][data-episode="${id}"]`).click();
  expect(await page.getByTestId('episode-count').textContent()).toMatch(/^\d+ episodes?$/);
  await page.locator(`[data-testid="replay"][data-episode="${id}"]`).waitFor();
  expect(await page.getByTestId('replay-facts').textContent()).toMatch(/\d+ steps by people/);
  await page.getByTestId('replay-time').waitFor();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
  await until('three steps on', async () => (await shownStep()) === 3);
  const words = page.locator('[data-step]', { hasText: 'step 3 of' });
  await words.waitFor();
  // What the page shows is what the server keeps: the bars stand where the actions are.
  const answer = await fetch(`${served.server.url}/api/episodes/${id}/steps?from=3&to=4`);
  const { actions } = (await answer.json()) as { actions: number[][] };
  const [steering] = actions[0]!;
  const bar = page.getByTestId('replay').locator('[data-bar="action-0"]');
  const width = await bar.evaluate(
    (e) => (e as unknown as { style: { width: string } }).style.width,
  );
  expect(Number.parseFloat(width)).toBeCloseTo(50 * Math.abs(steering!), 0);
  await page.getByTestId('replay-play').click();
  await until('it plays', async () => (await shownStep()) > 5);
  await page.keyboard.press('Space');
  await screenshot(page, 'episodes');
});

test('[UI-43] the link to a moment opens there', async () => {
  const at = await shownStep();
  await page.getByTestId('link-moment').click();
  const address = await page.getByTestId('moment-address').inputValue();
  expect(address).toContain(`step=${at}`);
  await page.goto('about:blank');
  await page.goto(address);
  await page.getByTestId('replay-time').waitFor();
  expect(await shownStep()).toBe(at);
  await page.getByText(`step ${at} of`).waitFor();
});

test('[UI-44] the picture is a PNG that is not blank, the video a WebM', async () => {
  const picture = page.waitForEvent('download');
  await page.getByTestId('export-still').click();
  const still = await picture;
  expect(still.suggestedFilename()).toMatch(/\.png$/);
  const png = readFileSync((await still.path())!);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(png.length).toBeGreaterThan(20_000); // one colour compresses to less
  const film = page.waitForEvent('download');
  const button = page.getByTestId('export-video');
  await button.click();
  await until('it records', async () => (await button.textContent()) === 'Stop');
  await page.waitForTimeout(1500);
  await button.click();
  const video = await film;
  expect(video.suggestedFilename()).toMatch(/\.webm$/);
  expect(readFileSync((await video.path())!).readUInt32BE(0)).toBe(0x1a45dfa3); // EBML
  expect(errors).toEqual([]);
});

/** Example clips in the instructions of a campaign: taken from a replay, checked, shown, played by keys. */
import { expect, test } from 'vitest';
import { violations } from './axe.ts';
import { openPage, screenshot, until } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--env', 'reacher', '--overlap', '2');

test('[CAMP-8] a clip goes from a replay into instructions, and plays there by keys', async () => {
  const { server, browser } = served;
  const { page, errors, close } = await openPage(browser, server.url);
  await page.getByTestId('tab-episodes').click();
  await page.getByTestId('open-episode').first().click();
  await page.getByTestId('replay-time').waitFor();
  await page.getByTestId('export-clip').click();
  await page.getByTestId('film-from').fill('0.1');
  await page.getByTestId('film-to').fill('0.9');
  await page.getByTestId('example-copy').click();
  const markdown = await page.getByTestId('example-markdown').inputValue();
  expect(markdown).toMatch(/^!\[What it shows\]\(clip:[\w.:-]+@5-45\)$/);
  await screenshot(page, 'example-copied');

  await page.getByTestId('tab-people').click();
  await page.getByTestId('campaign-new').click();
  await page.getByTestId('campaign-name').fill('Near and far');
  const text = page.getByTestId('campaign-text');
  await text.fill('![Far](clip:nobody@0-5)');
  await page.getByTestId('campaign-draft').click();
  await page.getByText(/clip:nobody is not kept here/).waitFor();
  if (await page.getByTestId('campaign-form').isHidden()) {
    await page.getByTestId('campaign-new').click();
    await page.getByTestId('campaign-name').fill('Near and far');
  }
  await text.fill(`## The tip\n\nBetter is nearer.\n\n${markdown}\n\nSo is *sooner*.`);
  await page.getByTestId('campaign-draft').click();
  const row = page.getByTestId('campaigns').getByTestId('campaign');
  await row.getByTestId('campaign-start').click();
  await until('it runs', async () => (await row.getAttribute('data-state')) === 'running');
  expect(errors.filter((error) => !error.includes('400'))).toEqual([]);
  await close();

  const worker = await openPage(browser, server.url);
  await worker.page.getByTestId('tab-compare').click();
  const instructions = worker.page.getByTestId('campaign-instructions');
  await instructions.getByText('What it shows').waitFor();
  const play = instructions.getByTestId('example-play');
  await play.focus();
  await worker.page.keyboard.press('Enter');
  await instructions.locator('[data-testid="example-picture"][data-ready="true"]').waitFor();
  await screenshot(worker.page, 'example-desktop');
  expect(await violations(worker.page)).toEqual([]);
  await worker.page.setViewportSize({ width: 390, height: 844 });
  await worker.page.emulateMedia({ colorScheme: 'dark' });
  await screenshot(worker.page, 'example-phone-dark');
  expect(await violations(worker.page)).toEqual([]);
  await worker.page.keyboard.press('Enter');
  await instructions.getByTestId('example-picture').waitFor({ state: 'detached' });
  expect(worker.errors).toEqual([]);
  await worker.close();
});

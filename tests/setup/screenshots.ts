/**
 * Pictures of every screen, taken from the running page: `npm run pictures`. Each screen on a desktop, a tablet and
 * a phone, light and dark, into docs/images/screens as JPEG.
 * `--out FOLDER`: only there; `--warm-up S`: seconds of training before the first picture; `--only live,compare`; `--devices phone`.
 */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import {
  hold,
  launchBrowser,
  openPage,
  startServerProcess,
  temporaryFolder,
  until,
} from '../e2e/helpers.ts';
import { ensureBrowser } from './find-browser.ts';
import { root } from './sources.ts';

const { values } = parseArgs({
  options: {
    'warm-up': { type: 'string', default: '30' },
    out: { type: 'string' },
    only: { type: 'string', default: '' },
    devices: { type: 'string', default: 'desktop,tablet,phone' },
  },
});
const folder = values.out ?? join(root, 'docs/images/screens');
const only = new Set(values.only.split(',').filter(Boolean));

const DEVICES = {
  desktop: { viewport: { width: 1440, height: 900 } },
  tablet: { viewport: { width: 834, height: 1112 }, hasTouch: true },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
} as const;
const SCHEMES = ['light', 'dark'] as const;

/** How each screen is reached, of a run that two people are asked by, so that there is one of people; the page is then photographed as it stands. */
const SCREENS: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  async live(page) {
    await page.getByTestId('tab-live').click();
    await until('a drawn step', () => page.evaluate('window.__reins?.shownStep > 0'));
    await sleep(1500);
  },
  async driving(page) {
    await takeTheWheel(page);
  },
  async recording(page) {
    await page.keyboard.up('ArrowUp');
    await page.getByTestId('record').click();
    await page.getByTestId('record-same').click();
    await page.getByTestId('recording').waitFor();
    await takeTheWheel(page);
  },
  async decision(page) {
    await page.keyboard.up('ArrowUp');
    await page.getByTestId('record-end').click();
    await page.getByTestId('decision').waitFor();
    await page.getByTestId('replay-time').waitFor();
    await sleep(1500);
  },
  async compare(page) {
    await page.keyboard.up('ArrowUp');
    await page.getByTestId('tab-compare').click();
    await page.locator('[data-testid="compare"][data-ready="true"]').waitFor();
    await sleep(2500);
  },
  async episodes(page) {
    await page.getByTestId('tab-episodes').click();
    await page.getByTestId('open-episode').first().click();
    await page.getByTestId('replay-time').waitFor();
    await page.getByTestId('replay-play').click();
    await sleep(3000);
  },
  async learning(page) {
    await page.getByTestId('tab-learning').click();
    await page.getByTestId('learning').waitFor();
    await sleep(1500);
  },
  async runs(page) {
    await page.getByTestId('tab-runs').click();
    await page.getByTestId('run-curves').locator('.u-over').first().waitFor();
    await sleep(500);
  },
  async people(page) {
    await page.getByTestId('tab-people').click();
    await page.getByTestId('people-view').waitFor();
    await sleep(3000);
  },
  async controls(page) {
    await page.getByTestId('tab-live').click();
    await page.getByTestId('gamepad').click();
    await page.getByRole('dialog').waitFor();
    await sleep(500);
  },
  async keys(page) {
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await sleep(500);
  },
};

async function takeTheWheel(page: Page): Promise<void> {
  await until('a drawn step', () => page.evaluate('window.__reins?.shownStep >= 0'));
  await hold(page, ['ArrowUp'], 'a person at the wheel', () =>
    page.getByText('You drive').isVisible(),
  );
  await sleep(2500);
}

async function photograph(browser: Browser, url: string): Promise<number> {
  let wrong = 0;
  const devices = new Set(values.devices.split(','));
  for (const [device, look] of Object.entries(DEVICES).filter(([name]) => devices.has(name)))
    for (const colorScheme of SCHEMES) {
      const { page, errors, close } = await openPage(browser, url, { ...look, colorScheme });
      for (const [screen, reach] of Object.entries(SCREENS)) {
        if (only.size > 0 && !only.has(screen)) continue;
        await reach(page);
        const path = join(folder, `${screen}-${device}-${colorScheme}.jpg`);
        await page.screenshot({ path, type: 'jpeg', quality: 72 });
      }
      for (const error of errors) console.error(`${device}, ${colorScheme}: ${error}`);
      wrong += errors.length;
      await close();
      console.error(`${device}, ${colorScheme}: done`);
    }
  return wrong;
}

/** By some people of known character, so that there is something to see of them. */
async function answered(url: string): Promise<void> {
  const args = ['workforce', '--url', url, '--overlap', '2', '--people', '5', '--answers', '60'];
  await promisify(execFile)(process.execPath, ['bin/reins.mjs', ...args], { cwd: root });
}

async function main(): Promise<void> {
  const data = temporaryFolder();
  const server = await startServerProcess({ dataDir: data.path, args: ['--overlap', '2'] });
  const browser = await launchBrowser(await ensureBrowser(console.error));
  mkdirSync(folder, { recursive: true });
  try {
    await sleep(Number(values['warm-up']) * 1000);
    await answered(server.url);
    process.exitCode = (await photograph(browser, `${server.url}/?graphics=simple`)) > 0 ? 1 : 0;
  } finally {
    await browser.close();
    await server.stop();
    data.remove();
  }
}

await main();

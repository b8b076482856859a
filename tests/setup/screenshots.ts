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

type Reach = (page: Page) => Promise<void>;

/** How each screen is reached, in this order; the page is then photographed as it stands. */
const STUDIO: Readonly<Record<string, Reach>> = {
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
    await closed(page);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await sleep(500);
  },
  async goal(page) {
    await closed(page);
    await page.keyboard.press('i');
    await page.getByTestId('goal-dialog').waitFor();
    await sleep(500);
  },
  async tour(page) {
    await page.getByTestId('tour-again').click();
    await page.getByTestId('tour-words').waitFor();
    await sleep(1500);
  },
  async 'new-run'(page) {
    await page.reload(); // out of the tour
    await page.getByTestId('tab-runs').click();
    await page.getByTestId('new-run').click();
    await page.getByTestId('form-kind').waitFor();
    await sleep(500);
  },
};

const WALL: Readonly<Record<string, Reach>> = {
  async wall(page) {
    await page.locator('.tile[data-drawn]').nth(3).waitFor();
    await sleep(2500);
  },
};

const IN_THE_LOOP: Readonly<Record<string, Reach>> = {
  async approval(page) {
    await until('a drawn step', () => page.evaluate('window.__reins?.shownStep > 0'));
    await page.getByTestId('oversight').click();
    await page.getByTestId('oversight-in').click();
    await page.getByTestId('ask').waitFor();
    await sleep(500);
  },
};

const question = (kind: 'rank' | 'rate'): Readonly<Record<string, Reach>> => ({
  async [kind](page) {
    await page.getByTestId('tab-compare').click();
    await page.locator(`[data-kind="${kind}"][data-ready="true"]`).waitFor();
    await sleep(2500);
  },
});

const SIGN_IN: Readonly<Record<string, Reach>> = {
  async 'sign-in'(page) {
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  },
  async accounts(page) {
    await enter(page);
    await page.getByTestId('tab-people').click();
    await page.getByRole('button', { name: 'Invite somebody' }).waitFor();
    await sleep(1500);
  },
};

/** At the form of an invitation or for signing in. */
async function enter(page: Page): Promise<void> {
  await page.locator('[name=name]').fill('Ada');
  await page.locator('[name=password]').fill('a picture is worth a thousand words');
  await page.getByRole('button').click();
  await page.getByTestId('account').waitFor();
}

/** Screens of one server, begun with these words. */
interface Visit {
  readonly args: readonly string[];
  readonly screens: Readonly<Record<string, Reach>>;
  /** Before the first picture. */
  readonly prepare?: (to: { url: string; data: string; browser: Browser }) => Promise<void>;
}

const VISITS: readonly Visit[] = [
  { args: ['--overlap', '2'], screens: STUDIO, prepare: answered },
  { args: ['--live', '4'], screens: WALL },
  { args: ['--set', 'activation.wait={"sampleSteps":1}'], screens: IN_THE_LOOP },
  { args: ['--set', 'queries.kind=rank'], screens: question('rank') },
  { args: ['--set', 'queries.kind=rate'], screens: question('rate') },
  { args: [], screens: SIGN_IN, prepare: invited },
];

async function closed(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

async function takeTheWheel(page: Page): Promise<void> {
  await until('a drawn step', () => page.evaluate('window.__reins?.shownStep >= 0'));
  await hold(page, ['ArrowUp'], 'a person at the wheel', () =>
    page.getByText('You drive').isVisible(),
  );
  await sleep(2500);
}

/** By some people of known character, so that there is something to see of them. */
async function answered({ url }: { url: string }): Promise<void> {
  await reins('workforce', '--url', url, '--overlap', '2', '--people', '5', '--answers', '60');
}

/** From the first account on everybody signs in. */
async function invited({ url, data, browser }: { url: string; data: string; browser: Browser }) {
  const to = ['--role', 'supervisor', '--url', url, '--data', data];
  const { page, close } = await openPage(browser, (await reins('people', 'invite', ...to)).trim());
  await enter(page);
  await close();
}

async function reins(...args: readonly string[]): Promise<string> {
  const entry = [join(root, 'bin/reins.mjs'), ...args];
  return (await promisify(execFile)(process.execPath, entry, { cwd: root })).stdout;
}

type Screens = readonly (readonly [name: string, reach: Reach])[];

/** Pictures of these screens by every device; how many errors the page had. */
async function photograph(browser: Browser, url: string, screens: Screens): Promise<number> {
  let wrong = 0;
  const devices = new Set(values.devices.split(','));
  for (const [device, look] of Object.entries(DEVICES).filter(([name]) => devices.has(name)))
    for (const colorScheme of SCHEMES) {
      const { page, errors, close } = await openPage(browser, url, { ...look, colorScheme });
      for (const [screen, reach] of screens) {
        await reach(page);
        const path = join(folder, `${screen}-${device}-${colorScheme}.jpg`);
        await page.screenshot({ path, type: 'jpeg', quality: 72 });
      }
      for (const error of errors) console.error(`${device}, ${colorScheme}: ${error}`);
      wrong += errors.length;
      await close();
      const names = screens.map(([name]) => name).join(', ');
      console.error(`${device}, ${colorScheme}: ${names}`);
    }
  return wrong;
}

async function visit(browser: Browser, { args, screens, prepare }: Visit): Promise<number> {
  const wanted = Object.entries(screens).filter(([name]) => only.size === 0 || only.has(name));
  if (wanted.length === 0) return 0;
  const data = temporaryFolder();
  const server = await startServerProcess({ dataDir: data.path, args });
  try {
    await sleep(Number(values['warm-up']) * 1000);
    await prepare?.({ url: server.url, data: data.path, browser });
    return await photograph(browser, `${server.url}/?graphics=simple`, wanted);
  } finally {
    await server.stop();
    data.remove();
  }
}

const browser = await launchBrowser(await ensureBrowser(console.error));
mkdirSync(folder, { recursive: true });
try {
  let wrong = 0;
  for (const one of VISITS) wrong += await visit(browser, one);
  process.exitCode = wrong > 0 ? 1 : 0;
} finally {
  await browser.close();
}

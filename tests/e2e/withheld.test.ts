/** What a browser, the line or the disk may withhold: gamepads, storage, the server, an answer to anything, room. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { limitFiles } from '../faults/small-disk.ts';
import { freePort } from '../setup/free-port.ts';
import { violations } from './axe.ts';
import {
  hold,
  launchBrowser,
  type RunningServer,
  startServerProcess,
  temporaryFolder,
  until,
} from './helpers.ts';
import { keptAnswers } from './kept.ts';

const folder = temporaryFolder();
let port: number;
let server: RunningServer;
let browser: Browser;

const start = () =>
  startServerProcess({
    dataDir: folder.path,
    port,
    args: ['--env', 'reacher', '--rollouts', '0'],
  });

beforeAll(async () => {
  port = await freePort();
  server = await start();
  browser = await launchBrowser(inject('browser'));
});
afterAll(async () => {
  await browser?.close();
  await server?.stop('SIGKILL');
  folder.remove();
});

const connection = (page: Page) =>
  page.getByTestId('connection').getAttribute('data-state', { timeout: 1000 });
const isOpen = async (page: Page) => (await connection(page).catch(() => '')) === 'open';
const isDriven = async (page: Page) =>
  (await page.getByTestId('stage').getAttribute('data-controller')) === 'human';

async function open(context: BrowserContext, script = ''): Promise<Page> {
  const page = await context.newPage();
  if (script !== '') await page.addInitScript({ content: script });
  await page.goto(`${server.url}/?graphics=simple`, { waitUntil: 'domcontentloaded' });
  await until('the page to connect', () => isOpen(page));
  await until('a frame', () => page.evaluate('(window.__reins?.framesReceived ?? 0) > 5'));
  return page;
}

async function rewards(): Promise<string[]> {
  const log = (await (await fetch(`${server.url}/api/feedback`)).json()) as {
    id: string;
    kind: string;
  }[];
  return log.filter((f) => f.kind === 'reward').map((f) => f.id);
}

const FORBIDDEN = `throw new DOMException('forbidden', 'SecurityError')`;

test('[E2E-13] keys drive without gamepads and without storage, and the missing gamepad is said', async () => {
  const context = await browser.newContext();
  const page = await open(
    context,
    `navigator.getGamepads = () => { ${FORBIDDEN} };
     for (const name of ['localStorage', 'indexedDB'])
       Object.defineProperty(window, name, { get() { ${FORBIDDEN} } });`,
  );
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await hold(page, ['KeyQ'], 'the takeover', () => isDriven(page));
  await page.keyboard.up('KeyQ');
  await until('the hand-back', async () => !(await isDriven(page)));
  expect(await page.getByTestId('gamepad').getAttribute('data-access')).toBe('forbidden');
  await page.getByTestId('gamepad').click();
  await until('the reason', () => page.getByText('Keys work.').isVisible());
  expect(errors).toEqual([]);
  await context.close();
});

test('[E2E-14] a key whose key-up is swallowed is let go', async () => {
  const context = await browser.newContext();
  const page = await open(context);
  const letGo = ['contextmenu', 'pagehide', 'blur'].map((e) => `dispatchEvent(new Event('${e}'))`);
  letGo.push(`dispatchEvent(new KeyboardEvent('keydown', { key: 'Meta', metaKey: true }))`);
  // A hidden tab, whose timers the browser slows down.
  letGo.push(`Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
    delete document.hidden;`);
  for (const event of letGo) {
    await page.evaluate(`dispatchEvent(new KeyboardEvent('keydown', { key: 'q', code: 'KeyQ' }))`);
    await until('the takeover', () => isDriven(page));
    await page.evaluate(event);
    await until(`the hand-back after ${event}`, async () => !(await isDriven(page)));
  }
  await context.close();
});

test('[E2E-19] a page that comes back from the back/forward cache shows the present and drives', async () => {
  const caching = await launchBrowser(inject('browser'), {
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  try {
    const page = await open(await caching.newContext());
    const received = () => page.evaluate('window.__reins.framesReceived') as Promise<number>;
    await page.evaluate(`addEventListener('pageshow', (e) => { window.cameBack = e.persisted; })`);
    // By script: the driver's own navigation waits for events that a cached page does not send.
    await page.evaluate(`location.href = '${server.url}/api/health'`);
    await page.waitForURL('**/api/health');
    await page.evaluate('history.back()');
    const cameBack = () => page.evaluate('window.cameBack ?? null').catch(() => null);
    await until('the page to come back', async () => (await cameBack()) !== null);
    expect(await cameBack()).toBe(true);
    await until('the connection', () => isOpen(page));
    const frames = await received();
    await until('frames', async () => (await received()) > frames + 5);
    await hold(page, ['KeyQ'], 'the takeover', () => isDriven(page));
    await page.keyboard.up('KeyQ');
  } finally {
    await caching.close();
  }
});

test('[E2E-15] answers of two tabs given while the server is away all arrive, once each', async () => {
  const context = await browser.newContext();
  const first = await open(context);
  const second = await open(context);
  const before = await rewards();
  await server.stop();
  for (const page of [first, second])
    await until('the page to notice', async () => !(await isOpen(page)));
  // More than the server takes in a burst.
  await first.bringToFront();
  for (let i = 0; i < 150; i++) await first.keyboard.press('+');
  await second.bringToFront();
  for (let i = 0; i < 3; i++) await second.keyboard.press('-');
  await first.close(); // what it gave is the other tab's to send
  server = await start();
  await until('all answers', async () => (await rewards()).length >= before.length + 153, 120_000);
  await until('the acknowledgements', async () => (await keptAnswers(second)).length === 0);
  const after = await rewards();
  expect(after.length).toBe(before.length + 153);
  expect(new Set(after).size).toBe(after.length);
  await context.close();
});

test('[E2E-17] while the disk refuses to write the page says so, and answers wait until there is room', async () => {
  const context = await browser.newContext();
  const page = await open(context);
  const before = await rewards();
  limitFiles(server.pid, '4096'); // to the server a disk that is full
  try {
    await page.keyboard.press('+');
    await until('the alert', () => page.getByTestId('alerts').isVisible(), 120_000);
    await page.getByTestId('alerts').click();
    const told = await page.getByTestId('alert-list').textContent();
    expect(await violations(page)).toEqual([]);
    expect(told).toMatch(/could not be written/);
    expect(told).toMatch(/Free some space/);
    expect((await keptAnswers(page)).length).toBe(1);
    expect(await rewards()).toEqual(before);
  } finally {
    limitFiles(server.pid, 'unlimited');
  }
  const isOver = async () => !(await page.getByTestId('alerts').isVisible());
  await until('the end of the alert', isOver, 120_000);
  await until('the answer', async () => (await rewards()).length === before.length + 1, 120_000);
  await until('its acknowledgement', async () => (await keptAnswers(page)).length === 0);
  await context.close();
});

test('[E2E-16] a line that carries nothing any more is given up for a new one', async () => {
  const context = await browser.newContext();
  let sockets = 0;
  let isDead = false;
  await context.routeWebSocket(/\/ws$/, (route) => {
    sockets++;
    const isOld = sockets === 1;
    const upstream = route.connectToServer();
    upstream.onMessage((message) => {
      if (!(isOld && isDead)) route.send(message);
    });
    route.onMessage((message) => {
      if (!(isOld && isDead)) upstream.send(message);
    });
  });
  const page = await open(context);
  isDead = true;
  const received = () => page.evaluate('window.__reins.framesReceived') as Promise<number>;
  await until('a second socket', async () => sockets > 1, 120_000);
  await until('the connection', () => isOpen(page));
  const frames = await received();
  await until('frames', async () => (await received()) > frames + 5);
  await context.close();
});

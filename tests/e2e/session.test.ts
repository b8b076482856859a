/** The documentation as somebody put it below a path of a web server: a page is found, and the session on it plays. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ensureUi } from '../../cli/build-ui.ts';
import { buildSite } from '../../scripts/site/build.ts';
import { root } from '../setup/sources.ts';
import { launchBrowser, screenshot, temporaryFolder, until } from './helpers.ts';

const PATH = '/some/where/';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
};

const folder = temporaryFolder();
const asked: string[] = [];
let server: Server;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  const out = join(folder.path, 'site');
  await buildSite(out, await ensureUi({ root, log: console.error, page: 'session' }));
  server = createServer(async ({ url = '' }, reply) => {
    const path = decodeURI(new URL(url, 'http://x').pathname);
    asked.push(path);
    const file = join(out, path.slice(PATH.length) || 'index.html');
    const bytes = path.startsWith(PATH) && (await readFile(file).catch(() => undefined));
    if (!bytes) return reply.writeHead(404).end();
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    return reply.writeHead(200, { 'content-type': type }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await launchBrowser(inject('browser'));
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('response', (r) => r.status() >= 400 && errors.push(`${r.status()} ${r.url()}`));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`);
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  folder.remove();
});

test('[SITE-4] the search leads to the recorded session, which plays there without a server', async () => {
  await page.keyboard.press('/');
  await page.keyboard.type('share a session');
  await page.locator('#found a', { hasText: 'Share a session of yours' }).click();
  await page.waitForURL(/docs\/session\.html#share-a-session-of-yours$/);
  await page.locator('iframe.session').scrollIntoViewIfNeeded();
  const player = page.frameLocator('iframe.session');
  const replay = player.getByTestId('replay');
  expect(await replay.getAttribute('data-episode')).toContain('train-driving');
  expect(await player.getByTestId('replay-facts').textContent()).toMatch(/\d+ steps by people/);
  const step = async () =>
    Number(await player.getByTestId('replay-time').getAttribute('data-step'));
  await until('it plays by itself', async () => (await step()) > 3);
  const drawn = await player.locator('canvas').evaluate((canvas) => {
    const { width, height } = canvas as unknown as { width: number; height: number };
    return width * height;
  });
  expect(drawn).toBeGreaterThan(10_000);
  expect(await player.getByTestId('replay-strip').locator('.human').count()).toBeGreaterThan(5);
  await player.getByTestId('learned-line').waitFor();
  await player.getByTestId('replay-play').click();
  const takeover = player.locator('[data-testid="moment"][data-kind="override"]').nth(1);
  const seconds = Number.parseFloat((await takeover.textContent())!);
  await takeover.click();
  await until('its moment', async () => (await step()) === Math.round(seconds * 10));
  await player.locator('[data-step]', { hasText: 'a person' }).waitFor();
  await screenshot(page, 'site-session');
  // Nobody can answer here, and nothing was asked of a server.
  expect(await player.getByTestId('critique').count()).toBe(0);
  expect(asked.filter((path) => path.includes('/api/') || path.endsWith('/ws'))).toEqual([]);
  expect(errors).toEqual([]);
});

test('[SITE-4] light or dark is chosen for the page and what plays on it', async () => {
  const schemes = async () => [
    await page.locator('html').getAttribute('data-theme'),
    await page
      .frameLocator('iframe.session')
      .locator('html')
      .getAttribute('data-mantine-color-scheme'),
  ];
  for (const wanted of ['dark', 'light']) {
    await until(wanted, async () => {
      if ((await schemes())[0] !== wanted) await page.locator('#theme').click();
      return (await schemes()).every((scheme) => scheme === wanted);
    });
  }
});

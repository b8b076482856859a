/** A study: its text is agreed to before anything is taken; its instructions stand with the goal. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { violations } from './axe.ts';
import {
  hold,
  launchBrowser,
  openPage,
  type RunningServer,
  screenshot,
  startServerProcess,
  temporaryFolder,
  until,
  untilReady,
} from './helpers.ts';

const STUDY = {
  instructions: 'You will see two clips.\n\nChoose the one you would rather ride in.',
  consent: 'We keep what you answer and drive, under a number.\n\nYou may stop at any time.',
  tags: ['too close', 'smooth'],
};

const folder = temporaryFolder();
let server: RunningServer;
let browser: Browser;
beforeAll(async () => {
  const file = join(folder.path, 'study.json');
  writeFileSync(file, JSON.stringify(STUDY));
  server = await startServerProcess({ dataDir: folder.path, args: ['--study', file] });
  browser = await launchBrowser(inject('browser'));
});
afterAll(async () => {
  await browser?.close();
  await server?.stop('SIGKILL');
  folder.remove();
});

const audit = async () =>
  (await (await fetch(`${server.url}/api/audit?limit=10000`)).json()) as { action: string }[];
const log = async () =>
  (await (await fetch(`${server.url}/api/feedback`)).json()) as { kind: string }[];
const givenConsents = async () => (await audit()).filter((row) => row.action === 'consent.given');

test('[UI-48] nobody takes part before they agreed; then once and for all, and the instructions are with the goal', async () => {
  const { page, errors, close } = await openPage(browser, server.url);
  const consent = page.getByTestId('consent');
  await consent.waitFor();
  expect(await consent.textContent()).toContain('You may stop at any time.');
  await screenshot(page, 'consent');
  expect(await violations(page)).toEqual([]);
  // Keys and clicks beside it do nothing.
  await page.keyboard.press('+');
  await page.keyboard.press('Escape');
  await page.mouse.click(5, 400);
  expect(await consent.isVisible()).toBe(true);
  expect(await givenConsents()).toEqual([]);
  await page.getByTestId('agree').click();
  await consent.waitFor({ state: 'detached' });
  expect(await givenConsents()).toHaveLength(1);
  expect((await log()).map(({ kind }) => kind)).toEqual([]);
  await untilReady(page);
  await hold(page, ['ArrowUp'], 'a person at the wheel', () =>
    page.getByText('You drive').isVisible(),
  );
  await page.keyboard.up('ArrowUp');
  await page.keyboard.press('i');
  const instructions = page.getByTestId('instructions');
  await instructions.waitFor();
  expect(await instructions.textContent()).toContain('rather ride in');
  await screenshot(page, 'instructions');
  await page.keyboard.press('Escape');
  await page.getByTestId('tab-compare').click();
  await page.locator('[data-testid="compare"][data-ready="true"]').waitFor();
  await page.keyboard.press('ArrowLeft');
  await until('an answer', async () => (await log()).some(({ kind }) => kind === 'preference'));
  await page.reload();
  await untilReady(page);
  expect(await consent.count()).toBe(0);
  expect(errors).toEqual([]);
  await close();
});

/** Another run of the folder, opened from Runs on the real page, driven and stopped there. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { hashOf, identityOf } from '../../server/storage/identity.ts';
import { openStorage } from '../../server/storage/sqlite.ts';
import { violations } from './axe.ts';
import {
  launchBrowser,
  openPage,
  press,
  type RunningServer,
  screenshot,
  startServerProcess,
  temporaryFolder,
  until,
  untilReady,
} from './helpers.ts';

const folder = temporaryFolder();
let server: RunningServer;
let browser: Browser;
beforeAll(async () => {
  const storage = openStorage(folder.path);
  const made = { environment: 'reacher', environmentOptions: {}, preset: 'reins', overrides: {} };
  const identity = identityOf(made);
  await storage.createRun({
    ...{ id: 'run-other', name: 'the other', environmentId: 'reacher', preset: 'reins' },
    ...{ seed: 3, createdAt: 1, identity, configHash: hashOf(identity) },
  });
  await storage.close();
  server = await startServerProcess({
    dataDir: folder.path,
    args: ['--env', 'driving-easy', '--open-runs', '1'],
  });
  browser = await launchBrowser(inject('browser'));
});
afterAll(async () => {
  await browser?.close();
  await server?.stop('SIGKILL');
  folder.remove();
});

test('[RUNS-6] another run is opened from Runs, has a page of its own to give rewards on, and is stopped', async () => {
  const { page, errors, close } = await openPage(browser, server.url);
  await page.getByTestId('tab-runs').click();
  const row = page.locator('[data-testid="run-row"][data-run="run-other"]');
  await page.getByTestId('open-run-other').click();
  await page.getByTestId('go-to-run-other').waitFor();
  expect(await row.getAttribute('data-stands')).toBe('open here');
  await screenshot(page, 'open-runs');
  expect(await violations(page)).toEqual([]);

  await page.getByTestId('go-to-run-other').click();
  await page.waitForURL(`${server.url}/runs/run-other/`);
  await untilReady(page);
  expect(await page.getByTestId('run').textContent()).toContain('Reacher');
  const given = async (path: string) =>
    ((await (await fetch(`${server.url}${path}/api/feedback`)).json()) as object[]).length;
  await press(page, '+', 'a reward in its log', async () => (await given('/runs/run-other')) > 0);
  expect(await given('')).toBe(0);
  await screenshot(page, 'opened-run');

  await page.getByTestId('tab-runs').click();
  await page.locator('[data-testid^="go-to-run-"]').click();
  await page.waitForURL(`${server.url}/`);
  await page.getByTestId('tab-runs').click();
  await page.getByTestId('stop-run-other').click();
  await page.getByTestId('open-run-other').waitFor();
  expect(await row.getAttribute('data-stands')).not.toBe('open here');
  const closed = await fetch(`${server.url}/runs/run-other/api/health`);
  expect(closed.status).toBe(404);
  const feedback = await fetch(`${server.url}/api/runs/run-other/files/feedback.jsonl`);
  expect((await feedback.text()).trim().split('\n').length).toBeGreaterThan(0);
  expect(errors).toEqual([]);
  await close();
});

test('[RUNS-6] a page whose run was stopped says so, and goes on when it is opened again', async () => {
  const post = (path: string) =>
    fetch(`${server.url}/api/open-runs/run-other${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
  expect((await post('')).status).toBe(200);
  const { page, close } = await openPage(browser, `${server.url}/runs/run-other/`);
  await untilReady(page);
  await post('/stop');
  await until('the page to say it', async () =>
    (await page.locator('body').textContent())?.includes('run-other is not open on this server'),
  );
  await screenshot(page, 'stopped-run');
  expect((await post('')).status).toBe(200);
  const state = () => page.getByTestId('connection').getAttribute('data-state');
  await until('the connection', async () => (await state()) === 'open');
  await close();
});

test('[RUNS-8] the form of a new run opens it on this server and goes to its page', async () => {
  await fetch(`${server.url}/api/open-runs/run-other/stop`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
  });
  const { page, errors, close } = await openPage(browser, server.url);
  await untilReady(page);
  await page.getByTestId('tab-runs').click();
  await page.getByTestId('new-run').click();
  await page.getByTestId('form-environment').selectOption('reacher');
  await page.getByTestId('form-seed').fill('12');
  await screenshot(page, 'new-run-here');
  await page.getByTestId('begin-here').click();
  await page.waitForURL(/\/runs\/run-[0-9a-f]{8}\/$/);
  await untilReady(page);
  const [, id] = /runs\/(run-\w+)\//.exec(page.url())!;
  const health = await (await fetch(`${server.url}/runs/${id}/api/health`)).json();
  expect(health).toMatchObject({ runId: id });
  // One more than may be open: it says so beside the button.
  await page.getByTestId('tab-runs').click();
  await page.getByTestId('new-run').click();
  await page.getByTestId('form-environment').selectOption('reacher');
  await page.getByTestId('begin-here').click();
  await page.getByTestId('open-refusal').waitFor();
  expect(await page.getByTestId('open-refusal').textContent()).toContain('--open-runs');
  expect(errors.filter((error) => !error.includes('409'))).toEqual([]);
  await close();
});

/** Runs: the one that is served, and a headless training in a watched folder, seen as it goes on. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { root } from '../setup/sources.ts';
import { violations } from './axe.ts';
import {
  launchBrowser,
  openPage,
  type RunningServer,
  screenshot,
  startServerProcess,
  temporaryFolder,
  until,
} from './helpers.ts';

const own = temporaryFolder();
const others = temporaryFolder();
let server: RunningServer;
let browser: Browser;
let page: Page;
let errors: string[];
const training = { ended: false, child: undefined as ReturnType<typeof spawn> | undefined };
beforeAll(async () => {
  const args = ['--env', 'reacher', '--watch', others.path];
  server = await startServerProcess({ dataDir: own.path, args });
  browser = await launchBrowser(inject('browser'));
  ({ page, errors } = await openPage(browser, server.url));
});
afterAll(async () => {
  training.child?.kill('SIGKILL');
  await browser?.close();
  await server?.stop('SIGKILL');
  own.remove();
  others.remove();
});

interface Row {
  readonly id: string;
  readonly key: string;
  readonly isServed: boolean;
  readonly folder?: string;
  readonly name?: string;
  readonly notes?: string;
}
const rows = async () => (await (await fetch(`${server.url}/api/runs`)).json()) as Row[];

function train(): void {
  const args = ['train', '--env', 'reacher', '--teacher', 'none', '--preset', 'rlpd'];
  const more = ['--steps', '4000', '--eval-episodes', '1', '--data', others.path, '--json'];
  const set = ['--set', 'learner.gamma=0.97', '--out', `${others.path}/trained.policy`];
  training.child = spawn(process.execPath, ['bin/reins.mjs', ...args, ...more, ...set], {
    cwd: root,
    stdio: 'ignore',
  });
  training.child.on('exit', () => {
    training.ended = true;
  });
}

test('[UI-52] a run is named and noted; a headless training appears while it goes on, with its curves beside', async () => {
  const served = (await rows()).find((run) => run.isServed)!;
  await page.getByTestId('tab-runs').click();
  const row = page.locator(`[data-testid="run-row"][data-run="${served.id}"]`);
  await row.waitFor();
  expect(await row.getAttribute('data-stands')).toBe('served here');
  await page.getByTestId('run-name').fill('first try');
  await page.getByTestId('run-notes').fill('Reaches, mostly.');
  await page.getByTestId('run-save').click();
  await until('its name', async () => (await rows())[0]?.name === 'first try');
  expect(await rows()).toMatchObject([{ notes: 'Reaches, mostly.' }]);
  await until('the name in the list', async () => (await row.textContent())?.includes('first try'));
  expect(await page.getByTestId('command').inputValue()).toBe(`reins serve --run ${served.id}`);

  train();
  const trained = await until('the training', async () =>
    (await rows()).find((run) => run.folder === others.path),
  );
  const other = page.locator(`[data-testid="run-row"][data-run="${trained.id}"]`);
  await until('it to go on', async () => (await other.getAttribute('data-stands')) === 'going on');
  expect(training.ended).toBe(false);
  await page.getByTestId(`choose-${trained.key}`).check();
  const curves = page.getByTestId('run-curves');
  await curves.locator('.u-over').first().waitFor();
  const differ = page.getByTestId('run-differences');
  const texts = await differ.locator('tr').allTextContents();
  expect(texts.some((text) => text.startsWith('learner.gamma') && text.includes('0.97'))).toBe(
    true,
  );
  expect(texts.some((text) => text.startsWith('environment'))).toBe(false); // the same
  await screenshot(page, 'runs');
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  await screenshot(page, 'runs-phone');
  await page.setViewportSize({ width: 1280, height: 800 });

  // What is only looked into is not written.
  const refused = await fetch(`${server.url}/api/runs/${trained.id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'mine' }),
  });
  expect(refused.status).toBe(409);
  expect(await refused.text()).toContain(others.path);
});

test('[UI-67] a training is started from the form, saved and stopped', async () => {
  await page.getByTestId('new-run').click();
  await page.getByTestId('form-kind').selectOption('train', { timeout: 60_000 });
  await page.getByTestId('form-environment').selectOption('reacher');
  await page.getByTestId('form-preset').selectOption('rlpd');
  await page.getByTestId('form-teacher').selectOption('none');
  await page.getByTestId('form-steps').fill('9000');
  await page.getByTestId('start-training').click();
  const training = page.getByTestId('training');
  const stands = (state: string) =>
    until(state, async () => (await training.getAttribute('data-state')) === state);
  await stands('running');
  await until('its steps', async () =>
    / of 9,000 steps/.test((await training.textContent()) ?? ''),
  );
  await screenshot(page, 'training');
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('training-stop').click();
  await stands('stopped');
  // It may go on (tests/server/trainings.test.ts does).
  await page.getByTestId('training-resume').waitFor();
  await page.getByTestId('training-branch').waitFor();
});

test('[UI-53] [UI-110] a form becomes a command; a run goes out as files that hold what the server has', async () => {
  await page.getByTestId('new-run').click();
  await page.getByTestId('form-environment').selectOption('driving-easy');
  await page.getByTestId('form-preset').selectOption('pebble');
  await page.getByTestId('form-kind').selectOption('train');
  await page.getByTestId('form-seed').fill('7');
  await page.getByTestId('part-options').click();
  await page.getByTestId('set-options.horizon').fill('400');
  await page.getByTestId('part-queries').click();
  await page.getByTestId('set-queries.kind').selectOption('rank');
  expect(await page.getByTestId('command').inputValue()).toBe(
    'reins train --env driving-easy --preset pebble --seed 7 --option horizon=400 --set queries.kind=rank',
  );
  await screenshot(page, 'new-run');
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('new-run').click();

  const served = (await rows()).find((run) => run.isServed)!;
  const all = await page.locator('[data-testid="run-row"] input:checked').count();
  for (let i = 0; i < all; i++)
    await page.locator('[data-testid="run-row"] input:checked').first().uncheck();
  await page.getByTestId(`choose-${served.id}`).check();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByTestId('file-config.json').click(),
  ]);
  expect(download.suggestedFilename()).toBe(`${served.id}-config.json`);
  const config = JSON.parse(readFileSync(await download.path(), 'utf8'));
  expect(config).toMatchObject({ id: served.id, environmentId: 'reacher', name: 'first try' });
  const csv = await (await fetch(`${server.url}/api/runs/${served.id}/files/metrics.csv`)).text();
  const [head, ...lines] = csv.trim().split('\n');
  expect(head).toMatch(/^time,environmentSteps,learnerUpdates,/);
  const points = (await (
    await fetch(`${server.url}/api/runs/${served.id}/metrics?limit=5000`)
  ).json()) as { environmentSteps: number }[];
  expect(Math.abs(lines.length - points.length)).toBeLessThanOrEqual(2); // one may have come meanwhile
  expect(Number(lines[0]!.split(',')[1])).toBe(points[0]!.environmentSteps);

  await page.setViewportSize({ width: 390, height: 844 });
  const wide = page.locator('.wide-table').filter({ has: page.getByTestId('run-table') });
  await until(
    'a fade at the right',
    async () => (await wide.getAttribute('data-beyond')) === 'right',
  );
  await page
    .getByRole('region', { name: 'runs', exact: true })
    .evaluate((box: { scrollLeft: number; scrollWidth: number }) => {
      box.scrollLeft = box.scrollWidth;
    });
  await until(
    'a fade at the left',
    async () => (await wide.getAttribute('data-beyond')) === 'left',
  );
  await page.setViewportSize({ width: 1440, height: 900 });
  await until('no fade', async () => (await wide.getAttribute('data-beyond')) === '');
  expect(errors).toEqual([]);
});

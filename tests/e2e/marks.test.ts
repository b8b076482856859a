/** Stretches brushed and keyed, clips made longer, clips ranked by dragging: as the database has them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import {
  launchBrowser,
  openPage,
  type RunningServer,
  screenshot,
  startServerProcess,
  temporaryFolder,
  until,
} from './helpers.ts';

interface Logged {
  readonly id: string;
  readonly kind: string;
  readonly episodeId?: string;
  readonly from?: number;
  readonly to?: number;
  readonly value?: number;
  readonly tag?: string;
  readonly feedbackId?: string;
  readonly queryId?: string;
  readonly order?: readonly number[];
  readonly segments?: readonly { readonly from: number; readonly to: number }[];
}

const folder = temporaryFolder();
let server: RunningServer;
let browser: Browser;
let page: Page;
let errors: string[];
beforeAll(async () => {
  const study = join(folder.path, 'study.json');
  writeFileSync(study, JSON.stringify({ tags: ['smooth', 'too close'] }));
  const args = ['--env', 'driving-easy', '--set', 'queries.kind=rank', '--study', study];
  server = await startServerProcess({ dataDir: folder.path, args });
  browser = await launchBrowser(inject('browser'));
  ({ page, errors } = await openPage(browser, `${server.url}/?graphics=simple`));
});
afterAll(async () => {
  await browser?.close();
  await server?.stop('SIGKILL');
  folder.remove();
});

const log = async (kind: string) =>
  ((await (await fetch(`${server.url}/api/feedback`)).json()) as Logged[]).filter(
    (f) => f.kind === kind,
  );
const logged = (kind: string, count: number) =>
  until(`${count} of ${kind}`, async () => {
    const found = await log(kind);
    return found.length === count && found;
  });

/** Presses the pointer at one place, moves it in steps, and lets go at another. */
async function drag(from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, { steps: 3 });
  await page.mouse.move(...to, { steps: 3 });
  await page.mouse.up();
}

async function inside(locator: Locator, x: number, y = 0.5): Promise<[number, number]> {
  const box = (await locator.boundingBox())!;
  return [box.x + x * box.width, box.y + y * box.height];
}

test('[UI-49] stretches of an episode are drawn, keyed, tagged, seen again and taken back', async () => {
  await page.getByTestId('tab-episodes').click();
  await page.getByTestId('open-episode').first().click();
  await page.getByTestId('critique').waitFor();
  const episodeId = await page.getByTestId('replay').getAttribute('data-episode');
  const { length } = (await (await fetch(`${server.url}/api/episodes/${episodeId}`)).json()) as {
    length: number;
  };
  const lane = page.getByTestId('brush-lane');
  await drag(await inside(lane, 0.25), await inside(lane, 0.5));
  const [good] = await logged('critique', 1);
  expect(good).toMatchObject({ episodeId, value: 1 });
  // A pixel of the lane may be several steps.
  expect(Math.abs(good!.from! - length / 4)).toBeLessThanOrEqual(1 + length / 200);
  expect(Math.abs(good!.to! - length / 2)).toBeLessThanOrEqual(1 + length / 200);

  await page.getByTestId('mark-tag').selectOption('too close');
  await page.keyboard.press('Home');
  await page.keyboard.press('b');
  expect(await page.getByTestId('critique-words').textContent()).toContain('Bad from 0.0 s');
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
  await until(
    'step 5',
    async () => (await page.getByTestId('replay-time').getAttribute('data-step')) === '5',
  );
  await page.keyboard.press('b');
  const [, bad] = await logged('critique', 2);
  expect(bad).toMatchObject({ episodeId, from: 0, to: 5, value: -1, tag: 'too close' });
  expect(await page.getByTestId('mark').allTextContents()).toEqual([
    expect.stringContaining('good, '),
    'bad, 0.0 to 0.5 s, too close',
  ]);
  await screenshot(page, 'marks');

  // Another visit sees them; one is taken back by its cross, the other by a key.
  const link = `${server.url}/?graphics=simple#episode=${episodeId}`;
  await page.goto('about:blank');
  await page.goto(link);
  await page.getByTestId('mark').nth(1).waitFor();
  await page.getByTestId('unmark').first().click();
  await logged('retraction', 1);
  await page.keyboard.press('x');
  const taken = await logged('retraction', 2);
  expect(taken.map(({ feedbackId }) => feedbackId)).toEqual([good!.id, bad!.id]);
  expect(await page.getByTestId('mark').count()).toBe(0);
});

test('[UI-51] [UI-50] clips are made longer, and ranked by dragging: a tie where one is dropped on another', async () => {
  await page.getByTestId('tab-compare').click();
  const compare = page.locator('[data-testid="compare"][data-ready="true"]');
  await compare.waitFor();
  const queryId = await compare.getAttribute('data-query');
  await page.keyboard.press('+');
  const part = page.getByTestId('asked-part');
  await part.waitFor();
  expect(await part.getAttribute('aria-label')).toMatch(/asked about: \d\.\d to \d\.\d s/);
  const clips = await compare.locator('.clip').count();
  const chip = (n: number) => page.getByTestId(`chip-${n}`);
  const list = page.getByTestId('shelf').locator('ol');
  // The third is the best, the first the worst, the second as good as the third; a fourth is in between.
  await drag(await inside(chip(3), 0.5), await inside(list, 0.5));
  await drag(await inside(chip(1), 0.5), await inside(list, 0.98));
  await drag(await inside(chip(2), 0.5), await inside(chip(3), 0.5));
  if (clips === 4) await drag(await inside(chip(4), 0.5), await inside(chip(1), 0.02));
  await screenshot(page, 'drag-rank');
  await page.keyboard.press('Enter');
  const [ranking] = await logged('ranking', 1);
  expect(ranking).toMatchObject({ queryId, order: clips === 4 ? [3, 0, 0, 2] : [2, 0, 0] });
  // The answer is about what was asked, not about what was shown beside it.
  const lengths = new Set(ranking!.segments!.map(({ from, to }) => to - from));
  expect([...lengths]).toEqual([20]);
  expect(errors).toEqual([]);
});

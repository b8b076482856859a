/** A robot that asks, in a real browser: preset `thrifty`, taught by keys until it calls for help. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { hold, openPage, screenshot, until, untilReady } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--preset', 'thrifty', '--seed', '2', '--rollouts', '1');
let page: Page;
let errors: readonly string[];

beforeAll(async () => {
  ({ page, errors } = await openPage(served.browser, served.server.url));
  await untilReady(page);
  await page.getByText('2×').click();
});

const HELP = 'The robot asks for help: take over';
const LET_GO = 'You may let go: the robot would do the same';

/** What the region for screen readers says. */
const said = async () => (await page.getByTestId('request').textContent()) ?? '';
const controller = () => page.getByTestId('controller').getAttribute('data-controller');
const stage = () => page.getByTestId('stage').boundingBox();

/** ms until the robot has learned it, on a machine that hardly comes to learn. */
const LEARNED = 400_000;

/** Looks for a while whether `wanted` is said, to a person who drives where only that counts. */
async function hears(wanted: string, forMs: number, to: 'anyone' | 'person'): Promise<boolean> {
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    const isSaid = (await said()).includes(wanted);
    // What is said to a person may stand for a moment after they let go.
    if (isSaid && (to === 'anyone' || (await controller()) === 'human')) return true;
    await page.waitForTimeout(40);
  }
  return false;
}

/**
 * Drives and lets go in turns until the robot says `wanted`, to whoever drives or to the person alone;
 * leaves the key as it was then.
 */
async function teachUntil(wanted: string, to: 'anyone' | 'person' = 'anyone'): Promise<void> {
  const teach = async () => {
    await page.keyboard.down('ArrowUp');
    if (await hears(wanted, 1500, to)) return true;
    await page.keyboard.up('ArrowUp');
    return hears(wanted, 2500, to);
  };
  await until(`“${wanted}”`, teach, LEARNED);
}

test('[E2E-10] a robot that learned when to ask calls for help on the page, and a key answers', async () => {
  expect(await page.getByRole('status').and(page.getByTestId('request')).count()).toBe(1);
  expect(await said()).toBe('');
  const before = await stage();
  await teachUntil(HELP);
  await screenshot(page, 'take-over');
  expect(await stage()).toEqual(before);
  // The request ends by itself after a while: whichever is up when a person comes is answered.
  const isDriven = async () => (await controller()) === 'human';
  await hold(page, ['ArrowUp'], 'the person in control', isDriven);
  expect(await said()).not.toContain(HELP);
  await page.keyboard.up('ArrowUp');
});

test('[E2E-10] a person who drives as the robot would is told that they may let go', async () => {
  await teachUntil(LET_GO, 'person');
  await screenshot(page, 'hand-back');
  await page.keyboard.up('ArrowUp');
  await until('the agent in control', async () => (await controller()) === 'policy');
  expect(await said()).not.toContain(LET_GO);
  expect(errors).toEqual([]);
});

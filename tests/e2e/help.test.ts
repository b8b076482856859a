/** Calls for help that are declined, that nobody answers, and that the agent brakes through until somebody comes. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import type { Frame } from '../../server/protocol/index.ts';
import { violations } from './axe.ts';
import { followFrames } from './frames.ts';
import { hold, openPage, press, screenshot, until, untilReady } from './helpers.ts';
import { serve } from './served.ts';

// It asks above hardly any risk: as soon as one episode with a takeover has taught it what risk is, and then all the time.
const risk = 'reward.risk={"askAbove":0.0001,"everyRows":1}';
const served = serve('--rollouts', '0', '--set', risk);
let page: Page;
let errors: readonly string[];
let frame: () => Frame | undefined;

beforeAll(async () => {
  ({ page, errors } = await openPage(served.browser, 'about:blank'));
  frame = followFrames(page);
  await page.goto(served.server.url);
  await untilReady(page);
});

const controller = () => page.getByTestId('controller').getAttribute('data-controller');
const panel = () => page.getByTestId('ask');

/** Rows of the audit log about calls for help. */
async function decided(outcome: 'declined' | 'lapsed'): Promise<number> {
  const reply = await fetch(`${served.server.url}/api/audit?limit=1000`);
  const rows = (await reply.json()) as { action: string; reason: string | null }[];
  return rows.filter((row) => row.action === `ask.${outcome}` && row.reason === 'help').length;
}

/** It goes on for so many steps. */
async function steps(count: number): Promise<void> {
  const { step, episodeNumber } = frame()!;
  await until(
    `${count} steps`,
    () => frame()!.episodeNumber > episodeNumber || frame()!.step >= step + count,
  );
}

/** Another episode, in which it calls. */
async function isCalled(): Promise<void> {
  const { episodeNumber } = frame()!;
  await press(page, 'n', 'another episode', () => frame()!.episodeNumber > episodeNumber);
  await panel().waitFor();
}

test('[CTRL-28] [CTRL-30] a call for help counts down; declined by X the agent drives on by itself, and it is audited', async () => {
  await hold(
    page,
    ['ArrowUp'],
    'a person in control',
    async () => (await controller()) === 'human',
  );
  await steps(15);
  await page.keyboard.up('ArrowUp');
  await isCalled(); // what is known of an episode is learned when it is over
  expect(await panel().textContent()).toContain('The robot asks for help: take over');
  expect(await panel().textContent()).toContain('It drives on until then');
  const left = Number(await page.getByTestId('countdown').getAttribute('data-seconds'));
  expect(left).toBeGreaterThanOrEqual(0);
  expect(left).toBeLessThanOrEqual(10);
  expect(await violations(page)).toEqual([]);
  // The one on screen may have lapsed while it was looked at: X is for the next one then.
  await until('it is declined', async () => {
    if (!(await panel().isVisible())) await isCalled();
    await page.keyboard.press('x');
    return (await decided('declined')) === 1;
  });
  await panel().waitFor({ state: 'detached' });
  const { episodeNumber } = frame()!;
  await steps(5);
  expect(await controller()).toBe('policy');
  // It asks on, and is heard again in the next episode at the earliest.
  if (frame()!.episodeNumber === episodeNumber) expect(await panel().count()).toBe(0);
});

test('[CTRL-28] a call that nobody answers ends by its deadline: the agent drives on, and that is audited', async () => {
  const before = await decided('lapsed');
  await isCalled();
  await until('it has lapsed', async () => (await decided('lapsed')) > before);
  await steps(3);
  expect(await decided('declined')).toBe(1);
});

test('[CTRL-28] with “then brake” it brakes at once for as long as it asks, without a countdown, until it is declined', async () => {
  await page.getByText('then brake').click();
  await isCalled();
  await until('it brakes', async () => (await controller()) === 'safe');
  expect(await panel().textContent()).toContain('It brakes until then');
  expect(await page.getByTestId('countdown').count()).toBe(0);
  // Nobody is at the wheel: what was executed is not what the agent wanted, and nothing runs out.
  const lapsed = await decided('lapsed');
  const { time, episodeNumber } = frame()!;
  await until('longer than a call lasts', () => frame()!.time > time + 11);
  expect(frame()!.episodeNumber).toBe(episodeNumber);
  expect(await controller()).toBe('safe');
  expect(await panel().isVisible()).toBe(true);
  expect(await decided('lapsed')).toBe(lapsed);
  await screenshot(page, 'help-brakes');
  expect(await violations(page)).toEqual([]);
  const before = await decided('declined');
  await press(page, 'x', 'it drives on', async () => (await controller()) === 'policy');
  expect(await decided('declined')).toBeGreaterThan(before);
  expect(errors).toEqual([]);
});

/** A phone: two thumbs drive, a finger rewards and answers. */
import type { CDPSession, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { connect } from './client.ts';
import { openPage, screenshot, until, untilReady } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--env', 'driving-easy');
let page: Page;
let errors: string[];
let screen: CDPSession;

beforeAll(async () => {
  ({ page, errors } = await openPage(served.browser, served.server.url, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  }));
  screen = await page.context().newCDPSession(page);
  await untilReady(page);
});

interface Finger {
  readonly id: number;
  readonly x: number;
  readonly y: number;
}

/** Fingers that are on the screen now; with `touchEnd` those that leave it, where none are named all. */
const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: readonly Finger[]) =>
  screen.send('Input.dispatchTouchEvent', { type, touchPoints: [...touchPoints] });

/** A point of an element: (0, 0) its upper left, (1, 1) its lower right corner. */
async function on(testId: string, id: number, across: number, down: number): Promise<Finger> {
  const box = (await page.getByTestId(testId).boundingBox())!;
  return { id, x: box.x + across * box.width, y: box.y + down * box.height };
}

interface Logged {
  kind: string;
  value?: number;
  choice?: string;
}
const log = async () =>
  (await (await fetch(`${served.server.url}/api/feedback`)).json()) as Logged[];

test('[UI-41] two thumbs steer and accelerate at once, and lifting both hands back', async () => {
  const watcher = await connect(served.server.url, 'watcher');
  const stick = await on('stick-left', 1, 0.9, 0.5);
  const pedal = await on('pedal-7', 2, 0.5, 0.2);
  await touch('touchStart', [stick]);
  await touch('touchStart', [stick, pedal]);
  // To the right is negative steering (left is positive), and the pedal is all the way down.
  const { action } = (await until('both in one action', () => {
    const frame = watcher.frame();
    return frame && frame.action[0]! < -0.5 && frame.action[1]! > 0.9 && frame;
  }))!;
  expect(action[0]).toBeLessThan(-0.5);
  expect(await page.getByTestId('controller').textContent()).toBe('You drive');
  await screenshot(page, 'touch-drive');
  // One finger stays: it alone drives on.
  await touch('touchEnd', [pedal]);
  await until('the stick alone', () => {
    const { action } = watcher.frame()!;
    return action[0]! < -0.5 && action[1] === 0;
  });
  await touch('touchEnd', []);
  await until(
    'the agent drives',
    async () => (await page.getByTestId('controller').textContent()) === 'Agent drives',
  );
  watcher.close();
  const override = await until('the takeover', async () =>
    (await log()).find((f) => f.kind === 'override'),
  );
  expect(override.kind).toBe('override');
});

test('[UI-41] a finger rewards, stops, goes on, and answers a comparison', async () => {
  await page.getByTestId('reward-plus').tap();
  await until('the reward', async () => (await log()).some((f) => f.kind === 'reward'));
  await page.getByTestId('estop').tap();
  await until('the stop', async () =>
    (await page.getByTestId('halt-words').textContent())?.startsWith('Stopped by you'),
  );
  await page.getByTestId('play-pause').tap();
  await page.getByTestId('halt-words').waitFor({ state: 'hidden' });
  await page.getByTestId('tab-compare').tap();
  await page.locator('[data-testid="compare"][data-ready="true"]').waitFor();
  await page.getByTestId('choose-b').tap();
  const answer = await until('the answer', async () =>
    (await log()).find((f) => f.kind === 'preference'),
  );
  expect(answer.choice).toBe('b');
  expect(errors).toEqual([]);
});

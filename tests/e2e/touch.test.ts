/** A phone: two thumbs drive, a finger rewards and answers. */
import type { CDPSession, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { FLAG } from '../../server/protocol/index.ts';
import { violations } from './axe.ts';
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

async function layOn(fingers: readonly Finger[]): Promise<void> {
  for (let n = 1; n <= fingers.length; n++) await touch('touchStart', fingers.slice(0, n));
}

/**
 * Fingers that are on the screen stay until `isSo`. A page that stood still for a second asks for them to be lifted
 * first (CTRL-17); then they are, and laid on again.
 */
async function stay(what: string, fingers: readonly Finger[], isSo: () => unknown): Promise<void> {
  const note = page.getByTestId('let-go-first');
  await until(what, async () => {
    if (await isSo()) return true;
    if (!(await note.isVisible())) return false;
    await touch('touchEnd', []);
    await note.waitFor({ state: 'hidden' });
    await layOn(fingers);
    return false;
  });
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
  // To the right is negative steering (left is positive), and the pedal is all the way down.
  await layOn([stick, pedal]);
  await stay('both in one action', [stick, pedal], () => {
    const frame = watcher.frame();
    return frame && frame.action[0]! < -0.5 && frame.action[1]! > 0.9;
  });
  const driver = () => page.getByTestId('controller').textContent();
  await until('the page to say so', async () => (await driver()) === 'You drive');
  await screenshot(page, 'touch-drive');
  // One finger stays: it alone drives on.
  await touch('touchEnd', [pedal]);
  await stay('the stick alone', [stick], () => {
    const { action } = watcher.frame()!;
    return action[0]! < -0.5 && action[1] === 0;
  });
  await touch('touchEnd', []);
  await until('the agent drives', async () => (await driver()) === 'Agent drives');
  watcher.close();
  const override = await until('the takeover', async () =>
    (await log()).find((f) => f.kind === 'override'),
  );
  expect(override.kind).toBe('override');
});

/** Degrees, as `DeviceOrientationEvent` has them. */
const tilt = (beta: number, gamma: number) =>
  screen.send('DeviceOrientation.setDeviceOrientationOverride', { alpha: 0, beta, gamma });

test('[UI-106] tilting the phone steers while a finger is on a pedal or the grip, from what is level, into the log', async () => {
  const before = (await log()).filter(({ kind }) => kind === 'override').length;
  await page.getByTestId('gamepad').tap();
  const words = page.getByTestId('tilt-words');
  expect(await words.textContent()).toMatch(/^Off\./);
  await tilt(40, 0);
  await page.getByTestId('tilt').tap();
  await until('the sensor', async () => (await words.textContent())?.startsWith('While a finger'));
  await screenshot(page, 'tilt-controls');
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'close', exact: true }).tap();
  await page.getByTestId('controls').waitFor({ state: 'detached' });

  const watcher = await connect(served.server.url, 'watcher');
  // To the right without a finger: nothing is taken over.
  await tilt(40, 45);
  const seen = await until('a frame', () => watcher.frame()?.sentAt);
  let wasDriven = false;
  await until('a second more', () => {
    const { flags, sentAt } = watcher.frame()!;
    wasDriven ||= (flags & FLAG.human) !== 0;
    return sentAt > seen + 1000;
  });
  expect(wasDriven).toBe(false);
  const pedal = await on('pedal-7', 1, 0.5, 0.2);
  await layOn([pedal]);
  await stay('to the right, with the pedal down', [pedal], () => {
    const { action } = watcher.frame()!;
    return action[0]! < -0.5 && action[1]! > 0.9;
  });
  await screenshot(page, 'tilt-drive');
  await tilt(40, -45);
  await stay('to the left', [pedal], () => watcher.frame()!.action[0]! > 0.5);
  const level = await on('level-now', 2, 0.5, 0.5);
  await layOn([pedal, level]);
  await touch('touchEnd', [level]);
  await stay('straight on', [pedal], () => {
    const { action } = watcher.frame()!;
    return Math.abs(action[0]!) < 0.05 && action[1]! > 0.9;
  });
  await touch('touchEnd', []);
  await until('the agent drives', () => (watcher.frame()!.flags & FLAG.human) === 0);
  watcher.close();
  await until('the takeover', async () => {
    const overrides = (await log()).filter(({ kind }) => kind === 'override');
    return overrides.length > before;
  });
  await page.getByTestId('gamepad').tap();
  await page.getByTestId('tilt').tap();
  await page.getByRole('button', { name: 'close', exact: true }).tap();
  await page.getByTestId('stick-left').waitFor();
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

/** An operator's hands in a real browser: rewind, views, gamepad, and all the ways of letting go. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { FLAG, type Frame } from '../../server/protocol/index.ts';
import { openProxy } from '../faults/proxy.ts';
import { root } from '../setup/sources.ts';
import { followFrames } from './frames.ts';
import { hold, holdBy, openPage, press, screenshot, until, untilReady } from './helpers.ts';
import { serve } from './served.ts';

interface ExportedEpisode {
  id: string;
  origin: string;
  end: string;
  length: number;
  humanSteps: number;
  branchOf?: { episodeId: string; step: number };
}

const served = serve('--rollouts', '0');
let page: Page;
let errors: readonly string[];
let frame: Frame | undefined;
const frames: { sentAt: number; flags: number }[] = [];

beforeAll(async () => {
  ({ page, errors } = await openPage(served.browser, 'about:blank'));
  followFrames(page, (next) => {
    frame = next;
    frames.push({ sentAt: next.sentAt, flags: next.flags });
  });
  await page.goto(served.server.url);
  await untilReady(page);
});

afterEach(async () => {
  // What a failed test left held must not drive the next one.
  for (const key of ['ArrowUp', 'ArrowLeft', 'ArrowRight']) await page.keyboard.up(key);
  await page.evaluate('navigator.getGamepads = () => []');
});

const has = (flag: number) => ((frame?.flags ?? 0) & flag) !== 0;
const controller = () => page.getByTestId('controller').getAttribute('data-controller');
const untilController = (wanted: string) =>
  until(`${wanted} in control`, async () => (await controller()) === wanted);
const moveStick = (value: number) =>
  page.evaluate(`navigator.getGamepads = () => [
    { id: 'pad', connected: true, axes: [${value}, 0, 0, 0], buttons: Array.from({ length: 17 }, () => ({ value: 0 })) },
  ]`);
const holdStick = (value: number, what: string, isSo: () => boolean) => {
  const hand = (isDown: boolean) => moveStick(isDown ? value : 0);
  return holdBy(page, hand, what, () => has(FLAG.human) && isSo());
};

test('[E2E-6] rewind goes back five seconds, pauses, and driving goes on from there', async () => {
  await until('seven seconds of an episode', () => frame && frame.time > 7 && frame);
  await page.keyboard.press('Space');
  await page.getByTestId('paused').waitFor();
  await until('a frame that says so', () => has(FLAG.paused));
  const before = frame!.time;
  await page.keyboard.press('r');
  await until('the earlier moment', () => frame!.time < before - 4);
  expect(frame!.time).toBeGreaterThan(before - 7);
  await page.getByTestId('paused').waitFor();
  const rewound = frame!.time;
  const goesOn = () => frame!.time > rewound && has(FLAG.human);
  await hold(page, ['ArrowUp'], 'the world to go on, driven by hand', goesOn);
  await page.waitForTimeout(1000);
  await page.keyboard.up('ArrowUp');
  await untilController('policy');
});

test('[UI-74] a moment of the course under the picture is gone back to', async () => {
  const seen = frame!.time;
  await until('three seconds more', () => frame!.time > seen + 3);
  expect(await page.locator('[data-course="high"]').textContent()).toMatch(/^\d+\.\d\d$/);
  const before = frame!.time;
  await page.getByTestId('course-back').fill('-2');
  await page.getByTestId('paused').waitFor();
  await until('the earlier moment', () => has(FLAG.paused) && frame!.time < before);
  expect(await page.getByTestId('course-back').inputValue()).toBe('0');
  await page.keyboard.press('Space');
  await untilController('policy');
  await page.getByTestId('paused').waitFor({ state: 'hidden' });
});

test('[E2E-12] after a takeover the page says what the agent would have done, and keeps count', async () => {
  const totals = page.getByTestId('takeover-totals');
  const judged = async () => Number(await totals.getAttribute('data-judged'));
  const before = await judged();
  await hold(page, ['ArrowUp'], 'a human frame', () => has(FLAG.human));
  await page.waitForTimeout(1200);
  await page.keyboard.up('ArrowUp');
  await until('one more takeover in the totals', async () => (await judged()) > before);
  const card = page.getByTestId('override-card');
  // The verdict on an earlier takeover may still be on the card, and give way to this one's wait.
  const verdict = /drove \d+\.\d s.*(You stepped in|The agent alone)/;
  await until('its verdict', async () => verdict.test((await card.textContent()) ?? ''));
  expect(await totals.textContent()).toMatch(
    /^\d+ takeovers? · \d+ failures? prevented · \d+ where the agent would have managed$/,
  );
  await screenshot(page, 'takeover-verdict');
});

test('[E2E-7] a gamepad takes over by its stick and lets go when it is unplugged', async () => {
  await moveStick(0.05);
  await page.waitForTimeout(500);
  expect(await controller()).toBe('policy');
  await holdStick(-0.9, 'steering to the left', () => frame!.action[0]! > 0.3);
  await page.evaluate(`navigator.getGamepads = () => []`);
  await page.evaluate(`window.dispatchEvent(new Event('gamepaddisconnected'))`);
  await untilController('policy');
  await until('the agent’s own action', () => !has(FLAG.human));
});

test('[UI-75] one press keeps control without a key held, another hands it back; a stop ends it, too', async () => {
  const latch = page.getByTestId('latch');
  const keeps = page.getByTestId('keeps');
  const isLatched = async () => (await latch.getAttribute('aria-pressed')) === 'true';
  await hold(page, ['ArrowUp'], 'a human frame, and how long it lasts', async () => {
    if (!has(FLAG.human) || !(await keeps.isVisible())) return false;
    return (await keeps.getAttribute('data-latched', { timeout: 1000 })) === 'false';
  });
  await page.keyboard.up('ArrowUp');
  await untilController('policy');

  // A page that stood still is let go of (CTRL-17): then the second begins anew.
  let since = Number.POSITIVE_INFINITY;
  await press(page, '0', 'a second without a hand, at rest', async () => {
    if (!(await isLatched())) since = Number.POSITIVE_INFINITY;
    if (since > frame!.time) since = frame!.time;
    const isAtRest = frame!.action.every((value) => value === 0);
    return has(FLAG.human) && frame!.time > since + 1 && isAtRest && (await isLatched());
  });
  await screenshot(page, 'latched');
  await press(page, '0', 'control handed back', async () => !(await isLatched()));
  await untilController('policy');
  await until('the agent’s own action', () => !has(FLAG.human));

  await press(page, '0', 'a human frame', async () => (await isLatched()) && has(FLAG.human));
  await page.keyboard.press('Escape');
  await untilController('safe');
  await until('nothing kept', async () => !(await isLatched()));
  await page.keyboard.press('Space');
  await untilController('policy');
});

test('[UI-65] under Controls an axis is turned round and remembered; meanwhile the pad does not drive', async () => {
  await moveStick(0);
  await page.getByTestId('gamepad').click();
  await page.getByTestId('pad-id').waitFor();
  await moveStick(-0.9);
  const felt = page.getByTestId('felt-0');
  // The stick's left is more steering: as the environment says.
  await until('the live axis', async () => Number(await felt.getAttribute('data-value')) > 0.5);
  await screenshot(page, 'controls');
  await page.getByTestId('invert-0').click();
  await until('the other way', async () => Number(await felt.getAttribute('data-value')) < -0.5);
  const deadZone = page.getByTestId('dead-zone-0').getByRole('slider');
  await deadZone.focus();
  await page.keyboard.press('ArrowRight');
  expect(await deadZone.getAttribute('aria-valuenow')).toBe('0.13');
  expect(await controller()).toBe('policy');
  await page.keyboard.press('Escape');
  await holdStick(-0.9, 'steering to the right', () => frame!.action[0]! < -0.3);
  await moveStick(0);
  await untilController('policy');

  await page.reload();
  await untilReady(page);
  await moveStick(0);
  await page.getByTestId('gamepad').click();
  await page.getByTestId('pad-id').waitFor();
  expect(await page.getByTestId('invert-0').isChecked()).toBe(true);
  await page.getByTestId('forget-pad').click();
  await until('the usual', async () => !(await page.getByTestId('invert-0').isChecked()));
  await page.keyboard.press('Escape');
  await page.getByTestId('controls').waitFor({ state: 'hidden' });
});

test('[UI-107] what a hand may use of an axis at most holds for keys, is remembered, and is what the simulation executes', async () => {
  const most = page.getByTestId('limit-0').getByRole('slider');
  const setTo = async (key: string, value: string) => {
    await page.getByTestId('gamepad').click();
    await most.focus();
    await page.keyboard.press(key);
    expect(await most.getAttribute('aria-valuenow')).toBe(value);
    await screenshot(page, 'controls-limit');
    await page.keyboard.press('Escape');
    await page.getByTestId('controls').waitFor({ state: 'hidden' });
  };
  await setTo('Home', '0.1');
  await page.reload();
  await untilReady(page);
  await hold(
    page,
    ['ArrowLeft'],
    'a tenth of steering',
    () => has(FLAG.human) && Math.abs(frame!.action[0]! - 0.1) < 1e-6,
  );
  await page.waitForTimeout(500);
  expect(frame!.action[0]).toBeCloseTo(0.1, 6);
  await page.keyboard.up('ArrowLeft');
  await untilController('policy');
  await setTo('End', '1');
  await hold(page, ['ArrowLeft'], 'all of it', () => has(FLAG.human) && frame!.action[0] === 1);
  await page.keyboard.up('ArrowLeft');
  await untilController('policy');
});

test('[E2E-8] a page that loses focus or falls silent does not keep the wheel', async () => {
  await hold(page, ['ArrowLeft'], 'a human frame', () => has(FLAG.human));
  await page.evaluate(`window.dispatchEvent(new Event('blur'))`);
  await until('a frame of the agent', () => !has(FLAG.human));
  await page.keyboard.up('ArrowLeft');
  await hold(page, ['ArrowRight'], 'a human frame', () => has(FLAG.human));
  // Four seconds in which the page does nothing at all, the key still held; what it missed of the
  // stream is read afterwards.
  const from = Date.now();
  await page.evaluate(`{ const end = Date.now() + 4000; while (Date.now() < end); }`);
  await until('what came meanwhile', () => frame!.sentAt > from + 4000);
  const meanwhile = frames.filter((f) => f.sentAt > from + 1000 && f.sentAt < from + 3500);
  expect(meanwhile.length).toBeGreaterThan(5);
  expect(meanwhile.filter((f) => f.flags & FLAG.human)).toEqual([]);
  // The key is still down, and the page says why that moves nothing.
  await page.getByTestId('let-go-first').waitFor();
  await untilController('policy');
  await page.keyboard.up('ArrowRight');
  await page.getByTestId('let-go-first').waitFor({ state: 'hidden' });
  await hold(page, ['ArrowRight'], 'a human frame', () => has(FLAG.human));
  await page.keyboard.up('ArrowRight');
  await untilController('policy');
});

test('[UI-72] the page measures from a key to the picture; a line of 200 ms can be driven over, and shows', async () => {
  const line = await openProxy(served.server.url);
  line.delay = () => 100;
  const far = await openPage(served.browser, line.url);
  await untilReady(far.page);
  const latency = far.page.locator('[data-value="latency"]');
  const told = async (what: string) => Number(await latency.getAttribute(`data-${what}`));
  await hold(far.page, ['ArrowUp'], 'a measured takeover', async () => (await told('presses')) > 0);
  await far.page.keyboard.up('ArrowUp');
  await untilController('policy');
  // How much more it is depends on the machine; the line alone takes that long.
  expect(await told('median')).toBeGreaterThan(200);
  expect(await told('beyond')).toBeGreaterThan(100);
  expect(await latency.textContent()).toMatch(/^\d+ ms · \+\d+$/);
  expect(far.errors).toEqual([]);
  await far.close();
  line.close();
});

test('[E2E-9] the four cameras show four pictures; the emergency stop holds until Space', async () => {
  const pictures = new Set<string>();
  for (const camera of ['1', '2', '3', '4']) {
    await page.keyboard.press(camera);
    await page.waitForTimeout(1500);
    await screenshot(page, `camera-${camera}`);
    pictures.add((await page.getByTestId('stage').screenshot()).toString('base64'));
  }
  expect(pictures.size).toBe(4);
  await page.keyboard.press('1');
  // Also while the pointer rests on a button whose tooltip is open, which closes by Escape.
  await page.getByTestId('gamepad').hover();
  await page.getByRole('tooltip').waitFor();
  await page.keyboard.press('Escape');
  await untilController('safe');
  await page.keyboard.down('ArrowUp');
  await page.waitForTimeout(800);
  await page.keyboard.up('ArrowUp');
  expect(await controller()).toBe('safe');
  await page.keyboard.press('Space');
  await untilController('policy');
  expect(errors).toEqual([]);
});

test('[E2E-6] the branch on record names the moment it came from, and who drove it', async () => {
  await served.server.stop();
  const args = ['bin/reins.mjs', 'export', '--data', served.folder, '--json'];
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect(result.status, result.stderr).toBe(0);
  const { out } = JSON.parse(result.stdout) as { out: string };
  const episodes = readFileSync(join(out, 'episodes.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ExportedEpisode);
  const branch = episodes.find((e) => e.branchOf && e.origin === 'experience')!;
  const origin = episodes.find((e) => e.id === branch.branchOf!.episodeId)!;
  expect(origin.end).toBe('aborted');
  expect(branch.branchOf!.step).toBeGreaterThan(0);
  expect(branch.branchOf!.step).toBeLessThan(origin.length);
  expect(branch.humanSteps).toBeGreaterThan(5);
});

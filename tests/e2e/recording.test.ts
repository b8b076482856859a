/** A person records what they drive, looks at it, and keeps or discards it; and drives a stretch better than the agent did. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { violations } from './axe.ts';
import { hold, openPage, press, screenshot, until, untilReady } from './helpers.ts';
import { serve } from './served.ts';

interface Logged {
  readonly id: string;
  readonly kind: string;
  readonly segment?: Segment;
  readonly corrected?: Segment;
  readonly feedbackId?: string;
}
interface Segment {
  readonly episodeId: string;
  readonly from: number;
  readonly to: number;
}

const served = serve('--env', 'driving-easy');
let page: Page;
let errors: string[];
beforeAll(async () => {
  const url = `${served.server.url}/?graphics=simple`;
  ({ page, errors } = await openPage(served.browser, url));
  await untilReady(page);
});

const log = async (kind: string) =>
  ((await (await fetch(`${served.server.url}/api/feedback`)).json()) as Logged[]).filter(
    (f) => f.kind === kind,
  );
const logged = (kind: string, count: number) =>
  until(`${count} of ${kind}`, async () => {
    const found = await log(kind);
    return found.length === count && found;
  });
const words = () => page.getByTestId('recording');
const isUp = async () => (await words().count()) > 0;
const decision = (state: string) =>
  page.locator(`[data-testid="decision"][data-state="${state}"]`).waitFor();

/**
 * Drives with a key until control is kept without one, and lets go. A slow page may hear of that when the car has left the
 * road, which ends the recording: then once more.
 */
async function driveOn(): Promise<void> {
  await until('its start', () => page.evaluate('window.__reins?.shownStep === 0'));
  const keeps = page.locator('[data-testid="keeps"][data-latched="true"]');
  const again = page.getByTestId('record-again');
  await hold(page, ['ArrowUp'], 'steps of the person, kept without a key', async () => {
    if (await again.isVisible()) {
      await page.keyboard.up('ArrowUp');
      await again.click();
      await words().waitFor();
      await page.keyboard.down('ArrowUp');
      return false;
    }
    const step = Number(await page.evaluate('window.__reins?.shownStep'));
    return step > 6 && (await keeps.isVisible());
  });
  await page.keyboard.up('ArrowUp');
}

/** @returns the episode that is decided on, and its steps */
async function shown(): Promise<{ id: string; length: number }> {
  await page.getByTestId('decision').waitFor();
  const id = (await page.getByTestId('replay').getAttribute('data-episode'))!;
  const row = await fetch(`${served.server.url}/api/episodes/${id}`);
  return { id, length: ((await row.json()) as { length: number }).length };
}

test('[UI-95] recorded from a start, looked at and kept, it is a demonstration; taken back, it is none', async () => {
  await press(page, 'Enter', 'the choice of a start', () =>
    page.getByTestId('record-panel').isVisible(),
  );
  expect(await violations(page)).toEqual([]);
  await screenshot(page, 'record-panel');
  await page.getByTestId('record-same').click();
  await words().waitFor();
  await page.getByText('time waits for you').waitFor();
  await driveOn();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, 'recording');
  await press(page, 'Enter', 'the end of the recording', async () => !(await isUp()));
  const { id, length } = await shown();
  await decision('open');
  await page.getByText('Nothing is learned from it unless it is kept').waitFor();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, 'decision');
  expect(await log('demonstration')).toEqual([]);
  await page.keyboard.press('k');
  const [kept] = await logged('demonstration', 1);
  expect(kept!.segment).toEqual({ episodeId: id, from: 0, to: length });
  await decision('demonstration');
  await page.keyboard.press('d');
  const [back] = await logged('retraction', 1);
  expect(back!.feedbackId).toBe(kept!.id);
  await decision('open');
  expect(await log('override')).toEqual([]); // it was no takeover
});

test('[UI-95] discarded or left undecided, it teaches nothing, and can be kept after a reload', async () => {
  await page.keyboard.press('d');
  await decision('discarded');
  await page.getByTestId('link-moment').click();
  const address = await page.getByTestId('moment-address').inputValue();
  await page.goto('about:blank');
  await page.goto(address);
  await decision('open');
  expect(await log('demonstration')).toHaveLength(1);
  await page.getByTestId('keep').click();
  await logged('demonstration', 2);
  await page.goto('about:blank');
  await page.goto(address);
  await decision('demonstration');
});

test('[UI-96] a stretch of an episode is driven better from a step of it, and corrects it', async () => {
  const { id, length } = await shown();
  await page.getByTestId('replay-time').waitFor();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
  await until(
    'the third step',
    async () => (await page.getByTestId('replay-time').getAttribute('data-step')) === '3',
  );
  await page.keyboard.press('r');
  await words().waitFor();
  await driveOn();
  await page.getByTestId('record-end').click();
  await page.locator(`[data-testid="replay"]:not([data-episode="${id}"])`).waitFor();
  const again = await shown();
  await page.getByTestId('keep').click();
  const [correction] = await logged('correction', 1);
  expect(correction!.corrected).toEqual({ episodeId: again.id, from: 0, to: again.length });
  expect(correction!.segment).toEqual({
    episodeId: id,
    from: 3,
    to: Math.min(length, 3 + again.length),
  });
  await decision('correction');
});

test('[UI-97] in the list it is called a recording; a page that leaves while it records ends it', async () => {
  await page.getByText('recording', { exact: true }).first().waitFor();
  await page.getByTestId('record-again').click();
  await words().waitFor();
  await driveOn();
  const other = await openPage(served.browser, `${served.server.url}/?graphics=simple`);
  await other.page.locator('[data-testid="recording"][data-mine="false"]').waitFor();
  await page.goto('about:blank');
  await other.page.getByTestId('recording').waitFor({ state: 'detached' });
  await other.close();
  expect(errors).toEqual([]);
});

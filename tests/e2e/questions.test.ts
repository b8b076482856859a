/** Rankings and ratings by keys, from the page through the log into the reward model. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { violations } from './axe.ts';
import { connect } from './client.ts';
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
  id: string;
  kind: string;
  queryId?: string;
  order?: number[];
  segments?: object[];
  score?: number;
  scale?: number;
  feedbackId?: string;
}

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser(inject('browser'));
});
afterAll(async () => {
  await browser?.close();
});

async function log(server: RunningServer): Promise<Logged[]> {
  return (await (await fetch(`${server.url}/api/feedback`)).json()) as Logged[];
}

/** A page of a run that asks questions of this kind, on the tab where they are answered. */
async function withPage(
  kind: 'rank' | 'rate',
  work: (page: Page, server: RunningServer) => Promise<void>,
): Promise<void> {
  const folder = temporaryFolder();
  const args = ['--set', `queries.kind=${kind}`, '--set', 'scheduler.rewardEveryLabels=3'];
  const server = await startServerProcess({ dataDir: folder.path, args });
  try {
    const { page, errors, close } = await openPage(browser, server.url);
    await page.getByTestId('tab-compare').click();
    await work(page, server);
    expect(errors).toEqual([]);
    await close();
  } finally {
    await server.stop('SIGKILL');
    folder.remove();
  }
}

/** The next question of the kind, once its clips are there; its id and how many clips it has. */
function nextQuestion(page: Page, kind: string, last: string | undefined) {
  return until(`a question to ${kind} after ${last}`, async () => {
    const ready = page.locator(`[data-testid="compare"][data-kind="${kind}"][data-ready="true"]`);
    if ((await ready.count()) === 0) return undefined;
    const id = await ready.getAttribute('data-query', { timeout: 5000 });
    const clips = await ready.locator('.clip').count();
    return id !== null && id !== last && { id, clips };
  });
}

/** The reward model's own count of labels of a kind, as published. */
async function untilLearned(server: RunningServer, kind: string, labels: number): Promise<void> {
  const watcher = await connect(server.url, 'watcher');
  try {
    await watcher.expect(
      'metrics',
      ({ points }) => (points.at(-1)?.values[`reward/labels/${kind}`] ?? 0) >= labels,
    );
  } finally {
    watcher.close();
  }
}

test('[E2E-11] clips are ranked by digits, taken back, undone, sent by Enter, and the reward model learns', () =>
  withPage('rank', async (page, server) => {
    let last: string | undefined;
    const sent: { id: string; order: number[] }[] = [];
    for (let i = 0; i < 3; i++) {
      const { id, clips } = await nextQuestion(page, 'rank', last);
      expect(clips).toBeGreaterThanOrEqual(2);
      await page.keyboard.press('Enter'); // nothing is placed: nothing is sent
      // The last clip first, and so on; the first key is taken back once.
      await page.keyboard.press('1');
      await page.keyboard.press('Backspace');
      for (let digit = clips; digit >= 1; digit--) await page.keyboard.press(`${digit}`);
      const first = page.getByTestId(`place-${clips}`);
      expect(await first.getAttribute('data-rank')).toBe('0');
      if (i === 0) await screenshot(page, 'rank');
      await page.keyboard.press('Enter');
      sent.push({ id, order: Array.from({ length: clips }, (_, c) => clips - 1 - c) });
      last = id;
    }
    const rankings = await until('three rankings', async () => {
      const found = (await log(server)).filter((f) => f.kind === 'ranking');
      return found.length >= 3 && found;
    });
    expect(rankings.map(({ queryId, order }) => ({ id: queryId, order }))).toEqual(sent);
    expect(rankings.map((r) => r.segments!.length)).toEqual(sent.map((s) => s.order.length));
    await untilLearned(server, 'ranking', 3);
    // The last one was a mistake: it is taken back and shown again.
    await nextQuestion(page, 'rank', last);
    await page.keyboard.press('u');
    await until('the question again', async () => {
      return (await page.getByTestId('compare').getAttribute('data-query')) === last;
    });
    await until('the retraction', async () =>
      (await log(server)).some((f) => f.feedbackId === rankings[2]!.id),
    );
  }));

test('[E2E-11] a clip is rated by a digit, cleared, changed and sent, and the reward model learns', () =>
  withPage('rate', async (page, server) => {
    let last: string | undefined;
    const sent: { id: string; score: number }[] = [];
    for (const stars of [5, 2, 4]) {
      const { id } = await nextQuestion(page, 'rate', last);
      await page.keyboard.press('1');
      await page.keyboard.press('Backspace');
      await page.keyboard.press('Enter'); // cleared: nothing is sent
      await page.keyboard.press(`${stars}`);
      expect(await page.getByTestId('stars').getAttribute('data-score')).toBe(`${stars - 1}`);
      if (stars === 5) await screenshot(page, 'rate');
      await page.keyboard.press(stars === 2 ? '2' : 'Enter');
      sent.push({ id, score: stars - 1 });
      last = id;
    }
    // One that nobody wants to rate makes room for another.
    const passed = await nextQuestion(page, 'rate', last);
    await page.keyboard.press('s');
    await nextQuestion(page, 'rate', passed.id);
    const ratings = await until('three ratings', async () => {
      const found = (await log(server)).filter((f) => f.kind === 'rating');
      return found.length >= 3 && found;
    });
    expect(ratings.map(({ queryId, score }) => ({ id: queryId, score }))).toEqual(sent);
    expect(ratings.map((r) => r.scale)).toEqual([5, 5, 5]);
    await untilLearned(server, 'rating', 3);
  }));

/** From now on it is so many minutes after the beginning for the page, and goes on from there. */
const setClock = (page: Page, minutes: number) =>
  page.evaluate(`{
    const now = performance.timeOrigin + ${minutes} * 60_000;
    const set = performance.now();
    Date.now = () => now + performance.now() - set;
  }`);

test('[UI-78] after 25 minutes of answers a rest is proposed, until it is switched off for this browser', () =>
  withPage('rate', async (page) => {
    let last: string | undefined;
    for (const minutes of [0, 4.5, 9, 13.5, 18, 22.5]) {
      last = (await nextQuestion(page, 'rate', last)).id;
      expect(await page.getByTestId('rest-note').count()).toBe(0);
      await setClock(page, minutes);
      await page.keyboard.press('3');
      await page.keyboard.press('Enter');
    }
    await nextQuestion(page, 'rate', last);
    await setClock(page, 26);
    const note = page.getByTestId('rest-note');
    await note.waitFor();
    expect(await note.textContent()).toMatch(/for 26 minutes: 6 answers, 0\.2 a minute/);
    await screenshot(page, 'rest');
    expect(await violations(page)).toEqual([]);
    await page.getByTestId('rest-off').click();
    await note.waitFor({ state: 'detached' });
    await page.reload();
    await page.getByTestId('tab-compare').click();
    const reminder = page.getByTestId('rest-reminder');
    await reminder.waitFor();
    expect(await reminder.getAttribute('aria-pressed')).toBe('false');
  }));

/** Somebody looks after the people who answer, from the page. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from 'vitest';
import type { WireQuery } from '../../server/protocol/index.ts';
import { violations } from './axe.ts';
import { type Client, connect } from './client.ts';
import { openPage, screenshot, until } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--env', 'reacher', '--overlap', '2', '--repeats', '0.1', '--min-view', '0.1');

async function answer(client: Client, teacherId: string, times: number): Promise<void> {
  const done = new Set<string>();
  client.send({ type: 'ask-queries', count: 2 });
  while (done.size < times) {
    const query = await until(
      'a question',
      () => client.all('query').find((m) => !done.has(m.query.id))?.query,
    );
    done.add(query.id);
    const [a, b] = query.segments as [WireQuery['segments'][0], WireQuery['segments'][0]];
    const now = Date.now();
    const id = `${teacherId}-${done.size}`;
    const at = { queryId: query.id, lease: query.lease!, shownAt: now - 4000, answeredAt: now };
    const base = { id, runId: query.runId, teacherId, ...at, responseMs: 4000 };
    client.send({ type: 'feedback', feedback: { ...base, kind: 'preference', a, b, choice: 'a' } });
    await client.expect('ack', (ack) => ack.feedbackId === id);
  }
}

test('[UI-47] [REV-5] people are seen with their answers, paused with a reason and let in again; single answers reviewed', async () => {
  const { server, browser } = served;
  const [ada, bob] = [await connect(server.url, 'ada'), await connect(server.url, 'bob')];
  await answer(ada, 'ada', 6);
  await answer(bob, 'bob', 6);
  const { page, errors, close } = await openPage(browser, server.url);
  await page.getByTestId('tab-people').click();
  const row = page.locator('[data-testid="person"][data-person="ada"]');
  await row.waitFor();
  expect(await row.getAttribute('data-state')).toBe('active');
  expect(await row.textContent()).toMatch(/6/);
  const learned = page.getByTestId('lineage');
  await until('what policies learned from', async () =>
    / of \d+ pieces of feedback/.test((await learned.textContent()) ?? ''),
  );
  await row.getByTestId('choose-person').click();
  expect(await page.getByTestId('decide').isDisabled()).toBe(true);
  await page.getByTestId('reason').fill('always chooses the left clip');
  await page.getByTestId('decide').click();
  const state = async () => (await row.getAttribute('data-state')) ?? '';
  await until('ada is paused', async () => (await state()) === 'paused');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await row.textContent()).toContain('always chooses the left clip');
  await ada.expect('standing', (message) => message.state === 'paused');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await screenshot(page, `people-desktop-${colorScheme}`);
    // What comes and goes is judged while it is neither.
    const axe = new AxeBuilder({ page })
      .include('[data-testid="people-view"]')
      .setLegacyMode()
      .withTags(['wcag2a', 'wcag2aa']);
    const { violations: found } = await axe.analyze();
    expect(found.map(({ id, nodes }) => [id, nodes.map((n) => n.target.join(' '))])).toEqual([]);
  }
  await row.getByTestId('choose-person').click();
  await page.getByTestId('reason').fill('looked at ten of them: they are right');
  await page.getByTestId('decide').click();
  await until('ada answers again', async () => (await state()) === 'active');
  await ada.expect('standing', (message) => message.state === 'active');
  // Single answers are looked at, rejected and taken back the same way.
  const review = page.getByTestId('review');
  await review.getByText('new', { exact: true }).click();
  await review.getByTestId('review-reason').fill('the clip ends too early');
  await review.getByTestId('review-change').first().click();
  await page.getByTestId('review-remove').click();
  await review.getByText('decided', { exact: true }).click();
  await review.getByText('removed: the clip ends too early').waitFor();
  await until('it counts no more', async () =>
    /\b5\b/.test((await page.getByTestId('people').textContent()) ?? ''),
  );
  await screenshot(page, 'people-review-desktop-dark');
  await review.getByTestId('review-undo').click();
  await review.getByText('Nothing was decided yet.').waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  await screenshot(page, 'people-phone-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await screenshot(page, 'people-phone-light');
  const tab = (await page.getByTestId('tab-people').boundingBox())!;
  expect(tab.x + tab.width).toBeLessThanOrEqual(390);
  // Nothing but the table is wider than the window.
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  expect(errors).toEqual([]);
  ada.close();
  bob.close();
  await close();
});

test('[UI-47] whoever is paused is told so under Compare, and asked nothing', async () => {
  const { server, browser } = served;
  const { page, errors, close } = await openPage(browser, server.url);
  await page.getByTestId('tab-compare').click();
  await page.locator('[data-testid="compare"][data-ready="true"]').waitFor();
  const me = await until('my name', () => page.evaluate('localStorage.getItem("reins-teacher")'));
  const pause = (what: 'pause' | 'resume') =>
    fetch(`${server.url}/api/people/${me}/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'a test' }),
    });
  expect((await pause('pause')).status).toBe(200);
  await page.getByText('You are paused').waitFor();
  await screenshot(page, 'compare-paused');
  expect((await pause('resume')).status).toBe(200);
  await page.locator('[data-testid="compare"][data-ready="true"]').waitFor();
  expect(errors).toEqual([]);
  await close();
});

test('[CAMP-7] [DATA-4] a campaign is drafted and started on the page; its instructions are opened, answers fill its budget, it ends, and what was answered is kept', async () => {
  const { server, browser } = served;
  const { page, errors, close } = await openPage(browser, server.url);
  await page.getByTestId('tab-people').click();
  const part = page.getByTestId('campaigns');
  await part.getByText('People are asked without an end.').waitFor();
  await part.getByTestId('campaign-new').click();
  await page.getByTestId('campaign-name').fill('Reach or miss');
  await page
    .getByTestId('campaign-text')
    .fill(
      '## The tip\n\nBetter is *nearer* to the ball.\n\n<img src="x"> ![sun](https://lab.example.org/x.png)',
    );
  await page.getByTestId('campaign-most').fill('two');
  expect(await page.getByTestId('campaign-draft').isDisabled()).toBe(true);
  await page.getByTestId('campaign-most').fill('2');
  await page.getByTestId('campaign-rate').fill('25');
  await screenshot(page, 'campaign-form');
  await page.getByTestId('campaign-draft').click();
  const row = part.getByTestId('campaign');
  const state = (is: string) =>
    until(is, async () => (await row.getAttribute('data-state')) === is);
  await state('draft');
  await row.getByTestId('campaign-start').click();
  await state('running');
  const worker = await openPage(browser, server.url);
  await worker.page.getByTestId('tab-compare').click();
  const instructions = worker.page.getByTestId('campaign-instructions');
  await instructions.getByRole('heading', { name: 'The tip' }).waitFor();
  expect(await instructions.locator('em').first().textContent()).toBe('nearer');
  expect(await instructions.locator('img').count()).toBe(0); // as it was written
  expect(await instructions.textContent()).toContain('<img src="x">');
  await screenshot(worker.page, 'campaign-instructions');
  expect(await violations(worker.page)).toEqual([]);
  await worker.page.getByTestId('open-instructions').click();
  const compare = worker.page.locator('[data-testid="compare"][data-ready="true"]');
  let answered: string | null = null;
  for (const answers of [1, 2]) {
    await until('another question', async () => {
      const query = await compare.getAttribute('data-query');
      return query !== answered && query;
    });
    answered = await compare.getAttribute('data-query');
    await worker.page.keyboard.press('ArrowLeft');
    const progress = row.getByTestId('campaign-progress');
    await until(`${answers} answers`, async () =>
      (await progress.textContent())?.startsWith(`${answers} answers`),
    );
  }
  await state('ended');
  await worker.page.getByText('It has ended: its budget is spent.').waitFor();
  await row.getByTestId('dataset-make').click();
  const dataset = row.getByTestId('dataset');
  await dataset.getByText('version 1: 2 answers by one person').waitFor();
  const address = `${server.url}/${await dataset.getAttribute('href')}`;
  expect((await (await fetch(address)).text()).trim().split('\n')).toHaveLength(2);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await screenshot(page, `campaigns-desktop-${colorScheme}`);
    expect(await violations(page)).toEqual([]);
  }
  expect([errors, worker.errors]).toEqual([[], []]);
  await worker.close();
  await close();
});

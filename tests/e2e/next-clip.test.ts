/** From an answer to the next clip on screen: everything for it is here before. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { openPage, screenshot, until } from './helpers.ts';
import { serve } from './served.ts';

/** Elsewhere by hand: REINS_NEXT_CLIP_ENV. */
const served = serve('--env', process.env['REINS_NEXT_CLIP_ENV'] ?? 'driving');
/** At least so many in all; at most so many until the scene changes. */
const ANSWERS = 10;
const MOST_ALIKE = 30;
let page: Page;
let errors: readonly string[];
/** Counts what a page does to bring a scene to where it is drawn from. */
const COUNT_UPLOADS = `{
  window.uploads = 0;
  const gl = WebGL2RenderingContext.prototype;
  for (const name of ['bufferData', 'linkProgram', 'generateMipmap']) {
    const does = gl[name];
    gl[name] = function (...args) {
      window.uploads++;
      return does.apply(this, args);
    };
  }
}`;
beforeAll(async () => {
  ({ page, errors } = await openPage(served.browser, 'about:blank'));
  await page.addInitScript(COUNT_UPLOADS);
  await page.goto(served.server.url);
  await page.getByTestId('tab-compare').click();
});

const told = () => page.getByTestId('next-clip');
const measured = async () =>
  (await told().count()) === 0 ? 0 : Number(await told().getAttribute('data-answers'));
const shown = () => page.getByTestId('compare').getAttribute('data-query');
const uploads = async () => (await page.evaluate('window.uploads')) as number;
/** The clips of the question and of the one after it are here, and nothing is left to do for either. */
async function withNext(): Promise<void> {
  await page.locator('[data-testid="compare"][data-ready="true"][data-next="true"]').waitFor();
  await until(
    'two scenes made ready',
    async () => (await page.locator('.clip canvas[data-next="ready"]').count()) === 2,
  );
}

test('[UI-105] while the server stands still an answer is followed by the next clips, drawn and moving, and nothing is left to upload', async () => {
  const { pid } = served.server;
  let before = 0;
  let made = 0;
  let given = 0;
  for (let answers = 1; made === 0 && answers <= MOST_ALIKE; answers++) {
    await withNext();
    process.kill(pid, 'SIGSTOP');
    try {
      const ready = await uploads();
      if (answers > 1) made += ready - before;
      const question = await shown();
      await page.keyboard.press('ArrowRight');
      await until('another question', async () => (await shown()) !== question);
      expect(await page.getByTestId('compare').getAttribute('data-ready')).toBe('true');
      await until('its clips drawn', async () => (await measured()) === answers);
      before = await uploads();
      expect(before - ready).toBe(0);
      given++;
      const time = page.getByRole('slider', { name: 'time in the clips' });
      await until('they move', async () => Number(await time.getAttribute('aria-valuenow')) > 0);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  }
  // There was another scene among them, made ready while a person looked.
  expect(made).toBeGreaterThan(0);
  // The answers themselves are sent once the server goes on.
  await until('the answers in the log', async () => {
    const log = (await (await fetch(`${served.server.url}/api/feedback`)).json()) as object[];
    return log.length === given;
  });
});

test('[UI-105] each answer is measured, and the page says how soon the next clip was there', async () => {
  for (let i = await measured(); i < ANSWERS; i++) {
    await withNext();
    // A person looks; meanwhile the scene after it is made ready.
    await page.waitForTimeout(1500);
    await page.keyboard.press(i % 2 ? 'ArrowLeft' : 'ArrowRight');
    await until('it is measured', async () => (await measured()) === i + 1);
  }
  const [median, slow] = await Promise.all(
    ['data-median', 'data-slow'].map(async (name) => Number(await told().getAttribute(name))),
  );
  console.log(`answer to next clip: median ${median} ms, 95 % ${slow} ms, of ${ANSWERS} answers`);
  expect(await told().textContent()).toMatch(/next clip after \d+ ms/);
  expect(slow).toBeGreaterThanOrEqual(median!);
  await screenshot(page, 'next-clip');
});

test('[UI-105] [UI-38] an answer whose clips are long forgotten is taken back, and they are fetched again', async () => {
  await withNext();
  const before = await shown();
  await page.getByTestId('earlier-answers').click();
  await page.getByTestId('earlier-answer').last().click();
  const first = await until('the first question again', async () => {
    const id = await shown();
    return id !== before && id;
  });
  await page.locator(`[data-query="${first}"][data-ready="true"]`).waitFor();
  expect(errors).toEqual([]);
});

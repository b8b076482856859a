/** A newcomer is told the goal before the first answer; an annotator takes an earlier answer back after a detour. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { getEnvironment } from '../../sim/registry.ts';
import { openPage, screenshot, until } from './helpers.ts';
import { serve } from './served.ts';

const { better, description } = getEnvironment('driving-easy');
const served = serve('--env', 'driving-easy');
let page: Page;
let errors: string[];
beforeAll(async () => {
  ({ page, errors } = await openPage(served.browser, served.server.url));
});

interface Logged {
  readonly id: string;
  readonly kind: string;
  readonly queryId?: string;
  readonly choice?: string;
  readonly reason?: string;
  readonly feedbackId?: string;
}
const log = async () =>
  (await (await fetch(`${served.server.url}/api/feedback`)).json()) as Logged[];
const compare = () => page.locator('[data-testid="compare"][data-ready="true"]');

/** The next question with its clips, other than the last one; its id. */
const nextQuestion = (last?: string) =>
  until('a question', async () => {
    if ((await compare().count()) === 0) return undefined;
    const id = await compare().getAttribute('data-query');
    return id !== last && id;
  });

test('[UI-45] the goal is in sight before the first answer, and by a key and a button ever after', async () => {
  await page.getByTestId('tab-compare').click();
  const first = (await nextQuestion()) as string;
  const note = page.getByTestId('goal-note');
  expect(await note.textContent()).toContain(description);
  expect(await note.textContent()).toContain(better);
  await screenshot(page, 'goal-note');
  await page.keyboard.press('ArrowLeft');
  await note.waitFor({ state: 'detached' });
  await nextQuestion(first);
  expect(await page.getByTestId('better').textContent()).toContain(better);
  await page.keyboard.press('i');
  const dialog = page.getByTestId('goal-dialog');
  await dialog.waitFor();
  expect(await dialog.textContent()).toContain(description);
  await page.keyboard.press('ArrowLeft'); // not an answer while the question is covered
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await until('one answer', async () => (await log()).length > 0);
  expect((await log()).filter((f) => f.kind === 'preference')).toHaveLength(1);
  await page.reload();
  await page.getByTestId('goal').click();
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  expect(await note.count()).toBe(0);
});

test('[UI-38] the last but one answer is taken back from the list, another from Live; a skip says why', async () => {
  await page.getByTestId('tab-compare').click();
  let last: string | undefined;
  const asked: string[] = [];
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft']) {
    last = (await nextQuestion(last)) as string;
    asked.push(last);
    await page.keyboard.press(key);
  }
  await nextQuestion(last);
  await page.getByTestId('earlier-answers').click();
  const listed = page.getByTestId('earlier-answer');
  await listed.nth(2).waitFor();
  expect(await listed.count()).toBe(3);
  expect(await listed.nth(1).textContent()).toContain('equally good');
  await listed.nth(1).click();
  await until(
    'the question again',
    async () => (await compare().getAttribute('data-query')) === asked[1],
  );
  await page.getByTestId('skip-why').click();
  await page.getByTestId('skip-reason').first().click();
  await nextQuestion(asked[1]);
  // After a detour, from another screen: the newest is the skip.
  await page.getByTestId('tab-live').click();
  await page.getByTestId('undo-last').click();
  await until(
    'the question once more',
    async () => (await compare().getAttribute('data-query')) === asked[1],
  );
  const all = await until('two retractions', async () => {
    const found = await log();
    return found.filter((f) => f.kind === 'retraction').length === 2 && found;
  });
  const about = all.filter((f) => f.kind === 'preference' && f.queryId === asked[1]);
  expect(about.map((f) => [f.choice, f.reason])).toEqual([
    ['equal', undefined],
    ['skip', 'the clips look the same'],
  ]);
  const taken = all.filter((f) => f.kind === 'retraction').map((f) => f.feedbackId);
  expect(taken).toEqual(about.map((f) => f.id));
  expect(errors).toEqual([]);
});

test('[UI-109] the page hears its keys though an overlay keeps every press to itself, and not those of a text', async () => {
  await page.getByTestId('tab-compare').click();
  await nextQuestion();
  await page.evaluate(`{
    const keep = (event) => event.stopPropagation();
    for (const capture of [true, false]) document.body.addEventListener('keydown', keep, { capture });
    const text = document.body.appendChild(document.createElement('textarea'));
    text.id = 'text';
    text.focus();
  }`);
  const answers = async () =>
    (await log()).filter((f) => f.kind === 'preference' && f.choice !== 'skip').length;
  const before = await answers();
  await page.keyboard.press('i');
  await page.keyboard.press('ArrowLeft');
  expect(await page.locator('#text').inputValue()).toBe('i');
  await page.evaluate(`document.getElementById('text').remove()`);
  await page.keyboard.press('i');
  await page.getByTestId('goal-dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('goal-dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowRight');
  await until('one answer', async () => (await answers()) > before);
  expect(await answers()).toBe(before + 1);
  expect(errors).toEqual([]);
});

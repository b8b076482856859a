/** A supervisor decides on the page which model is the promoted one, and talks about moments of episodes. */
import { expect, test } from 'vitest';
import { openStorage } from '../../server/storage/sqlite.ts';
import { gate, keptModel } from '../contracts/models.ts';
import { openPage, until } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--env', 'reacher');

test('[PROMO-6] a model is refused, approved after a question, and rolled back on Learning', async () => {
  const { server, browser, folder } = served;
  const storage = openStorage(folder);
  const { id: runId } = (await storage.latestRun())!;
  await storage.putModel(
    {
      ...{ id: 'model-7', runId, gate: gate(null), figures: {} },
      ...{ proposedBy: 'P-grace', proposedAt: 1 },
    },
    keptModel(7),
  );
  await storage.close();
  const { page, close } = await openPage(browser, server.url);
  await page.getByTestId('tab-learning').click();
  const place = page.getByTestId('promotion');
  await place.getByText('No model is promoted yet.').waitFor();
  // Nobody has compared anything: there is no reward model.
  await page.getByTestId('propose').click();
  await page.getByText('there is no reward model to judge yet').waitFor();
  const model = page.getByTestId('model');
  const state = (is: string) =>
    until(is, async () => (await model.getAttribute('data-state')) === is);
  await state('waiting');
  expect(await model.textContent()).toMatch(/passes: right in 100 %.*P-grace/);
  await page.getByTestId('approve').click();
  await page.getByTestId('confirm-model').click();
  await state('promoted');
  expect(await model.textContent()).toMatch(/approved by owner/);
  await page.getByTestId('rollback').click();
  await page.getByTestId('confirm-model').click();
  await state('rolled-back');
  await place.getByText('No model is promoted yet.').waitFor();
  await close();
});

test('[COMM-3] a stretch of an episode is commented on, answered and settled under Episodes', async () => {
  const { server, browser } = served;
  const { page, close } = await openPage(browser, server.url);
  await until('an episode that is over', async () => {
    const reply = await fetch(`${server.url}/api/episodes?limit=1`);
    return ((await reply.json()) as unknown[]).length > 0;
  });
  await page.getByTestId('tab-episodes').click();
  await page.getByTestId('open-episode').first().click();
  const comments = page.getByTestId('comments');
  await comments.getByTestId('comment-here').click();
  await comments.getByTestId('comment-text').fill('it overshoots');
  await comments.getByTestId('comment-send').click();
  const thread = page.getByTestId('thread');
  await thread.getByText('it overshoots').waitFor();
  await thread.getByTestId('comment-text').fill('it always does');
  await thread.getByTestId('comment-send').click();
  await thread.getByText('it always does').waitFor();
  const state = (is: string) =>
    until(is, async () => (await thread.getAttribute('data-state')) === is);
  await state('open');
  await thread.getByTestId('resolve').click();
  await state('resolved');
  await close();
});

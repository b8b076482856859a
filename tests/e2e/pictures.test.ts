/** An environment that draws itself: its own colours live and in a question's clips. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { COLOURS, startPictureWorld } from '../sim/gymnasium/pictures.ts';
import { openPage, screenshot, until } from './helpers.ts';
import { serve } from './served.ts';

const world = await startPictureWorld();
afterAll(() => world.end());
const options = ['--option', `socket=${world.socket}`, '--option', 'of=Pictures-v0'];
const questions = ['--set', 'queries.kind=compare', '--set', 'queries.segmentSeconds=0.5'];
const served = serve('--env', 'gymnasium', ...options, '--preset', 'christiano', ...questions);

/** Which of the colours is in the middle of what is drawn there; -1: none. */
async function colourOf(page: Page, drawn: Locator): Promise<number> {
  const png = (await drawn.screenshot()).toString('base64');
  const middle = await page.evaluate<number[]>(`(async () => {
    const bytes = Uint8Array.from(atob('${png}'), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    return [...context.getImageData(bitmap.width / 2, bitmap.height / 2, 1, 1).data];
  })()`);
  return COLOURS.findIndex((colour) => colour.every((c, i) => Math.abs(c - middle[i]!) <= 2));
}

test('[PY-29] the page shows the pictures of an environment that draws itself, live and in clips', async () => {
  const { page, errors, close } = await openPage(served.browser, served.server.url);
  const live = page.locator('canvas').first();
  for (const colour of COLOURS.keys())
    await until(`colour ${colour}, live`, async () => (await colourOf(page, live)) === colour);
  await screenshot(page, 'pictures-live');
  await page.getByTestId('tab-compare').click();
  const clip = page.locator('.stage .canvas canvas').first();
  await clip.waitFor();
  for (const colour of COLOURS.keys())
    await until(`colour ${colour}, in a clip`, async () => (await colourOf(page, clip)) === colour);
  await screenshot(page, 'pictures-clip');
  expect(errors).toEqual([]);
  await close();
});

/** An episode is found, replayed, linked to and taken away as a file. */
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { root } from '../setup/sources.ts';
import { violations } from './axe.ts';
import { picturesOf } from './gif.ts';
import { hold, openPage, press, screenshot, until, untilReady } from './helpers.ts';
import { serve } from './served.ts';

const served = serve('--env', 'driving-easy');
let page: Page;
let errors: string[];
beforeAll(async () => {
  ({ page, errors } = await openPage(served.browser, served.server.url));
  // Two live episodes, the first of them driven by a person.
  await untilReady(page);
  await hold(page, ['ArrowUp'], 'a frame that a person drove', () =>
    page.evaluate('(window.__reins?.flags & 1) === 1'),
  );
  await page.waitForTimeout(1000);
  await page.keyboard.up('ArrowUp');
  await until(
    'the agent again',
    async () => (await page.getByTestId('controller').textContent()) === 'Agent drives',
  );
  await press(page, 'n', 'the episode in the list', async () => {
    const rows = await fetch(`${served.server.url}/api/episodes?human=true&live=true`);
    return Number(rows.headers.get('x-total-count')) > 0;
  });
});

/** Names of the page's files that the browser has loaded. */
const loaded = async (): Promise<string[]> => {
  const urls = await page.evaluate(
    "performance.getEntriesByType('resource').map((entry) => entry.name)",
  );
  return (urls as string[]).filter((url) => url.includes('/assets/')).map((url) => basename(url));
};

test('[UI-73] the page without three.js is under 350 kB, and brings no encoder of films', async () => {
  const names = await loaded();
  expect(names.some((name) => name.startsWith('three-'))).toBe(true);
  const rest = names.filter((name) => !name.startsWith('three-'));
  const bytes = rest.map((name) => statSync(join(root, 'dist/ui/assets', `${name}.br`)).size);
  expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThan(350_000);
  expect(names.filter((name) => /video-file|gif-worker|vp8|libav/.test(name))).toEqual([]);
});

const shownStep = async () =>
  Number(await page.getByTestId('replay-time').getAttribute('data-step'));

test('[UI-42] an episode that a person drove in is found, opened, and gone through step by step', async () => {
  await page.getByTestId('tab-episodes').click();
  await page.getByLabel('who drove').selectOption('yes');
  // By its id: the list may still be the one before the filter, and a newer episode may come first.
  const driven = await fetch(`${served.server.url}/api/episodes?human=true&live=true`);
  const [{ id }] = (await driven.json()) as [{ id: string }];
  await page.locator(`[data-testid="open-episode"][data-episode="${id}"]`).click();
  expect(await page.getByTestId('episode-count').textContent()).toMatch(/^\d+ episodes?$/);
  await page.locator(`[data-testid="replay"][data-episode="${id}"]`).waitFor();
  expect(await page.getByTestId('replay-facts').textContent()).toMatch(/\d+ steps by people/);
  await page.getByTestId('replay-time').waitFor();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
  await until('three steps on', async () => (await shownStep()) === 3);
  const words = page.locator('[data-step]', { hasText: 'step 3 of' });
  await words.waitFor();
  // What the page shows is what the server keeps: the bars stand where the actions are.
  const answer = await fetch(`${served.server.url}/api/episodes/${id}/steps?from=3&to=4`);
  const { actions } = (await answer.json()) as { actions: number[][] };
  const [steering] = actions[0]!;
  const bar = page.getByTestId('replay').locator('[data-bar="action-0"]');
  const width = await bar.evaluate(
    (e) => (e as unknown as { style: { width: string } }).style.width,
  );
  expect(Number.parseFloat(width)).toBeCloseTo(50 * Math.abs(steering!), 0);
  await page.getByTestId('replay-play').click();
  await until('it plays', async () => (await shownStep()) > 5);
  await page.keyboard.press('Space');
  await screenshot(page, 'episodes');
});

test('[UI-43] the link to a moment opens there', async () => {
  const at = await shownStep();
  await page.getByTestId('link-moment').click();
  const address = await page.getByTestId('moment-address').inputValue();
  expect(address).toContain(`step=${at}`);
  await page.goto('about:blank');
  await page.goto(address);
  await page.getByTestId('replay-time').waitFor();
  expect(await shownStep()).toBe(at);
  await page.getByText(`step ${at} of`).waitFor();
});

async function downloaded(button: string, at = page): Promise<{ name: string; bytes: Buffer }> {
  const coming = at.waitForEvent('download');
  await at.getByTestId(button).click();
  const file = await coming;
  return { name: file.suggestedFilename(), bytes: readFileSync((await file.path())!) };
}

test('[UI-44] the picture is a PNG in all pixels of its place; its name says run, episode and step', async () => {
  const { name, bytes } = await downloaded('export-still');
  const id = await page.getByTestId('replay').getAttribute('data-episode');
  expect(name).toMatch(new RegExp(`^.+_${id}_step-${await shownStep()}\\.png$`));
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(bytes.length).toBeGreaterThan(20_000); // one colour compresses to less
  const { width, height } = (await page.locator('.replay-picture canvas').boundingBox())!;
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([
    Math.round(width),
    Math.round(height),
  ]);
});

test('[UI-44] a clip is exact as MP4, WebM and GIF: so many pictures, so large, so long', async () => {
  await page.getByTestId('export-clip').click();
  await page.getByTestId('film-from').fill('0.3');
  await page.getByTestId('film-to').fill('0.8');
  await page.getByTestId('save-clip').getByLabel('size').selectOption('320');
  const save = page.getByTestId('film-save');
  const offered = async (format: string) => {
    const choice = page.getByTestId('save-clip').getByText(format, { exact: true });
    await choice.click();
    await save.getByText(`Save ${format}`).waitFor();
  };
  for (const format of ['WebM', 'MP4'] as const) {
    await offered(format);
    const { name, bytes } = await downloaded('film-save');
    expect(name).toMatch(new RegExp(`_steps-3-8\\.${format.toLowerCase()}$`));
    const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
    const track = (await input.getPrimaryVideoTrack())!;
    expect([await track.getDisplayWidth(), await track.getDisplayHeight()]).toEqual([320, 180]);
    expect((await track.computePacketStats()).packetCount).toBe(15);
    expect(await input.computeDuration()).toBeCloseTo(0.5, 2);
    expect(bytes.length).toBeGreaterThan(10_000); // of one colour they are smaller
  }
  await offered('GIF');
  const { name, bytes } = await downloaded('film-save');
  expect(name).toMatch(/_steps-3-8\.gif$/);
  const gif = picturesOf(bytes);
  expect(gif).toMatchObject({ width: 320, height: 180, delays: Array(10).fill(5) });
  expect((await loaded()).some((name) => name.startsWith('video-file-'))).toBe(true);
  await screenshot(page, 'save-clip');
  expect(await violations(page)).toEqual([]);

  // One that would take a while is cancelled, and the replay goes on.
  await page.getByTestId('save-clip').getByLabel('size').selectOption('1920');
  await offered('WebM');
  await save.click();
  await page.getByTestId('film-cancel').click();
  await save.waitFor();
  await page.getByTestId('film-to').fill('99');
  await page.getByTestId('film-words').getByText('up to').waitFor();
  expect(await save.isDisabled()).toBe(true);
  expect(errors).toEqual([]);
});

/** How many colours a picture in VP8 has. */
const coloursOf = (packet: Uint8Array): Promise<number> =>
  page.evaluate(`new Promise((resolve, reject) => {
    const output = (picture) => {
      const { displayWidth, displayHeight } = picture;
      const pen = new OffscreenCanvas(displayWidth, displayHeight).getContext('2d');
      pen.drawImage(picture, 0, 0);
      picture.close();
      const { data } = pen.getImageData(0, 0, displayWidth, displayHeight);
      resolve(new Set(new Uint32Array(data.buffer)).size);
    };
    const decoder = new VideoDecoder({ output, error: reject });
    decoder.configure({ codec: 'vp8' });
    const data = new Uint8Array(${JSON.stringify([...packet])});
    decoder.decode(new EncodedVideoChunk({ type: 'key', timestamp: 0, data }));
    decoder.flush();
  })`);

test('[UI-44] where the browser has no WebCodecs, as on pages that are not secure, a clip is WebM all the same', async () => {
  const { page: old, errors: wrong, close } = await openPage(served.browser, 'about:blank');
  await old.addInitScript('delete window.VideoEncoder');
  await old.goto(page.url());
  await old.getByTestId('export-clip').click();
  await old.getByTestId('film-from').fill('0.3');
  await old.getByTestId('film-to').fill('0.8');
  await old.getByTestId('save-clip').getByLabel('size').selectOption('320');
  await old.getByTestId('film-missing').getByText('MP4: this browser has no WebCodecs').waitFor();
  await old.getByTestId('film-save').getByText('Save WebM').waitFor();
  const { bytes } = await downloaded('film-save', old);
  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  const track = (await input.getPrimaryVideoTrack())!;
  expect([await track.getDisplayWidth(), await track.getDisplayHeight()]).toEqual([320, 180]);
  expect((await track.computePacketStats()).packetCount).toBe(15);
  expect(await input.computeDuration()).toBeCloseTo(0.5, 2);
  const first = (await new EncodedPacketSink(track).getFirstPacket())!;
  expect(await coloursOf(first.data)).toBeGreaterThan(200); // by the browser's own decoder
  await screenshot(old, 'save-clip-webm');
  expect(wrong).toEqual([]);
  await close();
});

test('[UI-77] two episodes go on one clock, are linked to together, and left one by one', async () => {
  const first = (await page.getByTestId('replay').getAttribute('data-episode'))!;
  const next = page.getByTestId('show-beside').first();
  const second = (await next.getAttribute('data-episode'))!;
  await next.click();
  const pane = (id: string) => page.locator(`[data-testid="pane"][data-episode="${id}"]`);
  const isAt = async (id: string, step: number) =>
    (await pane(id).locator('[data-step]').getAttribute('data-step')) === String(step);
  const at = async (step: number) => (await isAt(first, step)) && (await isAt(second, step));
  await until('both pictures', async () => {
    const steps = [first, second].map((id) => pane(id).locator('[data-step]').textContent());
    return (await Promise.all(steps)).every((words) => words?.startsWith('step '));
  });
  await page.keyboard.press('Home');
  for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
  await until('both four steps on', () => at(4));
  await page.getByTestId('beside').getByTestId('differences').waitFor();
  await screenshot(page, 'beside');
  expect(await violations(page)).toEqual([]);

  await page.getByTestId('link-moment').click();
  const address = await page.getByTestId('moment-address').inputValue();
  await page.goto('about:blank');
  await page.goto(address);
  await until('both at that step', () => at(4));
  await pane(first).getByTestId('leave-out').click();
  await page.locator(`[data-testid="replay"][data-episode="${second}"]`).waitFor();
  await until('its step', async () => (await shownStep()) === 4);
  expect(errors).toEqual([]);
});

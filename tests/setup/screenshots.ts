/**
 * Pictures of the documentation, taken from the running page:
 * `node --import tsx tests/setup/screenshots.ts [--warm-up 60]` (seconds of training before the picture).
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  launchBrowser,
  openPage,
  startServerProcess,
  temporaryFolder,
  until,
} from '../e2e/helpers.ts';
import { ensureBrowser } from './find-browser.ts';
import { root } from './sources.ts';

const { values } = parseArgs({ options: { 'warm-up': { type: 'string', default: '30' } } });

async function main(): Promise<void> {
  const folder = temporaryFolder();
  const server = await startServerProcess({ dataDir: folder.path });
  const browser = await launchBrowser(await ensureBrowser(console.error));
  const images = join(root, 'docs/images');
  mkdirSync(images, { recursive: true });
  try {
    const { page, errors } = await openPage(browser, `${server.url}/?graphics=full`, {
      width: 1440,
      height: 900,
    });
    await until('a drawn frame', () => page.locator('canvas').first().isVisible());
    await sleep(Number(values['warm-up']) * 1000);
    const take = async (name: string) => {
      await page.screenshot({ path: join(images, `${name}.png`) });
      console.error(`docs/images/${name}.png written`);
    };
    await page.keyboard.down('ArrowUp');
    await until('a person at the wheel', () => page.getByText('You drive').isVisible());
    await sleep(3000);
    await take('live');
    await page.keyboard.up('ArrowUp');
    await page.getByTestId('tab-compare').click();
    await page.locator('[data-testid="compare"][data-ready="true"]').waitFor({ timeout: 60_000 });
    await sleep(4000);
    await take('compare');
    await page.getByTestId('tab-learning').click();
    await page.getByTestId('learning').waitFor();
    await sleep(1500);
    await take('learning');
    console.error(`${errors.length} errors in the page`);
    for (const error of errors) console.error(error);
  } finally {
    await browser.close();
    await server.stop();
    folder.remove();
  }
}

await main();

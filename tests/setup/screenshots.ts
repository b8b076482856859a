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
    await page.screenshot({ path: join(images, 'live.png') });
    console.error(`docs/images/live.png written; ${errors.length} errors in the page`);
    for (const error of errors) console.error(error);
  } finally {
    await browser.close();
    await server.stop();
    folder.remove();
  }
}

await main();

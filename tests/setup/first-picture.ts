/**
 * How long until a person sees the car drive, and how many pictures a second they get:
 * `node --import tsx tests/setup/first-picture.ts [--graphics full|simple]`. A fresh run each time;
 * without a graphics card Chromium draws on the processor that also trains.
 */
import { parseArgs } from 'node:util';
import {
  launchBrowser,
  openPage,
  startServerProcess,
  temporaryFolder,
  until,
} from '../e2e/helpers.ts';
import { ensureBrowser } from './find-browser.ts';

const { values } = parseArgs({ options: { graphics: { type: 'string', default: '' } } });
const SECONDS = 8;

async function main(): Promise<void> {
  const folder = temporaryFolder();
  const server = await startServerProcess({ dataDir: folder.path });
  const browser = await launchBrowser(await ensureBrowser(console.error));
  try {
    const opened = performance.now();
    const { page } = await openPage(browser, `${server.url}/?graphics=${values.graphics}`);
    await until('a drawn step', () => page.evaluate('window.__reins?.shownStep > 0'), 90_000);
    const firstPictureSeconds = (performance.now() - opened) / 1000;
    const picturesPerSecond = await page.evaluate(`new Promise((resolve) => {
      const start = performance.now();
      let n = 0;
      const draw = () => {
        n++;
        const seconds = (performance.now() - start) / 1000;
        if (seconds > ${SECONDS}) resolve(n / seconds);
        else requestAnimationFrame(draw);
      };
      requestAnimationFrame(draw);
    })`);
    console.log(JSON.stringify({ firstPictureSeconds, picturesPerSecond }));
  } finally {
    await browser.close();
    await server.stop();
    folder.remove();
  }
}

await main();

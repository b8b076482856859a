/**
 * How long until a person sees the car drive, from the start of the navigation, and how many pictures a second
 * they get: `node --import tsx tests/setup/first-picture.ts [--graphics full|simple] [--runs 5] [--tree PATH …]`.
 * Several trees (built before: `npm run build` in each) are measured in turn and reported as medians; each
 * run starts anew. Without a graphics card Chromium draws on the processor that also trains.
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
import { root } from './sources.ts';

const { values } = parseArgs({
  options: {
    graphics: { type: 'string', default: '' },
    runs: { type: 'string', default: '5' },
    tree: { type: 'string', multiple: true, default: [root] },
  },
});
const SECONDS = 4;

/** Looks at every picture, from before the page's own code on. */
const WATCH = `(() => {
  const look = () => {
    if (window.__reins?.shownStep > 0) window.firstPicture = performance.now();
    else requestAnimationFrame(look);
  };
  look();
})()`;

const COUNT = `new Promise((resolve) => {
  const start = performance.now();
  let n = 0;
  const draw = () => {
    n++;
    const seconds = (performance.now() - start) / 1000;
    if (seconds > ${SECONDS}) resolve(n / seconds);
    else requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
})`;

interface Measured {
  readonly firstPictureSeconds: number;
  readonly picturesPerSecond: number;
}

async function measure(cwd: string, executable: string): Promise<Measured> {
  const folder = temporaryFolder();
  const server = await startServerProcess({ dataDir: folder.path, cwd });
  const browser = await launchBrowser(executable);
  try {
    const { page } = await openPage(browser, 'about:blank');
    await page.addInitScript(WATCH);
    await page.goto(`${server.url}/?graphics=${values.graphics}`, { waitUntil: 'commit' });
    const first = await until(
      'a picture',
      () => page.evaluate('window.firstPicture') as Promise<number>,
    );
    const picturesPerSecond = (await page.evaluate(COUNT)) as number;
    return { firstPictureSeconds: first / 1000, picturesPerSecond };
  } finally {
    await browser.close();
    await server.stop();
    folder.remove();
  }
}

const median = (numbers: number[]) =>
  numbers.sort((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)]!;

async function main(): Promise<void> {
  const executable = await ensureBrowser(console.error);
  const all = new Map<string, Measured[]>(values.tree.map((tree) => [tree, []]));
  for (let run = 0; run < Number(values.runs); run++) {
    for (const [tree, measured] of all) measured.push(await measure(tree, executable));
  }
  for (const [tree, measured] of all) {
    const seconds = measured.map((m) => m.firstPictureSeconds);
    const rates = measured.map((m) => m.picturesPerSecond);
    const result = {
      firstPictureSeconds: +median(seconds).toFixed(2),
      from: +Math.min(...seconds).toFixed(2),
      to: +Math.max(...seconds).toFixed(2),
      picturesPerSecond: +median(rates).toFixed(1),
    };
    console.log(JSON.stringify({ tree, runs: measured.length, ...result }));
  }
}

await main();

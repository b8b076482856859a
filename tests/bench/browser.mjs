/**
 * What a picture of a running server costs in a real browser:
 *   node tests/bench/browser.mjs <url> [width] [height] [seconds]
 * Prints JSON: pictures per second, the page's own work per picture (its animation callbacks; what
 * the graphics card or its software stand-in does comes on top), and the frames on the socket.
 * CHROMIUM names the browser (default /usr/bin/chromium).
 */
import { chromium } from 'playwright-core';

const [url = 'http://127.0.0.1:8080/', width = 1280, height = 800, seconds = 5] =
  process.argv.slice(2);
const flags = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: flags });
const page = await browser.newPage({ viewport: { width: Number(width), height: Number(height) } });
/** Byte that marks a frame among binary messages. */
const FRAME = 1;
let [counting, frames, bytes, most] = [false, 0, 0, 0];
page.on('websocket', (socket) =>
  socket.on('framereceived', ({ payload }) => {
    if (!counting || typeof payload === 'string' || payload[0] !== FRAME) return;
    frames++;
    bytes += payload.length;
    most = Math.max(most, payload.length);
  }),
);
await page.addInitScript(() => {
  const original = window.requestAnimationFrame.bind(window);
  window.__work = { pictures: 0, ms: [] };
  window.requestAnimationFrame = (callback) =>
    original((now) => {
      const start = performance.now();
      callback(now);
      window.__work.pictures++;
      window.__work.ms.push(performance.now() - start);
    });
});
await page.goto(url);
await page.waitForFunction(() => window.__reins?.shownStep > 3, null, { timeout: 60_000 });
await page.waitForTimeout(3000);
await page.evaluate(() => {
  window.__work = { pictures: 0, ms: [] };
});
counting = true;
const start = performance.now();
await page.waitForTimeout(Number(seconds) * 1000);
const elapsed = (performance.now() - start) / 1000;
counting = false;
const work = await page.evaluate(() => window.__work);
await browser.close();
const sorted = work.ms.sort((a, b) => a - b);
const quantile = (q) => Number((sorted[Math.floor(q * (sorted.length - 1))] ?? 0).toFixed(2));
console.log(
  JSON.stringify({
    width: Number(width),
    height: Number(height),
    picturesPerSecond: Number((work.pictures / elapsed).toFixed(1)),
    pageMillisPerPicture: { median: quantile(0.5), p95: quantile(0.95) },
    framesPerSecond: Number((frames / elapsed).toFixed(1)),
    bytesPerFrame: frames > 0 ? Math.round(bytes / frames) : 0,
    largestFrame: most,
  }),
);

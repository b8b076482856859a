/**
 * Memory of `reins serve` on defaults, drawn: `node --import tsx tests/faults/memory.ts`. One page looks on, gives a
 * reward every 2 s and takes over for 2 s a minute.
 *
 *   --minutes 30                         how long (default 30)
 *   --out docs/images/serve-memory.svg   the picture (default)
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type LinePlot, linePlot, type Point } from '../../experiments/bench/feedback/svg.ts';
import { until } from '../e2e/helpers.ts';
import { serve } from '../server/serve-process.ts';
import { memory } from './pages.ts';
import { nothingPromised, Person } from './person.ts';

/** s between two looks. */
const EVERY = 5;
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    out: { type: 'string', default: 'docs/images/serve-memory.svg' },
  },
});
const minutes = Number(values.minutes);
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
const date = new Date().toISOString().slice(0, 10);
const data = mkdtempSync(join(tmpdir(), 'reins-memory-'));
const server = await serve(data, ['--log-level', 'error']);
if (!server.url) throw new Error(server.stderr());
const ada = new Person(server.url, 'ada', nothingPromised());
const points: Point[] = [];
const begun = performance.now();
const passed = () => (performance.now() - begun) / 60_000;
try {
  await until('frames', () => ada.last, 120_000);
  for (let look = 0; passed() < minutes; look++) {
    points.push({ x: passed(), y: memory(server.pid) });
    if (look % 12 === 0) ada.drive();
    else ada.letGo();
    for (let i = 0; i < 2; i++) {
      ada.reward(1);
      await sleep((EVERY * 1000) / 2);
      ada.letGo();
    }
  }
} finally {
  ada.close();
  await server.end('SIGTERM');
  rmSync(data, { recursive: true, force: true });
}
const plot: LinePlot = {
  title: `Memory of serve on defaults, ${minutes} minutes (${commit}, ${date})`,
  x: 'minutes',
  y: 'resident MB',
  series: [{ name: 'serve', points }],
};
writeFileSync(values.out, linePlot(plot));
const at = (share: number) => Math.round(points[Math.floor(share * (points.length - 1))]!.y);
const most = Math.round(Math.max(...points.map((p) => p.y)));
process.stdout.write(
  `${commit} ${date}: ${at(1 / 6)} MB after a sixth of the time, ${at(0.5)} after half, ${at(1)} at the end, at most ${most}; ` +
    `${ada.promised.acknowledged.size} answers, ${ada.promised.told.size} takeovers\n`,
);

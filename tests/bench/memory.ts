/**
 * Resident memory of `serve` over time, this checkout and others at once, so that other load falls on all alike:
 *   node --import tsx tests/bench/memory.ts --seconds 600 --svg docs/images/memory.svg before=/path/of/a/checkout
 * A checkout needs its own `npm ci`. Reads /proc: Linux only. What follows `--` goes to `serve`: `-- --set learner.batchSize=16
 * --set learner.actors=1` makes updates cheap and comes to a full replay buffer sooner.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { root } from '../setup/sources.ts';

interface Sample {
  /** Since the server listens. */
  readonly seconds: number;
  /** Resident memory, MB. */
  readonly resident: number;
  readonly environmentSteps: number;
}

interface Server {
  readonly name: string;
  readonly child: ChildProcess;
  readonly url: string;
  readonly since: number;
  readonly samples: Sample[];
}

const split = process.argv.indexOf('--', 2);
const own = process.argv.slice(2, split < 0 ? undefined : split);
const forServe = split < 0 ? [] : process.argv.slice(split + 1);
const { values, positionals } = parseArgs({
  args: own,
  options: {
    seconds: { type: 'string', default: '300' },
    every: { type: 'string', default: '5' },
    svg: { type: 'string' },
  },
  allowPositionals: true,
});
const data = mkdtempSync(join(tmpdir(), 'reins-memory-'));

async function start(name: string, checkout: string): Promise<Server> {
  const args = ['bin/reins.mjs', 'learner', '--port', '0', '--data', join(data, name)];
  args.push(...forServe);
  const child = spawn(process.execPath, args, {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  for await (const text of child.stdout!) {
    said += text;
    const url = /listening on (\S+)/.exec(said)?.[1];
    if (url) return { name, child, url, since: performance.now(), samples: [] };
  }
  throw new Error(`${name}: the server ended before it listened`);
}

async function sample(server: Server): Promise<void> {
  const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
  const resident = (Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024) / 1e6;
  const response = await fetch(`${server.url}/api/health`);
  const { environmentSteps } = (await response.json()) as { environmentSteps: number };
  const seconds = (performance.now() - server.since) / 1000;
  server.samples.push({ seconds, resident, environmentSteps });
}

function row({ name, samples }: Server): string {
  const at = (seconds: number) => samples.find((s) => s.seconds >= seconds);
  const cells = [60, 120, 300, 600, Number(values.seconds) - Number(values.every)].map(
    (seconds) => {
      const s = at(seconds);
      return s ? `${Math.round(s.resident)} MB, ${s.environmentSteps} steps` : '–';
    },
  );
  return `| ${name} | ${cells.join(' | ')} |`;
}

const COLOURS = ['#1c7ed6', '#868e96', '#e8590c', '#2f9e44'];

function svg(servers: readonly Server[]): string {
  const longest = Math.max(...servers.flatMap((s) => s.samples.map((p) => p.seconds)));
  const most = Math.max(...servers.flatMap((s) => s.samples.map((p) => p.resident)));
  const x = (seconds: number) => 60 + (seconds / longest) * 560;
  const y = (resident: number) => 280 - (resident / most) * 250;
  const marks = Array.from({ length: Math.floor(most / 200) + 1 }, (_, i) => i * 200);
  const grid = marks.map(
    (mb) =>
      `<path d="M60 ${y(mb).toFixed(1)}H620" stroke="#dee2e6"/><text x="54" y="${(y(mb) + 4).toFixed(1)}" text-anchor="end">${mb} MB</text>`,
  );
  const lines = servers.map(({ name, samples }, i) => {
    const points = samples.map((s) => `${x(s.seconds).toFixed(1)},${y(s.resident).toFixed(1)}`);
    const [, last] = points.at(-1)!.split(',');
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${COLOURS[i]}" stroke-width="2"/><text x="626" y="${last}" fill="${COLOURS[i]}">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 310" font-family="system-ui" font-size="12">
<rect width="720" height="310" fill="#fff"/>
${grid.join('\n')}
${lines.join('\n')}
<text x="60" y="300">0 s</text><text x="620" y="300" text-anchor="end">${Math.round(longest)} s</text>
</svg>
`;
}

const servers: Server[] = [];
try {
  for (const given of [`now=${root}`, ...positionals]) {
    const [name, checkout] = given.split('=') as [string, string];
    servers.push(await start(name, checkout));
  }
  const end = performance.now() + Number(values.seconds) * 1000;
  while (performance.now() < end) {
    await Promise.all(servers.map(sample));
    await sleep(Number(values.every) * 1000);
  }
  console.log(`| server | 1 min | 2 min | 5 min | 10 min | end |\n|${' --- |'.repeat(6)}`);
  for (const server of servers) console.log(row(server));
  if (values.svg) writeFileSync(values.svg, svg(servers));
} finally {
  for (const { child } of servers) child.kill();
  await Promise.all(
    servers.map(({ child }) => child.exitCode ?? new Promise((r) => child.once('exit', r))),
  );
  rmSync(data, { recursive: true, force: true });
}

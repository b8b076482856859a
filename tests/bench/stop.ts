/**
 * From SIGTERM to the end of `serve`, with the agent at the wheel and within a takeover, in turn:
 *   node --import tsx tests/bench/stop.ts --runs 5 --seconds 10
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connect } from '../e2e/client.ts';
import { until } from '../e2e/helpers.ts';
import { serve } from '../server/serve-process.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    /** Of driving before the signal: the learner has something to write by then. */
    seconds: { type: 'string', default: '10' },
  },
});
const kinds = ['agent', 'takeover'] as const;

/** Seconds until the process is gone. */
async function measure(kind: (typeof kinds)[number]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'reins-stop-'));
  const server = await serve(folder, ['--log-level', 'error']);
  const client = await connect(server.url!, 'ada');
  await until('frames', () => client.frames() > 2);
  await sleep(1000 * Number(values.seconds));
  const driving = kind === 'takeover' && setInterval(() => client.hold([0.1, 0.3]), 50);
  if (driving) {
    await until('a takeover', () => client.all('status').at(-1)?.controller === 'human');
    await sleep(2000);
  }
  const ending = server.end('SIGTERM');
  if (driving) clearInterval(driving);
  const { code, seconds } = await ending;
  if (code !== 0) throw new Error(`${kind}: exit code ${code}\n${server.stderr()}`);
  client.close();
  rmSync(folder, { recursive: true, force: true });
  return seconds;
}

const taken: Record<string, number[]> = { agent: [], takeover: [] };
for (let run = 0; run < Number(values.runs); run++)
  for (const kind of kinds) taken[kind]!.push(await measure(kind));
for (const [kind, seconds] of Object.entries(taken)) {
  const sorted = seconds.toSorted((a, b) => a - b);
  const middle = sorted[sorted.length >> 1]!;
  console.log(`${kind}: median ${middle.toFixed(2)} s, most ${sorted.at(-1)!.toFixed(2)} s`);
}

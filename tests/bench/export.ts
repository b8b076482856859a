/**
 * Memory of an export: a run of many episodes in every format, each in a process of its own.
 * `node --import tsx tests/bench/export.ts [--episodes 1000] [--steps 300]`
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FORMATS } from '../../cli/datasets/export-dataset.ts';
import { recordedIdentity } from '../../cli/datasets/recorded.ts';
import { openStorage } from '../../server/storage/sqlite.ts';
import { createRandom } from '../../sim/random.ts';
import { box } from '../../sim/spaces.ts';
import { syntheticEpisode } from '../agent/synthetic.ts';
import { RUN, SPEC } from '../cli/datasets/odd-run.ts';
import { root } from '../setup/sources.ts';

const { values } = parseArgs({
  options: {
    episodes: { type: 'string', default: '1000' },
    steps: { type: 'string', default: '300' },
  },
});
/** As many numbers as an observation of `driving` has. */
const spec = { ...SPEC, observationSpace: box(-10, 10, { size: 259 }) };
const folder = mkdtempSync(join(tmpdir(), 'reins-export-'));
/** Prints the largest resident memory at the end, kB. */
const witness = `data:text/javascript,process.on('exit',()=>console.error('peak',process.resourceUsage().maxRSS))`;

async function fill(): Promise<void> {
  const storage = openStorage(folder);
  await storage.createRun({ ...RUN, identity: recordedIdentity(spec, 'reins') });
  const random = createRandom(1);
  for (let i = 0; i < Number(values.episodes); i++) {
    const made = syntheticEpisode(spec, Number(values.steps), random, { id: `e${i}` });
    await storage.putEpisode({ ...made, runId: RUN.id, startedAt: i }, { live: false });
  }
  await storage.close();
}

try {
  await fill();
  for (const format of Object.keys(FORMATS)) {
    const out = join(folder, `${format}-v0`);
    const start = performance.now();
    const { status, stderr } = spawnSync(
      process.execPath,
      [
        ...['--import', witness, 'bin/reins.mjs', 'export', '--data', folder, '--format', format],
        ...['--out', out, '--json'],
      ],
      { cwd: root, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`${format}: ${stderr}`);
    const peaks = [...stderr.matchAll(/peak (\d+)/g)].map(([, kB]) => Number(kB) / 1024);
    const seconds = Math.round((performance.now() - start) / 1000);
    console.log(JSON.stringify({ format, peakMegabytes: Math.round(Math.max(...peaks)), seconds }));
    rmSync(out, { recursive: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Which version of MuJoCo a run was made with, from its first second to its export. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStorage } from '../../server/storage/sqlite.ts';
import { connect } from '../e2e/client.ts';
import { root } from '../setup/sources.ts';
import { serve } from './serve-process.ts';

const OPTIONS = ['--env', 'reacher', '--preset', 'reins', '--rollouts', '0'];
const ENGINE = /^MuJoCo \d+\.\d+\.\d+$/;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-engine-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Serves until a page has been told everything; what the log and the alerts said of engines. */
async function lookIn(options: readonly string[]): Promise<{ log: string[]; alerts: string[] }> {
  const server = await serve(folder, options);
  try {
    expect(server.url, server.stderr()).toBeDefined();
    const client = await connect(server.url!, 'ada');
    await client.expect('status', (status) => status.episodeId !== '');
    const alerts = client.all('alert').filter((alert) => alert.code === 'other-engine');
    client.close();
    expect((await server.end('SIGTERM')).code).toBe(0);
    const log = server.stderr().split('\n');
    return {
      log: log.filter((line) => line.includes('was made with')),
      alerts: alerts.map((alert) => alert.message),
    };
  } finally {
    await server.end('SIGKILL');
  }
}

it('[ROBOT-35] run, checkpoint and export name it; another version is said once in log and alert', async () => {
  expect(await lookIn(OPTIONS)).toEqual({ log: [], alerts: [] });
  const storage = openStorage(folder);
  const run = (await storage.latestRun())!;
  const stored = await storage.getCheckpoint(run.id);
  await storage.close();
  expect(run.engine).toMatch(ENGINE);
  expect(stored?.checkpoint.meta['engine']).toBe(run.engine);

  const command = ['bin/reins.mjs', 'export', '--data', folder, '--json'];
  const exported = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  const { out } = JSON.parse(exported.stdout) as { out: string };
  expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'))).toEqual(run);

  const db = new Database(join(folder, 'reins.db'));
  db.exec("UPDATE run SET engine = 'MuJoCo 2.3.7'");
  db.close();
  const said = `This run was made with MuJoCo 2.3.7 and goes on with ${run.engine}`;
  const { log, alerts } = await lookIn(OPTIONS);
  expect(alerts).toEqual([said]);
  expect(log).toEqual([expect.stringContaining(said)]);
});

it('[ROBOT-35] a run without MuJoCo names no engine', async () => {
  const options = ['--env', 'driving', '--preset', 'reins', '--rollouts', '0'];
  expect(await lookIn(options)).toEqual({ log: [], alerts: [] });
  const storage = openStorage(folder);
  const run = (await storage.latestRun())!;
  const stored = await storage.getCheckpoint(run.id);
  await storage.close();
  expect(run).not.toHaveProperty('engine');
  expect(stored?.checkpoint.meta).not.toHaveProperty('engine');
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { main } from '../../cli/main.ts';
import { startServer } from '../../server/serve.ts';
import { openStorage } from '../../server/storage/sqlite.ts';
import { RUN } from '../contracts/storage.ts';
import { until } from '../e2e/helpers.ts';

let folder = '';
let stdout = '';
let stderr = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-memory-'));
  stdout = '';
  stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const doctor = (of: string, ...args: string[]) =>
  main(['doctor', '--memory', of, '--data', folder, ...args]);

test('[MEM-6] doctor --memory tells what the newest report of a stored run says', async () => {
  const storage = openStorage(folder);
  await storage.createRun({ ...RUN, name: 'first' });
  for (const n of [1, 2, 3]) {
    const values = { 'memory/replay': 10 * n, 'memory/process': 300 + n, 'episode/return': 5 };
    await storage.appendMetrics(RUN.id, {
      time: n,
      environmentSteps: n,
      learnerUpdates: n,
      values,
    });
  }
  await storage.close();
  expect(await doctor('first', '--json')).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    at: '1970-01-01T00:00:00.003Z',
    environmentSteps: 3,
    parts: { 'memory/replay': 30, 'memory/process': 303 },
  });
  stdout = '';
  expect(await doctor('first')).toBe(0);
  expect(stdout).toMatch(/memory\/replay +30\.0 +steps that the learner keeps/);
  expect(await doctor('other')).toBe(2);
  expect(stderr).toContain('run: unknown id "other"');
});

test('[MEM-6] doctor --memory asks a running server by its address', async () => {
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    dataDir: join(folder, 'run'),
    environment: 'driving',
    environmentOptions: {},
    preset: 'bc',
    rollouts: 0,
    uiDir: folder,
    logLevel: 'error',
  });
  try {
    let parts: Record<string, number> = {};
    await until('a report', async () => {
      stdout = '';
      if ((await doctor(server.url, '--json')) !== 0) return false;
      ({ parts } = JSON.parse(stdout) as { parts: Record<string, number> });
      return (parts['memory/replay'] ?? 0) > 0;
    });
    expect(Object.keys(parts).sort()).toEqual([
      'memory/arrays',
      ...(process.platform === 'linux' ? ['memory/code'] : []),
      'memory/episodes',
      'memory/heaps',
      'memory/process',
      'memory/recent',
      'memory/replay',
      'memory/rest',
      'memory/spare',
    ]);
    const of = (part: string) => parts[`memory/${part}`] ?? 0;
    expect(of('process')).toBeGreaterThan(50);
    // Nothing is left out: what no part accounts for is said.
    const accounted = of('arrays') + of('heaps') + of('code') + of('rest');
    expect(accounted).toBeCloseTo(of('process'), 6);
  } finally {
    await server.close();
  }
  expect(await doctor(server.url)).toBe(2);
  expect(stderr).toContain('memory: nothing answers at');
});

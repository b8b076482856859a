/**
 * A data folder as commit 8b405bc left it (reacher, preset `reins`, five rewards, takeovers with their
 * counterfactuals, one checkpoint) opens and goes on: tests/fixtures/run-of-8b405bc.tar.gz.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connect, reward } from '../e2e/client.ts';
import { until } from '../e2e/helpers.ts';
import { root } from '../setup/sources.ts';
import { serve } from './serve-process.ts';

const OPTIONS = ['--env', 'reacher', '--preset', 'reins', '--seed', '3', '--rollouts', '0'];
const RUN_ID = 'run-5e02aa13';
/** Of its checkpoint. */
const STEPS = 1560;

interface Health {
  readonly runId: string;
  readonly policyVersion: number;
  readonly environmentSteps: number;
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-old-run-'));
  const archive = join(root, 'tests/fixtures/run-of-8b405bc.tar.gz');
  const unpacked = spawnSync('tar', ['-xzf', archive, '-C', folder], { encoding: 'utf8' });
  expect(unpacked.status, unpacked.stderr).toBe(0);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function json<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

it('[STORE-10] a run of an earlier version opens, keeps what it learned and goes on', async () => {
  const server = await serve(folder, OPTIONS);
  try {
    expect(server.url, server.stderr()).toBeDefined();
    const health = () => json<Health>(`${server.url}/api/health`);
    const first = await health();
    expect(first.runId).toBe(RUN_ID);
    expect(first.environmentSteps).toBeGreaterThanOrEqual(STEPS);
    await until('its policy', async () => (await health()).policyVersion >= 32);
    const old = JSON.stringify(await json(`${server.url}/api/feedback`));
    expect(old.match(/"kind":"reward"/g)).toHaveLength(5);
    expect(old).toContain('"kind":"override"');

    const client = await connect(server.url!, 'ada');
    const status = await client.expect('status', (s) => s.episodeId !== '');
    expect(status.takeovers?.judged).toBe(3);
    await until('steps to speak of', () => (client.frame()?.step ?? 0) > 15);
    const { episodeId } = client.all('status').at(-1)!;
    const given = reward(RUN_ID, 'ada', episodeId, client.frame()!.step, 1);
    client.send({ type: 'feedback', feedback: given });
    await client.expect('ack', (m) => m.feedbackId === given.id);
    await client.expect('applied', (m) => m.feedbackIds.includes(given.id));
    expect((await health()).environmentSteps).toBeGreaterThan(STEPS);
    client.close();
    expect((await server.end('SIGTERM')).code).toBe(0);
    expect(server.stderr()).not.toMatch(/error|corrupt|was made with/i);
    expect(client.all('alert')).toEqual([]);
  } finally {
    await server.end('SIGKILL');
  }
});

it('[STORE-10] its episodes are exported, counterfactuals included', () => {
  const args = ['bin/reins.mjs', 'export', '--data', folder, '--json'];
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect(result.status, result.stderr).toBe(0);
  const { out } = JSON.parse(result.stdout) as { out: string };
  const id = `${RUN_ID}-mx25h9ed.1-live-3`;
  for (const episode of [id, `${id}-cf11`])
    expect(existsSync(join(out, 'episodes', `${episode}.jsonl`))).toBe(true);
  const steps = readFileSync(join(out, 'episodes', `${id}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  const sources = steps.map((line) => (JSON.parse(line) as { source: string }).source);
  expect(sources).toEqual([...Array(11).fill('policy'), ...Array(39).fill('human'), undefined]);
});

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { freePort } from '../setup/free-port.ts';
import { root } from '../setup/sources.ts';
import { type Client, connect, reward } from './client.ts';
import { startServerProcess, temporaryFolder, until } from './helpers.ts';

interface Health {
  runId: string;
  policyVersion: number;
  environmentSteps: number;
  learnerUpdates: number;
}

async function health(url: string): Promise<Health> {
  return (await (await fetch(`${url}/api/health`)).json()) as Health;
}

async function feedbackIds(url: string): Promise<string[]> {
  const body: unknown = await (await fetch(`${url}/api/feedback`)).json();
  return [...JSON.stringify(body).matchAll(/"id":"([^"]+)"/g)].map((match) => match[1]!);
}

/** Rewards and a takeover, as a person would; ids of what the server acknowledged. */
async function teach(client: Client, runId: string, rewards: number): Promise<string[]> {
  const sent: string[] = [];
  for (let i = 0; i < rewards; i++) {
    const status = await client.expect('status', (s) => s.episodeId !== '');
    const feedback = reward(runId, 'ada', status.episodeId, client.frame()!.step, i % 2 ? 1 : -1);
    client.send({ type: 'feedback', feedback });
    sent.push(feedback.id);
  }
  for (const id of sent) await client.expect('ack', (m) => m.feedbackId === id);
  return sent;
}

test('[E2E-5] after kill -9 nothing acknowledged is lost and the run goes on', async () => {
  const folder = temporaryFolder();
  const port = await freePort();
  const start = () =>
    startServerProcess({
      command: 'learner',
      dataDir: folder.path,
      port,
      args: ['--log-level', 'error'],
    });
  let server = await start();
  try {
    expect(server.stdout()).toEqual([`listening on http://127.0.0.1:${port}`]);
    let client = await connect(server.url, 'ada');
    await until('frames', () => client.frames() > 5);
    await until('learning', async () => (await health(server.url)).learnerUpdates > 20);
    const { runId } = await health(server.url);
    const acknowledged = await teach(client, runId, 5);

    // [E2E-2] on the wire: two held seconds, then let go.
    for (let i = 0; i < 20; i++) {
      client.hold([0.25, 0.5]);
      await sleep(100);
    }
    client.release();
    // First announced, then told again with its counterfactual: by then it is in the log.
    const override = await client.expect('override', (m) => m.counterfactual !== null);
    expect(override.to - override.from).toBeGreaterThan(10);

    // [E2E-4] the answers are in a policy that acts, and the server says in which.
    const applied = await client.expect('applied', (m) =>
      m.feedbackIds.some((id) => acknowledged.includes(id)),
    );
    expect(applied.policyVersion).toBeGreaterThan(0);
    const before = await health(server.url);

    // The last reward is acknowledged a moment before the end.
    acknowledged.push(...(await teach(client, runId, 3)), override.feedbackId);
    await server.stop('SIGKILL');
    client.close();

    server = await start();
    const after = await health(server.url);
    expect(after.runId).toBe(runId);
    expect(await feedbackIds(server.url)).toEqual(expect.arrayContaining(acknowledged));
    // Steps since the last checkpoint may be gone, the run may not.
    client = await connect(server.url, 'ada');
    await until('frames again', () => client.frames() > 5);
    await until(
      'the run to go on',
      async () => (await health(server.url)).environmentSteps > before.environmentSteps,
    );
    client.close();
    await server.stop();
    expectHumanSteps(folder.path, override.episodeId, override.from, override.to);
  } finally {
    await server.stop('SIGKILL');
    folder.remove();
  }
});

/** Through `reins export`, which reads the episode files themselves. */
function expectHumanSteps(data: string, episodeId: string, from: number, to: number): void {
  const args = ['bin/reins.mjs', 'export', '--data', data, '--json'];
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  expect(result.status, result.stderr).toBe(0);
  const { out } = JSON.parse(result.stdout) as { out: string };
  const steps = readFileSync(join(out, 'episodes', `${episodeId}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { source: string; action: number[]; policyAction: number[] })
    .slice(from, to);
  expect(steps.length).toBe(to - from);
  expect(new Set(steps.map((s) => s.source))).toEqual(new Set(['human']));
  for (const { action } of steps.slice(2, -2)) {
    expect(action[0]).toBeCloseTo(0.25, 5);
    expect(action[1]).toBeCloseTo(0.5, 5);
  }
  expect(steps.some((s) => Math.abs(s.policyAction[0]! - 0.25) > 0.01)).toBe(true);
}

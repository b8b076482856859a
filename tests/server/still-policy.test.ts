/** A finished policy drives: nothing learns, takeovers are recorded; and a watched one keeps nothing at all. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPolicyFile } from '../../experiments/policy-file.ts';
import { openStorage } from '../../server/storage/sqlite.ts';
import { inProcess } from '../cli/in-process.ts';
import { connect, reward, takeOver } from '../e2e/client.ts';
import { until } from '../e2e/helpers.ts';
import { root } from '../setup/sources.ts';
import { type ServeProcess, serve, watch } from './serve-process.ts';

const FILE = join(root, 'weights/driving.policy');
const { version } = readPolicyFile(FILE).snapshot;

let folder = '';
let server: ServeProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-still-'));
});
afterEach(async () => {
  await server?.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function open(starting: Promise<ServeProcess>) {
  server = await starting;
  expect(server.url, server.stderr()).toBeDefined();
  const client = await connect(server.url!, 'ada');
  await until('steps', () => (client.frame()?.step ?? 0) > 5);
  return { client, server };
}

test('[CLI-70] serve --policy: its own policy drives and nothing learns; a takeover is recorded as a person’s', async () => {
  const { client, server } = await open(serve(folder, ['--policy', FILE, '--log-level', 'error']));
  const welcome = await client.expect('welcome');
  expect(welcome.policy).toEqual({
    name: 'driving.policy',
    trainedOn: 'driving',
    isWatched: false,
  });
  expect(welcome.environment.id).toBe('driving');
  await takeOver(client, [0, 0.3]);
  await client.expect('override', (o) => o.counterfactual !== null);
  const { episodeId } = client.all('status').at(-1)!;
  const given = reward(welcome.runId, 'ada', episodeId, client.frame()!.step, 1);
  client.send({ type: 'feedback', feedback: given });
  await client.expect('ack', (m) => m.feedbackId === given.id);
  const status = await client.expect('status', (s) => s.labels >= 2);
  expect(status).toMatchObject({ learner: 'still', policyVersion: version, learnerUpdates: 0 });
  expect(status.environmentSteps).toBeGreaterThan(0);
  client.close();
  expect((await server.end('SIGTERM')).code).toBe(0);
  expect(server.stderr()).toBe('');

  const storage = openStorage(folder);
  const [run] = await storage.listRuns();
  expect(run?.identity?.policy?.name).toBe('driving.policy');
  const kinds = (await storage.readFeedback(run!.id, 0)).map(({ feedback }) => feedback.kind);
  expect(kinds).toContain('override');
  expect(kinds).toContain('reward');
  await storage.close();
  // The same file goes on with it; a run that learns is another.
  const without = await inProcess('learner', '--port', '0', '--data', folder, '--run', run!.id);
  expect(without.code).toBe(2);
  expect(without.err).toContain(`run: ${run!.id} is another: policy was "driving.policy`);
});

test('[CLI-70] watch: nobody drives or gives feedback, it says why, and nothing is left', async () => {
  const { client, server } = await open(watch(FILE, folder));
  expect((await client.expect('welcome')).policy).toMatchObject({ isWatched: true });
  client.hold([0, 0.3]);
  const refused = await client.expect('error', (e) => e.message.startsWith('message input'));
  expect(refused).toMatchObject({ code: 'not-allowed' });
  expect(refused.message).toContain('serve --policy FILE records both');
  const { runId, episodeId } = { ...client.all('welcome')[0]!, ...client.all('status').at(-1)! };
  client.send({ type: 'feedback', feedback: reward(runId, 'ada', episodeId, 1, 1) });
  await client.expect('error', (e) => e.message.startsWith('message feedback.reward'));
  client.send({ type: 'control', id: 'c1', action: 'pause' });
  await client.expect('status', (s) => s.state === 'paused');
  expect(client.all('status').every((s) => s.controller === 'policy')).toBe(true);
  client.close();
  expect(readdirSync(folder)).toHaveLength(1);
  expect((await server.end('SIGTERM')).code).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  [
    ['--env', 'reacher'],
    ['policy: ', '(259 observations, 2 actions)', 'reacher has', 'give --env driving'],
  ],
  [
    ['--preset', 'pebble'],
    ['preset: has no effect beside --policy', 'leave one of the two out'],
  ],
  [['--min-view', '0.5', '--overlap-share', '0.5'], ['overlap-share: has no effect']],
])('[CLI-70] %j beside --policy is refused in words', async (args, words) => {
  const at = ['--port', '0', '--data', folder, '--policy', FILE];
  const { code, err } = await inProcess('learner', ...at, ...args);
  expect(code).toBe(2);
  for (const word of words) expect(err).toContain(word);
});

test('[CLI-70] what is no policy file is refused by name', async () => {
  for (const command of ['serve --policy', 'watch']) {
    const { code, err } = await inProcess(...command.split(' '), join(folder, 'none.policy'));
    expect(code).toBe(2);
    expect(err).toMatch(
      /^error: policy: .*none\.policy: cannot be read \(ENOENT\); allowed a file of reins train/,
    );
  }
  const { err } = await inProcess('watch', join(root, 'package.json'));
  expect(err).toContain('package.json: is not a policy file');
});

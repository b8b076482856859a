/** A run that `train --data` kept is a run as any other: listed, renamed, exported, served, deleted. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ServeProcess, serve } from '../server/serve-process.ts';
import { inProcess } from './in-process.ts';

let folder: string;
let data: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reins-kept-'));
  data = join(folder, 'data');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a command prints as JSON. */
async function told<T>(...args: string[]): Promise<T> {
  const { code, text, err } = await inProcess(...args, '--data', data, '--json');
  expect(code, err).toBe(0);
  return JSON.parse(text) as T;
}

const SMALL = [
  '--set',
  'learner.hidden=8,8',
  '--set',
  'learner.batchSize=16',
  '--set',
  'learner.learningStarts=30',
];
const train = (...args: string[]) =>
  told<{ run: string }>(
    'train',
    ...args,
    ...SMALL,
    '--eval-episodes',
    '1',
    '--backend',
    'wasm',
    '--out',
    join(folder, 'a.policy'),
  );

interface Listed {
  readonly id: string;
  readonly name: string | null;
  readonly feedback: number;
  readonly episodes: number;
}
const list = async () => (await told<{ runs: Listed[] }>('runs', 'list')).runs;

/** Serves with these flags, as long as `work` lasts. Returns what the server said. */
async function served(
  args: readonly string[],
  work: (url: string) => Promise<void>,
): Promise<string> {
  let server: ServeProcess | undefined;
  try {
    server = await serve(data, ['--rollouts', '0', ...args]);
    expect(server.url, server.stderr()).toBeDefined();
    await work(server.url!);
    expect((await server.end('SIGTERM')).code, server.stderr()).toBe(0);
    return server.stderr();
  } finally {
    await server?.end('SIGKILL');
  }
}

const json = async <T>(url: string) => (await (await fetch(url)).json()) as T;

test('[CLI-34] a training in a folder is listed, renamed, exported, served and deleted as a run', async () => {
  const labels = ['--set', 'reward.hidden=[8]', '--set', 'reward.members=2', '--labels', '6'];
  const { run } = await train(
    '--env',
    'reacher',
    '--teacher',
    'preference',
    '--steps',
    '120',
    ...labels,
  );
  await told('runs', 'rename', run, 'first try');
  const [first] = await list();
  expect(first).toMatchObject({ id: run, name: 'first try', feedback: 6 });
  expect(first!.episodes).toBeGreaterThanOrEqual(3); // of 50 steps

  const out = join(folder, 'export');
  const exported = await told<object>('export', '--run', run, '--out', out);
  expect(exported).toMatchObject({ run, feedback: 6, episodes: first!.episodes, missing: 0 });
  const log = readFileSync(join(out, 'feedback.jsonl'), 'utf8').trim().split('\n');
  expect(log.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual(
    Array(6).fill('preference'),
  );
  expect(readdirSync(join(out, 'episodes'))).toHaveLength(first!.episodes);

  const said = await served(['--run', 'first try'], async (url) => {
    const health = await json<{ runId: string; environmentSteps: number }>(`${url}/api/health`);
    expect(health.runId).toBe(run);
    expect(health.environmentSteps).toBeGreaterThanOrEqual(120);
    expect(await json<object[]>(`${url}/api/feedback`)).toHaveLength(6);
  });
  expect(said).toContain(`run ${run} (first try) goes on`);
  const resumed = await inProcess('train', '--data', data, '--resume', run, '--json');
  expect(resumed).toMatchObject({ code: 2, text: '' });
  expect(resumed.err).toMatch(/resume: .*serve/);

  await told('runs', 'delete', run, '--yes');
  expect(await list()).toEqual([]);
  for (const part of ['episodes', 'checkpoints']) expect(readdirSync(join(data, part))).toEqual([]);
});

const MODEL = `<mujoco><worldbody><body name="cart"><joint name="slide" type="slide" axis="1 0 0"/>
  <geom size="0.1"/></body></worldbody><actuator><motor joint="slide"/></actuator></mujoco>`;

test('[STORE-27] --run goes on with a model of one’s own from where it lay, or from where the flags say it lies now', async () => {
  const place = join(folder, 'robot');
  mkdirSync(place);
  writeFileSync(join(place, 'robot.xml'), MODEL);
  writeFileSync(join(place, 't.json'), JSON.stringify({ horizon: 20, reward: { r: 'qvel[0]' } }));
  const at = (where: string) => [
    '--mjcf',
    join(where, 'robot.xml'),
    '--task',
    join(where, 't.json'),
  ];
  const { run } = await train(
    ...at(place),
    '--preset',
    'rlpd',
    '--teacher',
    'none',
    '--steps',
    '60',
  );
  const isOn = async (url: string) =>
    expect((await json<{ runId: string }>(`${url}/api/health`)).runId).toBe(run);
  await served(['--run', run], isOn);
  const moved = join(folder, 'elsewhere');
  renameSync(place, moved);
  const gone = await serve(data, ['--run', run]);
  expect(await gone.ended).toBe(2);
  expect(gone.stderr()).toMatch(/^error: mjcf: .*robot\.xml, which .* is gone; .*--mjcf.*\n$/);
  await served(['--run', run, ...at(moved)], isOn);
});

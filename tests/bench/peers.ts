/**
 * SAC and PPO beside Stable-Baselines3, alternating in one run: medians and ratios, which hold on any machine.
 * `node --import tsx tests/bench/peers.ts [--rounds 3] [--seconds 6] [--steps 20480] [--python python3]`
 *
 * Of SAC updates are counted. Of PPO environment steps are, end to end: ours through `train` in half-cheetah with its
 * physics, the peer's in an environment that does nothing.
 *
 * Installs the peer into an environment of its own (node_modules/.cache/reins-peers; torch takes some gigabytes).
 * Another that has it already is used with `--python PATH`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BackendName } from '../../agent/backend/backend.ts';
import { ppoSteps } from '../../experiments/bench/feedback/speed.ts';
import { root } from '../setup/sources.ts';

const PEER = ['stable-baselines3==2.9.2', 'torch==2.13.0'];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
    steps: { type: 'string', default: '20480' },
    python: { type: 'string' },
  },
});
const { seconds } = values;

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr.trim().slice(-400)}`);
  return stdout;
}

function peerPython(): string {
  if (values.python) return values.python;
  const folder = join(root, 'node_modules/.cache/reins-peers');
  const python = join(folder, 'bin/python');
  const has =
    existsSync(python) && spawnSync(python, ['-c', 'import stable_baselines3']).status === 0;
  if (has) return python;
  console.error('Installing Stable-Baselines3 …');
  run('python3', ['-m', 'venv', folder]);
  run(python, ['-m', 'pip', 'install', '--quiet', ...PEER]);
  return python;
}

interface Result {
  readonly updatesPerSecond: number;
  readonly stepsPerSecond: number;
  readonly versions: string;
}

const python = peerPython();
let versions = '';
function peer(...args: string[]): Result {
  const script = join(root, 'tests/bench/peers.py');
  const result = JSON.parse(run(python, [script, '--threads', '2', ...args])) as Result;
  if (versions === '') console.log((versions = result.versions));
  return result;
}
function ours(backend: string, threads: number, hidden: string): number {
  const sizes = ['--hidden', hidden, '--batch', '256', '--seconds', seconds];
  const how = ['--backend', backend, '--threads', `${threads}`];
  const command = ['bin/reins.mjs', 'bench', 'learner', '--learner', 'sac'];
  const printed = run(process.execPath, [...command, ...sizes, ...how, '--json']);
  return (JSON.parse(printed) as Result).updatesPerSecond;
}
const ppo = (backend: BackendName) =>
  ppoSteps({ steps: Number(values.steps), clock: () => performance.now() }, backend);

/** The peer first; what each measures per second. */
type Contest = Readonly<Record<string, () => number | Promise<number>>>;
const sac = (hidden: string): Contest => ({
  'Stable-Baselines3, 2 threads': () =>
    peer('--hidden', hidden, '--seconds', seconds).updatesPerSecond,
  'reins onnx, 1 thread': () => ours('onnx', 1, hidden),
  'reins onnx, 2 threads': () => ours('onnx', 2, hidden),
  'reins wasm': () => ours('wasm', 1, hidden),
});
const contests: Readonly<Record<string, Contest>> = {
  'SAC 256 × 256, batch 256: updates/s': sac('256,256'),
  'SAC 64 × 64, batch 256: updates/s': sac('64,64'),
  'PPO 64 × 64, 2,048 steps a round, 10 epochs, minibatch 256: steps/s': {
    'Stable-Baselines3, 2 threads': () =>
      peer('--algorithm', 'ppo', '--steps', values.steps).stepsPerSecond,
    'reins onnx, half-cheetah': () => ppo('onnx'),
    'reins wasm, half-cheetah': () => ppo('wasm'),
  },
};

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

for (const [title, contest] of Object.entries(contests)) {
  const rates = new Map<string, number[]>(Object.keys(contest).map((name) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round++)
    for (const [name, measure] of Object.entries(contest)) rates.get(name)!.push(await measure());
  console.log(title);
  const base = median([...rates.values()][0]!);
  for (const [name, all] of rates) {
    const range = `${Math.min(...all).toFixed(0)}–${Math.max(...all).toFixed(0)}`;
    const middle = median(all);
    console.log(`  ${name}: ${middle.toFixed(1)} (${range}), ${(middle / base).toFixed(2)} ×`);
  }
}

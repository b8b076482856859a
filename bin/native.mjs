#!/usr/bin/env node
/**
 * `npm run native`: TensorFlow's native backend where its download host is blocked. Compiles the
 * addon from npm's own source of @tensorflow/tfjs-node against the TensorFlow library inside the
 * official `tensorflow-cpu` Python wheel, when `pip` can fetch one. About two minutes and 1 GB.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { optionalDependencies } = createRequire(import.meta.url)('../package.json');
const version = optionalDependencies['@tensorflow/tfjs-node'];
const addon = join(root, 'node_modules/@tensorflow/tfjs-node');
const deps = join(addon, 'deps');
const work = join(root, 'node_modules/.cache/reins-native');

function giveUp(reason) {
  console.error(`native TensorFlow is not available here: ${reason}; Reins runs on wasm instead.`);
  process.exit(1);
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`;
  return { ok: result.status === 0, last: output.trim().split('\n').at(-1) ?? '' };
}

function step(title, command, args, options) {
  console.error(`${title} …`);
  const result = run(command, args, options);
  if (!result.ok) giveUp(`${title.toLowerCase()} failed (${result.last.slice(0, 200)})`);
}

if (process.platform !== 'linux')
  giveUp(
    'this build is for Linux; elsewhere: npm rebuild @tensorflow/tfjs-node --ignore-scripts=false',
  );
for (const tool of ['pip', 'unzip', 'g++', 'make']) {
  if (!run(tool, ['--version']).ok && !run(tool, ['-v']).ok) giveUp(`${tool} is not installed`);
}

mkdirSync(work, { recursive: true });
const wheel = () => readdirSync(work).find((name) => /^tensorflow_cpu-.*\.whl$/.test(name));
if (!wheel()) {
  step('Fetching the tensorflow-cpu wheel', 'pip', [
    'download',
    'tensorflow-cpu',
    '--no-deps',
    '--disable-pip-version-check', // its notice would be the last line, instead of the reason
    '-d',
    work,
  ]);
}
if (!existsSync(join(addon, 'binding.gyp'))) {
  step('Fetching the addon source', 'npm', [
    'install',
    '--no-save',
    '--ignore-scripts',
    `@tensorflow/tfjs-node@${version}`,
  ]);
}

rmSync(deps, { recursive: true, force: true });
mkdirSync(deps, { recursive: true });
step('Unpacking the library', 'unzip', [
  '-q',
  '-o',
  join(work, wheel()),
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/*',
  '-d',
  deps,
]);
const lib = join(deps, 'lib');
mkdirSync(lib);
for (const [link, file] of [
  ['libtensorflow.so', 'libtensorflow_cc.so.2'],
  ['libtensorflow_cc.so.2', 'libtensorflow_cc.so.2'],
  ['libtensorflow_framework.so', 'libtensorflow_framework.so.2'],
  ['libtensorflow_framework.so.2', 'libtensorflow_framework.so.2'],
]) {
  symlinkSync(join('../tensorflow', file), join(lib, link));
}
symlinkSync('tensorflow/include', join(deps, 'include'));

const npmRoot = spawnSync('npm', ['root', '-g'], { encoding: 'utf8' }).stdout.trim();
const gyp = join(npmRoot, 'npm/node_modules/node-gyp/bin/node-gyp.js');
if (!existsSync(gyp)) giveUp('npm does not bring node-gyp');
const headers = dirname(dirname(process.execPath));
const output = join(addon, 'lib/napi-v8');
step(
  'Compiling the addon',
  process.execPath,
  [
    gyp,
    'rebuild',
    '--napi_version=9',
    '--napi_build_version=8',
    '--node_napi_label=napi-v8',
    '--module_name=tfjs_binding',
    `--module_path=${output}`,
    `--module=${output}/tfjs_binding.node`,
    ...(existsSync(join(headers, 'include/node/node.h')) ? [`--nodedir=${headers}`] : []),
  ],
  { cwd: addon },
);

const check = run(process.execPath, [
  '-e',
  "const tf = require('@tensorflow/tfjs-node'); tf.matMul([[2]], [[3]]).dataSync()[0] === 6 || process.exit(1)",
]);
if (!check.ok) giveUp(`the compiled addon does not load (${check.last.slice(0, 200)})`);
console.error(`Native TensorFlow is ready; \`npx reins doctor\` shows it.`);

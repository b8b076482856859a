/**
 * TypeScript to JavaScript, once per process or thread: a module with all that it imports. tsx would stay
 * beside each of them, as a thread with a heap of its own and with the source maps of everything.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { threadId } from 'node:worker_threads';
import { prune, touch } from './prune.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Below node_modules, so that packages are found from there. */
const folder = join(root, 'node_modules/.cache/reins');

/** What decides besides the modules themselves. */
const SETTINGS = ['package.json', 'tsconfig.json', 'server/threads/compile.mjs'];

/** A module's own address, wherever its code went. */
const ownAddress = {
  name: 'own-address',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)));
      return { contents, loader: 'ts' };
    });
  },
};

/** Names are hashes of contents: what is there is right, also where several processes start at once. True: it is new. */
function write({ path, contents }) {
  if (existsSync(path)) {
    touch(path);
    return false;
  }
  replace(path, contents);
  return true;
}

function replace(path, contents) {
  const temporary = `${path}.${process.pid}-${threadId}.tmp`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

/** Where it is noted what a module was compiled from, and to what. */
function noteOf(path) {
  const name = createHash('sha256').update(path).digest('hex').slice(0, 16);
  return join(folder, `note-${name}.json`);
}

/** Changes whenever a file is written, be it with the same size and time. */
function stampOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && `${stat.mtimeMs} ${stat.ctimeMs} ${stat.size}`;
}

/** What a module was compiled to, unless a file that it is made of changed since. */
function known(path) {
  try {
    const { inputs, outputs, entry } = JSON.parse(readFileSync(noteOf(path), 'utf8'));
    const isNew = inputs.every(([input, stamp]) => stampOf(input) === stamp);
    if (!isNew || !outputs.every(existsSync)) return undefined;
    for (const output of outputs) touch(output);
    return entry;
  } catch {
    return undefined; // none yet
  }
}

async function bundle(path) {
  const { build, stop } = await import('esbuild'); // takes a while, and mostly is not needed
  const began = Date.now();
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [path],
    bundle: true,
    splitting: true, // what is imported on demand stays so
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    entryNames: 'entry-[name]-[hash]',
    chunkNames: '[name]-[hash]',
    sourcemap: 'linked', // read with --enable-source-maps alone
    metafile: true,
    write: false,
    logLevel: 'silent',
    plugins: [ownAddress],
  }).finally(stop);
  mkdirSync(folder, { recursive: true });
  const isNew = outputFiles.filter(write).length > 0;
  const outputs = outputFiles.map((file) => file.path);
  const entry = outputs.find((name) => /[\\/]entry-[^\\/]*\.mjs$/.test(name));
  const inputs = [...SETTINGS, ...Object.keys(metafile.inputs)].map((name) => join(root, name));
  // One that changed meanwhile may have been read before.
  if (inputs.every((input) => statSync(input).ctimeMs < began)) {
    const note = { inputs: inputs.map((input) => [input, stampOf(input)]), outputs, entry };
    replace(noteOf(path), JSON.stringify(note));
  }
  if (isNew) prune(folder);
  return entry;
}

/**
 * @param {string} module file URL of a TypeScript module
 * @returns {Promise<string>} file URL to import
 */
export async function compile(module) {
  try {
    const path = fileURLToPath(module);
    return pathToFileURL(known(path) ?? (await bundle(path))).href;
  } catch (error) {
    // Installed where this user may not write.
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
    const { register } = await import('tsx/esm/api');
    register();
    return module;
  }
}

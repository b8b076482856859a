/**
 * TypeScript to JavaScript, once per process or thread: a module with all that it imports. tsx would stay
 * beside each of them, as a thread with a heap of its own and with the source maps of everything.
 */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { threadId } from 'node:worker_threads';
import { build, stop } from 'esbuild';
import { prune, touch } from './prune.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Below node_modules, so that packages are found from there. */
const folder = join(root, 'node_modules/.cache/reins');

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
  const temporary = `${path}.${process.pid}-${threadId}.tmp`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
  return true;
}

async function bundle(path) {
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
  if (outputFiles.filter(write).length > 0) prune(folder);
  const outputs = Object.keys(metafile.outputs);
  return join(
    root,
    outputs.find((name) => /[\\/]entry-.*\.mjs$/.test(name)),
  );
}

/**
 * @param {string} module file URL of a TypeScript module
 * @returns {Promise<string>} file URL to import
 */
export async function compile(module) {
  try {
    return pathToFileURL(await bundle(fileURLToPath(module))).href;
  } catch (error) {
    // Installed where this user may not write.
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
    const { register } = await import('tsx/esm/api');
    register();
    return module;
  }
}

/** Modules that users bring, of JavaScript or TypeScript: a task, an experiment. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export function isModule(path: string): boolean {
  return /\.[cm]?[tj]s$/.test(path);
}

/**
 * What the module at `path` exports by default; tsx takes TypeScript from any folder, whatever its package.json
 * says, and in threads too, which run compiled code. @throws RangeError saying why it cannot be loaded
 */
export async function importModule(path: string): Promise<unknown> {
  const { tsImport } = await import('tsx/esm/api');
  try {
    const address = pathToFileURL(resolve(path)).href;
    const module: { default?: unknown } = await tsImport(address, import.meta.url);
    const { default: value } = module;
    // A folder without `"type": "module"` makes CommonJS of it, with the export within.
    const isWrapped = typeof value === 'object' && value !== null && '__esModule' in value;
    return isWrapped ? (value as { default?: unknown }).default : value;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new RangeError(`cannot be loaded: ${text.split('\n')[0]}`);
  }
}

/**
 * Absolute paths of the module and of all that it imports, of this user's files: no packages.
 * @throws RangeError naming the import that is not there
 */
export async function filesOfModule(path: string): Promise<string[]> {
  const { build, stop } = await import('esbuild');
  try {
    const { metafile } = await build({
      entryPoints: [resolve(path)],
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      metafile: true,
      write: false,
      logLevel: 'silent',
    });
    return Object.keys(metafile.inputs).map((name) => resolve(name));
  } catch (error) {
    const [first] = (error as { errors?: readonly { text: string }[] }).errors ?? [];
    throw new RangeError(`cannot be loaded: ${first?.text ?? (error as Error).message}`);
  } finally {
    await stop();
  }
}

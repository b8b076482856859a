import { realpath } from 'node:fs/promises';
import { basename, dirname, join, parse, relative, resolve, sep } from 'node:path';
import type { ModelFile } from '../engine/physics.ts';

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

async function folderOf(field: string, path: string): Promise<string> {
  return realpath(path).catch(() => {
    throw new RangeError(`${field}: folder "${path}" does not exist`);
  });
}

/**
 * The folder a model may read: the one given, else the current directory when the model lies in it,
 * else the model's own.
 */
async function rootOf(folder: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return folderOf('mjcfRoot', given);
  const here = await realpath('.');
  return isBelow(folder, here) && here !== parse(here).root ? here : folder;
}

/**
 * Where a model lies and what it may read.
 * @throws RangeError when its folder or the root does not exist, or the model lies outside the root.
 */
export async function findModel(path: string, mjcfRoot?: string): Promise<ModelFile> {
  const full = resolve(path);
  const folder = await folderOf('mjcf', dirname(full));
  const root = await rootOf(folder, mjcfRoot);
  if (root === parse(root).root)
    throw new RangeError(`mjcfRoot: is "${root}", allowed folders below it`);
  if (!isBelow(folder, root))
    throw new RangeError(`mjcfRoot: is "${mjcfRoot}", allowed folders that "${path}" lies in`);
  return { path: join(folder, basename(full)), root };
}

/** A file of a model as errors name it: relative to the model's folder. */
export function shortName({ path }: ModelFile, file: string): string {
  return relative(dirname(path), file).replaceAll(sep, '/');
}

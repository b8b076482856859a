/** Experiment files: JSON or a module with a default export, `extends` others. */
import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { importModule, isModule } from '../sim/user-module.ts';
import { UsageError } from './errors.ts';

type Values = Record<string, unknown>;

export interface Experiment {
  /** Of all that the file extends, the file, and the changes; later ones win. Unchecked. */
  readonly values: Readonly<Values>;
  /** The file that gave the value at these keys, or what lies around it; undefined: the changes did, or nothing. */
  fileOf(path: readonly string[]): string | undefined;
}

/**
 * `extends` names a file, or a list of them whose later ones win, relative to the file that says so.
 * Objects are merged key by key, everything else is replaced; `changes` come last.
 * @throws UsageError for a file that cannot be read, is no object, or extends itself.
 */
export async function readExperiment(path: string, changes: Values): Promise<Experiment> {
  const values: Values = Object.create(null);
  const origins = new Map<string, string | undefined>();
  await take(resolve(path), []);
  merge(values, changes, undefined, []);
  return {
    values,
    fileOf(keys) {
      for (let n = keys.length; n > 0; n--) {
        const key = JSON.stringify(keys.slice(0, n));
        if (origins.has(key)) return origins.get(key);
      }
      return undefined;
    },
  };

  async function take(file: string, chain: readonly string[]): Promise<void> {
    const here = [...chain, file];
    if (chain.includes(file))
      throw new UsageError(`config: extends itself: ${here.map(shown).join(' → ')}`);
    const { extends: bases, ...own } = await load(file);
    for (const base of basesOf(bases, file)) await take(resolve(dirname(file), base), here);
    merge(values, own, shown(file), []);
  }

  function merge(
    into: Values,
    from: Values,
    file: string | undefined,
    path: readonly string[],
  ): void {
    for (const [key, value] of Object.entries(from)) {
      const keys = [...path, key];
      origins.set(JSON.stringify(keys), file);
      if (!isObject(value)) {
        into[key] = value;
        continue;
      }
      const known = into[key];
      const inner: Values = isObject(known) ? known : Object.create(null);
      into[key] = inner;
      merge(inner, value, file, keys);
    }
  }
}

function shown(file: string): string {
  return relative('.', file);
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function basesOf(given: unknown, file: string): readonly string[] {
  const bases = given === undefined ? [] : Array.isArray(given) ? given : [given];
  if (bases.every((base) => typeof base === 'string' && base !== '')) return bases as string[];
  throw new UsageError(
    `${shown(file)}: extends: is ${JSON.stringify(given)}, allowed the path of a file, or a list of them`,
  );
}

async function load(file: string): Promise<Values> {
  const value = isModule(file) ? await loadModule(file) : await loadJson(file);
  if (isObject(value)) return value;
  throw new UsageError(`${shown(file)}: is ${JSON.stringify(value)}, allowed an object`);
}

async function loadJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(
      `config: file "${shown(file)}" cannot be read, allowed a .json, .ts or .js file`,
    );
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${shown(file)}: ${(error as Error).message}`);
  }
}

function loadModule(file: string): Promise<unknown> {
  return importModule(file).catch((error: Error) => {
    throw new UsageError(`${shown(file)}: ${error.message}`);
  });
}

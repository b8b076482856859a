import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';

const threads = new URL('../../../server/threads/', import.meta.url);
const { compile } = (await import(new URL('compile.mjs', threads).href)) as {
  compile(module: string): Promise<string>;
};
const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url).href;

/** Files that are loaded with `entry`, by what they import at once. */
function loadedWith(entry: string): Map<string, string> {
  const files = new Map([[entry, '']]);
  for (const file of files.keys()) {
    const text = readFileSync(new URL(file), 'utf8');
    files.set(file, text);
    for (const [, target] of text.matchAll(/^(?:import|export)\b[^;]*?"(\.[^"]+)";$/gm))
      files.set(new URL(target!, file).href, files.get(new URL(target!, file).href) ?? '');
  }
  return files;
}

describe('compiled threads', () => {
  it('[MEM-7] a module knows its own address, and the same source is the same file', async () => {
    const file = await compile(fixture('address-thread.ts'));
    expect(await compile(fixture('address-thread.ts'))).toBe(file);
    const worker = new Worker(new URL('worker-boot.mjs', threads), {
      workerData: { module: fixture('address-thread.ts'), memory: new Float64Array(2) },
    });
    const told = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    expect(told).toEqual({
      url: fixture('address-thread.ts'),
      isMapped: false,
    });
  });

  it('[MEM-7] physics is loaded on demand: not with driving', async () => {
    const file = await compile(new URL('../actors/live.ts', threads).href);
    const text = [...loadedWith(file).values()].join('\n');
    expect(text).toContain('from "zod"');
    expect(text).not.toContain('from "@mujoco');
    expect(text).toMatch(/import\("@mujoco\/mujoco"\)/);
  });

  it('[MEM-13] what has not changed is not compiled again; what has is, with the same size and time as well', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reins-compile-'));
    const part = join(folder, 'part.ts');
    const path = join(folder, 'whole.ts');
    writeFileSync(part, 'export const value: number = 1;\n');
    writeFileSync(path, "export { value } from './part.ts';\n");
    const compiled = async () =>
      ((await import(await compile(pathToFileURL(path).href))) as { value: number }).value;
    // A file that was written in the same moment is not relied on: compiled until one build lies behind all.
    await vi.waitUntil(async () => (await compiled()) === 1 && notes().length > 0, {
      timeout: 60_000,
    });
    function notes() {
      const cache = new URL('../../../node_modules/.cache/reins/', import.meta.url);
      return readdirSync(cache)
        .filter((name) => name.startsWith('note-'))
        .map((name) => readFileSync(new URL(name, cache), 'utf8'))
        .filter((text) => text.includes(part));
    }
    const [note] = notes();
    expect(await compiled()).toBe(1);
    expect(notes()).toEqual([note]);
    const { atime, mtime } = statSync(part);
    writeFileSync(part, 'export const value: number = 2;\n');
    utimesSync(part, atime, mtime);
    expect(await compiled()).toBe(2);
    rmSync(folder, { recursive: true });
  });

  it('[MEM-7] source that does not parse is named with its file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reins-compile-'));
    const path = join(folder, 'broken.ts');
    writeFileSync(path, 'const = ;\n');
    await expect(compile(pathToFileURL(path).href)).rejects.toThrow(/broken\.ts/);
    rmSync(folder, { recursive: true });
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsOf, root, type SourceFile, sourceFiles, topFolder } from './setup/sources.ts';

const FOLDERS = ['sim', 'agent', 'server', 'trainer-ui'] as const;
interface LockEntry {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const files = sourceFiles(...FOLDERS);
const product = new Set<string>([...FOLDERS, 'tests']);
const CONTRACT_FILES = ['sim/contract.ts', 'sim/spaces.ts', 'sim/random.ts', 'sim/time-step.ts'];

/** `file -> import` for every import between the repository's files that `allowed` refuses. */
function violations(
  from: (file: SourceFile) => boolean,
  allowed: (target: string, typeOnly: boolean, file: SourceFile) => boolean,
): string[] {
  return files.filter(from).flatMap((file) =>
    file.imports
      .filter((i) => i.specifier.startsWith('.') && product.has(topFolder(i.target)))
      .filter((i) => !allowed(i.target, i.typeOnly, file))
      .map((i) => `${file.path} -> ${i.target}`),
  );
}

const inside = (folder: string) => (file: SourceFile) => file.path.startsWith(`${folder}/`);

describe('imports go one way', () => {
  test('[ARCH-1] the reader of imports sees every form', () => {
    const text = `
      import { a } from '../sim/a.ts';
      import type { B } from '../sim/b.ts';
      import './c.ts';
      export * from './d.ts';
      import d, {
        type E,
      } from '@scope/pack/deep';
      // import 'commented';
      const f = await import('./f.ts');
      const g = require('g');
    `;
    const seen = importsOf('agent/x.ts', text).map(
      (i) => `${i.target}${i.typeOnly ? ' type' : ''}`,
    );
    expect(seen).toEqual([
      'sim/a.ts',
      'sim/b.ts type',
      'agent/c.ts',
      'agent/d.ts',
      '@scope/pack',
      'agent/f.ts',
      'g',
    ]);
  });

  test('[ARCH-1] sim imports nothing of the other folders', () => {
    expect(files.filter(inside('sim')).length).toBeGreaterThan(5);
    expect(violations(inside('sim'), (target) => target.startsWith('sim/'))).toEqual([]);
  });

  test('[ARCH-1] agent knows the environment contract and nothing of server or page', () => {
    const allowed = (target: string) =>
      target.startsWith('agent/') || CONTRACT_FILES.includes(target);
    expect(violations(inside('agent'), allowed)).toEqual([]);
  });

  test('[ARCH-1] the protocol is a leaf: of sim and agent it takes types only', () => {
    const allowed = (target: string, typeOnly: boolean) =>
      target.startsWith('server/protocol/') ||
      (typeOnly && (target === 'sim/contract.ts' || target === 'agent/contract.ts'));
    expect(violations(inside('server/protocol'), allowed)).toEqual([]);
  });

  test('[ARCH-1] server composes sim and agent', () => {
    const allowed = (target: string) => ['server', 'sim', 'agent'].includes(topFolder(target));
    expect(violations(inside('server'), allowed)).toEqual([]);
  });

  test('[ARCH-1] the page knows the protocol and nothing else', () => {
    const allowed = (target: string) =>
      target.startsWith('trainer-ui/') || target.startsWith('server/protocol/');
    expect(violations(inside('trainer-ui'), allowed)).toEqual([]);
  });
});

describe('heavy libraries have one door', () => {
  const importers = (prefix: string, withTypes: boolean) =>
    files
      .filter((f) =>
        f.imports.some((i) => i.target.startsWith(prefix) && (withTypes || !i.typeOnly)),
      )
      .map((f) => f.path);

  test('[ARCH-2] only agent/backend.ts imports TensorFlow.js', () => {
    expect(importers('@tensorflow/', true)).toEqual(['agent/backend.ts']);
  });

  test('[ARCH-3] only one file of sim/robotics imports MuJoCo', () => {
    const found = importers('@mujoco/', true);
    expect(found.length).toBeLessThanOrEqual(1);
    for (const path of found) expect(path).toMatch(/^sim\/robotics\//);
  });
});

describe('rules of the house', () => {
  test('[ARCH-4] no file is longer than 400 lines', () => {
    const all = [...files, ...sourceFiles('tests', 'bin')];
    expect(all.filter((f) => f.lines > 400).map((f) => `${f.path}: ${f.lines}`)).toEqual([]);
  });

  test('[ARCH-5] sim and agent take time and randomness as arguments', () => {
    const forbidden = /\b(?:Math\.random|Date\.now|performance\.now)\s*\(|\bnew Date\(\s*\)/;
    const strip = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    const bad = files
      .filter((f) => inside('sim')(f) || inside('agent')(f))
      .filter((f) => forbidden.test(strip(f.text)));
    expect(bad.map((f) => f.path)).toEqual([]);
  });

  test('[ARCH-6] the lock file names no registry host and is complete', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, LockEntry>;
    };
    const entries = Object.entries(lock.packages).filter(([path]) => path !== '');
    expect(entries.length).toBeGreaterThan(100);
    expect(entries.filter(([, entry]) => entry.resolved).map(([path]) => path)).toEqual([]);
    // Binaries of other platforms may lack a hash: not every registry has them to take it from.
    const unverified = entries.filter(([, e]) => !e.integrity && !(e.optional && e.os));
    expect(unverified.map(([path]) => path)).toEqual([]);
    // `npm ci` refuses a lock file that lacks the binaries of other platforms.
    const missing = entries.flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {})
        .filter((name) => !lock.packages[`node_modules/${name}`])
        .filter((name) => !lock.packages[`${path}/node_modules/${name}`]),
    );
    expect(missing).toEqual([]);
  });
});

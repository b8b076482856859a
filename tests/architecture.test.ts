import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Import,
  importCircles,
  importsOf,
  root,
  sourceFiles,
  topFolder,
} from './setup/sources.ts';
import { citedIds, overlongLines, specIds } from './setup/spec.ts';

const FOLDERS = ['sim', 'agent', 'experiments', 'server', 'cli', 'trainer-ui'] as const;
const DRIVING = ['frame', 'vehicle', 'traffic', 'map'].map((part) => `sim/driving/${part}`);
const SIM = [
  'sim/contract.ts',
  'sim/spaces.ts',
  'sim/random.ts',
  'sim/time-step.ts',
  'sim/config.ts',
  'sim/memory.ts',
];
/**
 * Each layer and what its files may import besides each other, from the bottom up. `types:` allows type-only
 * imports. A file belongs to the layer with the longest prefix of its path.
 */
const LAYERS: readonly (readonly [layer: string, allowed: readonly string[]])[] = [
  // Driving tasks share parts and know nothing of each other.
  ...DRIVING.map((part): readonly [string, readonly string[]] => [part, [...SIM, ...DRIVING]]),
  ['sim/driving/road', [...SIM, ...DRIVING]],
  ['sim/driving/parking', [...SIM, ...DRIVING]],
  ['sim/driving/racetrack', [...SIM, ...DRIVING]],
  ['sim', ['sim']],
  ['agent', SIM],
  [
    'server/protocol',
    [
      'types:sim/contract.ts',
      'types:agent/contract.ts',
      'types:agent/activation/contract.ts',
      'types:agent/metrics.ts',
      'types:agent/queries/config.ts',
    ],
  ],
  ['server/threads', []],
  ['server/forms', ['agent', 'sim', 'server/threads']],
  [
    'server/trainings',
    [
      'server/protocol',
      'types:server/forms/contract.ts',
      'server/forms/settings.ts',
      'server/storage',
    ],
  ],
  ['server/storage', ['agent', 'sim', 'server/protocol', 'server/threads']],
  [
    'server/open-runs',
    [
      'sim',
      'server/protocol',
      'types:server/forms/contract.ts',
      'server/forms/settings.ts',
      'server/storage',
      'server/threads',
    ],
  ],
  ['server/people', ['server/protocol', 'server/storage']],
  ['server/campaigns', ['agent', 'server/protocol', 'server/storage']],
  ['server/events', ['server/storage']],
  ['server/actors', ['agent', 'sim', 'server/protocol', 'server/threads']],
  [
    'server/nats',
    ['agent', 'sim', 'server/protocol', 'server/threads', 'server/storage', 'server/actors'],
  ],
  ['server/learner', ['agent', 'sim', 'server/protocol', 'server/threads', 'server/storage']],
  [
    'server/contract.ts',
    ['agent', 'server/protocol', 'server/threads', 'server/storage', 'server/actors'],
  ],
  [
    'server/run',
    [
      'agent',
      'sim',
      'server/protocol',
      'server/threads',
      'server/storage',
      'server/actors',
      'server/learner',
      'server/campaigns',
      'server/contract.ts',
    ],
  ],
  ['server/datasets', ['server/protocol', 'server/storage', 'server/run', 'server/campaigns']],
  ['server/kpis', ['agent', 'sim', 'server/protocol', 'server/storage', 'server/run']],
  [
    'server/connection',
    [
      'agent',
      'server/protocol',
      'server/threads',
      'server/storage',
      'server/people',
      'server/campaigns',
      'server/datasets',
      'server/events',
      'server/kpis',
      'types:server/forms/contract.ts',
      'server/trainings/contract.ts',
      'server/open-runs/contract.ts',
      'server/contract.ts',
      'server/run',
    ],
  ],
  ['server/gateway', ['server/threads', 'server/nats', 'server/connection']],
  ['server/closes.ts', []],
  ['server/serve-options.ts', ['sim', 'server']],
  ['server/served-run.ts', ['server']],
  ['server/serve.ts', ['sim', 'server']],
  // Of the server only what is no server: worker threads, and what keeps runs.
  ['experiments', ['agent', 'sim', 'server/threads', 'server/storage']],
  ['cli', ['experiments', 'server', 'agent', 'sim']],
  // Of the page: what has no React, and what draws.
  ['trainer-ui/core', ['server/protocol']],
  ['trainer-ui/scene', ['server/protocol', 'trainer-ui/core']],
  ['trainer-ui', ['server/protocol', 'trainer-ui']],
];

/** Texts of the tests that `npm run test:python` runs. */
function pythonTests(): string[] {
  const folder = join(root, 'python/tests');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const tests = files.filter((file) => file.endsWith('.py'));
  return tests.map((file) => readFileSync(join(folder, file), 'utf8'));
}

/** A path is below a prefix when it is that file or lies in that folder. */
const below = (path: string, prefix: string) => path === prefix || path.startsWith(`${prefix}/`);

function layerOf(path: string): string | undefined {
  const found = LAYERS.map(([layer]) => layer).filter((layer) => below(path, layer));
  return found.sort((a, b) => b.length - a.length)[0];
}

function mayImport(
  layer: string,
  allowed: readonly string[],
  { target, typeOnly }: Import,
): boolean {
  if (layerOf(target) === layer) return true;
  return allowed.some((entry) => {
    const isTypes = entry.startsWith('types:');
    return (typeOnly || !isTypes) && below(target, isTypes ? entry.slice('types:'.length) : entry);
  });
}

interface LockEntry {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const files = sourceFiles(...FOLDERS);
const product = new Set<string>([...FOLDERS, 'tests']);

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

  test.each(LAYERS.map(([layer]) => layer))(
    '[ARCH-1] %s imports only what lies below it',
    (layer) => {
      const allowed = LAYERS.find(([name]) => name === layer)![1];
      const own = files.filter((file) => layerOf(file.path) === layer);
      expect(own.length).toBeGreaterThan(0);
      const wrong = own.flatMap((file) =>
        file.imports
          .filter((i) => i.specifier.startsWith('.') && product.has(topFolder(i.target)))
          .filter((i) => !mayImport(layer, allowed, i))
          .map((i) => `${file.path} -> ${i.target}`),
      );
      expect(wrong).toEqual([]);
    },
  );

  test('[ARCH-1] every file belongs to a layer', () => {
    expect(files.filter((file) => !layerOf(file.path)).map((file) => file.path)).toEqual([]);
  });

  test('[ARCH-1] no import circle, type-only imports included', () => {
    expect(importCircles(files)).toEqual([]);
  });
});

describe('heavy libraries have one door', () => {
  const importers = (prefix: string, withTypes: boolean) =>
    files
      .filter((f) =>
        f.imports.some((i) => i.target.startsWith(prefix) && (withTypes || !i.typeOnly)),
      )
      .map((f) => f.path);

  test('[ARCH-2] only agent/backend/backend.ts imports TensorFlow.js', () => {
    expect(importers('@tensorflow/', true)).toEqual(['agent/backend/backend.ts']);
  });

  test('[ARCH-2] only agent/backend/onnx-engine.ts imports onnxruntime-node', () => {
    expect(importers('onnxruntime', true)).toEqual(['agent/backend/onnx-engine.ts']);
  });

  test('[ARCH-2] only server/nats imports the client of NATS', () => {
    for (const path of importers('@nats-io/', true)) expect(path).toMatch(/^server\/nats\//);
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
      .filter((f) => ['sim', 'agent'].includes(topFolder(f.path)))
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

  test('[ARCH-7] docs/SPEC.md and the names of the tests agree on the behaviours', () => {
    const spec = readFileSync(join(root, 'docs/SPEC.md'), 'utf8');
    const behaviours = specIds(spec);
    const cited = citedIds([...sourceFiles('tests').map((file) => file.text), ...pythonTests()]);
    expect(behaviours.filter((id, i) => behaviours.indexOf(id) !== i)).toEqual([]);
    expect(behaviours.filter((id) => !cited.has(id))).toEqual([]);
    expect([...cited].filter((id) => !behaviours.includes(id))).toEqual([]);
    expect(overlongLines(spec)).toEqual([]);
  });

  test('[ARCH-7] docs/people.md says of other platforms what a test shows', () => {
    const [, table = ''] = readFileSync(join(root, 'docs/people.md'), 'utf8').split(
      '## Beside other platforms',
    );
    const named = table.match(/\b[A-Z]+-\d{1,2}\b/g) ?? [];
    const behaviours = specIds(readFileSync(join(root, 'docs/SPEC.md'), 'utf8'));
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((id) => !behaviours.includes(id))).toEqual([]);
  });
});

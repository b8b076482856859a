import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { satisfies } from 'semver';
import { describe, expect, test } from 'vitest';
import { root } from './setup/sources.ts';

interface Installed {
  readonly engines?: { readonly node?: string };
  readonly hasInstallScript?: boolean;
}

interface Manifest {
  readonly engines: { readonly node: string };
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), 'utf8'));
const manifest = read('package.json') as Manifest;
const { packages } = read('package-lock.json') as { packages: Record<string, Installed> };
const installed = Object.entries(packages).filter(([path]) => path !== '');
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 13);

describe('npm ci asks for nothing', () => {
  test.each(['20.19.0', '22.13.0', '24.0.0', '26.0.0'])(
    '[SETUP-2] no package warns of its engine on Node %s',
    (version) => {
      expect(satisfies(version, manifest.engines.node)).toBe(true);
      const refused = installed.filter(
        ([, { engines }]) => engines?.node && !satisfies(version, engines.node),
      );
      expect(refused.map(([path, { engines }]) => `${path}: ${engines?.node}`)).toEqual([]);
    },
  );

  // npm 11 warns of a script that nobody decided on, npm 12 does not run it.
  test('[SETUP-2] each install script is decided on, and no decision is left over', () => {
    const withScript = installed.filter(([, entry]) => entry.hasInstallScript);
    const names = new Set(withScript.map(([path]) => nameOf(path)));
    expect(Object.keys(manifest.allowScripts).sort()).toEqual([...names].sort());
  });

  // Of a lock file without addresses npm 12 cannot tell versions, and grants nothing to `name@1.2.3`.
  test('[SETUP-2] what may run scripts is named without a version', () => {
    const keys = Object.keys(manifest.allowScripts);
    expect(keys.filter((key) => key.lastIndexOf('@') > 0)).toEqual([]);
  });
});

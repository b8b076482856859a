/**
 * `npm run simd`: compiles agent/nn/simd/assembly/kernels.ts into agent/nn/simd/module.ts. The compiler takes
 * 100 MB and is needed for nothing else, so it is not installed with the rest: npx fetches the version named
 * here, whose output is the same on every machine.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moduleText } from './simd-module.ts';

const COMPILER = 'assemblyscript@0.28.20';
const FLAGS = ['-O3', '--converge', '--noAssert', '--enable', 'simd'];
const LINKING = ['--runtime', 'stub', '--importMemory'];
const folder = fileURLToPath(new URL('../agent/nn/simd/', import.meta.url));
const source = join(folder, 'assembly/kernels.ts');

const out = mkdtempSync(join(tmpdir(), 'simd-'));
try {
  const wasm = join(out, 'kernels.wasm');
  const compile = ['asc', source, '--outFile', wasm, ...FLAGS, ...LINKING];
  execFileSync('npx', ['--yes', '--package', COMPILER, ...compile], { stdio: 'inherit' });
  const text = moduleText(readFileSync(source, 'utf8'), readFileSync(wasm));
  writeFileSync(join(folder, 'module.ts'), text);
} finally {
  rmSync(out, { recursive: true });
}

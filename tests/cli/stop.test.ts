/** A real `train` that is stopped: what it learned stays, and where is said. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPolicyFile } from '../../experiments/policy-file.ts';
import { root } from '../setup/sources.ts';

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '[CLI-31] train on %s saves policy and curve, says where, and ends with %i',
  async (signal, code) => {
    const folder = mkdtempSync(join(tmpdir(), 'reins-stop-'));
    const out = join(folder, 'a.policy');
    const args = [
      'bin/reins.mjs',
      'train',
      '--env',
      'reacher',
      '--teacher',
      'none',
      '--steps',
      '100000000',
    ];
    const child = spawn(process.execPath, [...args, '--eval-episodes', '1', '--out', out], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    // The first line of progress: it is training.
    const trains = new Promise<void>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString();
        if (stderr.includes('training: ')) resolve();
      });
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    await Promise.race([trains, ended]);
    child.kill(signal);
    expect(await ended, stderr).toBe(code);
    expect(stdout).toBe('');
    expect(stderr).toContain(`the policy is in ${out}, the curve in ${out}.curve.json`);
    expect(readPolicyFile(out).environmentId).toBe('reacher');
    const { environmentSteps } = JSON.parse(readFileSync(`${out}.curve.json`, 'utf8')) as {
      environmentSteps: number;
    };
    expect(environmentSteps).toBeGreaterThan(0);
    rmSync(folder, { recursive: true });
  },
  240_000,
);

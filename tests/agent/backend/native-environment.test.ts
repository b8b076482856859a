import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepareNativeEnvironment } from '../../../agent/backend/native-environment.ts';
import { root } from '../../setup/sources.ts';

describe('environment of native TensorFlow', () => {
  it('[LEARN-87] half the cores compute, at least one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 256 }), (cores) => {
        const env: NodeJS.ProcessEnv = {};
        prepareNativeEnvironment(env, cores);
        const threads = Number(env.TF_NUM_INTRAOP_THREADS);
        expect(threads).toBeGreaterThanOrEqual(1);
        expect(threads).toBe(cores === 1 ? 1 : Math.floor(cores / 2));
      }),
    );
  });

  it("[LEARN-87] a person's own settings are kept", () => {
    const env: NodeJS.ProcessEnv = { TF_NUM_INTRAOP_THREADS: '7', TF_CPP_MIN_LOG_LEVEL: '0' };
    prepareNativeEnvironment(env, 2);
    expect(env).toEqual({ TF_NUM_INTRAOP_THREADS: '7', TF_CPP_MIN_LOG_LEVEL: '0' });
  });
});

it('[LEARN-89] a thread that ends once TensorFlow is loaded does not end the process', () => {
  const fixture = join(root, 'tests/agent/backend/fixtures/short-thread.ts');
  const { status, signal, stdout } = spawnSync(process.execPath, ['--import', 'tsx', fixture], {
    cwd: root,
    encoding: 'utf8',
  });
  expect({ status, signal }).toEqual({ status: 0, signal: null });
  expect(stdout.trim()).toMatch(/^(onnx|native|wasm)$/);
});

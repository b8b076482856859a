import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadBackend } from '../../../agent/backend/backend.ts';
import { root } from '../../setup/sources.ts';

test('[LEARN-1] onnx comes first, and says what the rest runs on', async () => {
  const backend = await loadBackend();
  expect(backend.name).toBe('onnx');
  expect(backend.graphs?.threads).toBe(1);
  expect(backend.reason).toMatch(
    /^ONNX Runtime \(onnxruntime-node\): the fastest, and it loads; version 1\.\d+\.\d+, threads: 1; what has no graph/,
  );
  const { graphs } = await loadBackend({ threads: 2 });
  expect(graphs?.threads).toBe(2);
  await expect(loadBackend({ threads: 0 })).rejects.toThrow(
    'backend.threads: is 0, allowed whole numbers from 1 to 64',
  );
});

test('[GRAPH-9] where the binary of onnxruntime does not load, TensorFlow.js computes, and doctor says why', () => {
  const without = join(root, 'tests/agent/backend/fixtures/no-onnx.cjs');
  const args = ['--require', without, 'bin/reins.mjs', 'doctor', '--json'];
  const { stdout, status } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  const { backend, backendReason } = JSON.parse(stdout) as Record<string, string>;
  expect(backend).toMatch(/^(native|wasm)$/);
  expect(backendReason).toContain(
    'onnx does not load: libonnxruntime.so.1: cannot open shared object file',
  );
});

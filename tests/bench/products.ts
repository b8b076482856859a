/**
 * What single TensorFlow.js operations cost on this machine, in microseconds (best of five):
 * `node --import tsx tests/bench/products.ts [--backend wasm|native|cpu]`
 */
import { parseArgs } from 'node:util';
import { loadBackend } from '../../agent/backend/backend.ts';
import { createRandom } from '../../sim/random.ts';

const { values } = parseArgs({ options: { backend: { type: 'string', default: 'wasm' } } });
const backend = await loadBackend({ prefer: values.backend as 'wasm' | 'native' | 'cpu' });
const { tf } = backend;
const random = createRandom(1);
const n = 256;

function micros(work: () => void): number {
  for (let i = 0; i < 20; i++) tf.tidy(work);
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    for (let i = 0; i < 40; i++) tf.tidy(work);
    best = Math.min(best, ((performance.now() - start) / 40) * 1000);
  }
  return Math.round(best);
}

const rows = [64, 256].map((h) => {
  const matrix = (r: number, c: number) =>
    tf.tensor2d(
      Float32Array.from({ length: r * c }, () => random.normal()),
      [r, c],
    );
  const x = matrix(n, h);
  const w = matrix(h, h);
  return {
    units: h,
    x·w: micros(() => void tf.matMul(x, w)),
    'xᵀ·x by the transposed kernel': micros(() => void tf.matMul(x, x, true, false)),
    'xᵀ·x, transposed first': micros(() => void tf.matMul(tf.transpose(x), x)),
    'x ⊙ x': micros(() => void tf.mul(x, x)),
    'relu(x)': micros(() => void tf.relu(x)),
  };
});
console.log(JSON.stringify({ backend: backend.name, rows }, undefined, 2));

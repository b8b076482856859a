#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0: the gradient of cumsum along any axis but the last is transposed, silently.
#
# L = sum(w * cumsum(x, axis 0)). By hand: dL/dx[i][j] = sum of w[r][j] over r >= i,
# so for w = [[1, 10], [100, 1000]] it is [[101, 1010], [100, 1000]].
# Expected: that.
# Seen:     [[101, 100], [1010, 1000]], its transpose. On a matrix that is not square the shapes give it
#           away; on a square one (a batch as large as the horizon) nothing does.
# Way out:  transpose before and after, and sum along the last axis.
# Fails (exit 1) when this changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @tensorflow/tfjs@4.22.0
cat > run.mjs <<'JS'
import * as tf from '@tensorflow/tfjs';
await tf.setBackend('cpu');
const x = tf.tensor2d([[1, 2], [3, 4]]);
const w = tf.tensor2d([[1, 10], [100, 1000]]);
const gradient = (axis) => tf.grad((v) => tf.sum(tf.mul(w, tf.cumsum(v, axis))))(x).arraySync();
/** Central differences of the same loss. */
function numeric(axis) {
  const at = (i, j, by) => {
    const values = [[1, 2], [3, 4]];
    values[i][j] += by;
    return tf.sum(tf.mul(w, tf.cumsum(tf.tensor2d(values), axis))).arraySync();
  };
  return [0, 1].map((i) => [0, 1].map((j) => Math.round((at(i, j, 0.5) - at(i, j, -0.5)))));
}
for (const axis of [1, 0])
  console.log(`axis ${axis}: tf.grad ${JSON.stringify(gradient(axis))}, differences ${JSON.stringify(numeric(axis))}`);
JS
seen="$(node run.mjs 2>/dev/null)"
echo "$seen"
expected='axis 1: tf.grad [[11,10],[1100,1000]], differences [[11,10],[1100,1000]]
axis 0: tf.grad [[101,100],[1010,1000]], differences [[101,1010],[100,1000]]'
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo 'still so: cumsum along axis 0 has a transposed gradient'

#!/usr/bin/env bash
# onnxruntime-node 1.30.0: an output that is given in `fetches` is written in place, and copied into new memory all the same.
#
# The caller allocates an output once and gives it at every run, so that a loop need not allocate.
# Expected: the tensor returned is the one given, or at least has its memory.
# Seen:     what was given is written, but every run also returns another tensor over a fresh buffer of the same size.
#           Where outputs are large (hidden layers, 0.4 MB) that takes as long as computing them, and fills the heap.
# Way out:  let large intermediates stay inside of one model; return only small ones.
# Fails (exit 1) when this changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
# The binary for the processor is inside the package; its script would fetch another one for graphics cards.
npm install --silent --no-audit --no-fund --ignore-scripts onnxruntime-node@1.30.0
cat > run.cjs <<'JS'
const { InferenceSession, Tensor } = require('onnxruntime-node');
// y (1, 2) = 2 x (1, 2)
const model =
  'CAgSBXJlaW5zOnoKGwoBeAoKY29uc3RhbnQgMBIFTXVsIDAiA011bAoUCgVNdWwgMBIBeSIISWRlbnRpdHkSAXQqGAgBCAEQAUIKY29uc3RhbnQgMEoEAAAAQFoTCgF4Eg4KDAgBEggKAggBCgIIAmITCgF5Eg4KDAgBEggKAggBCgIIAkICEBE=';
(async () => {
  const session = await InferenceSession.create(Buffer.from(model, 'base64'));
  const x = new Tensor('float32', Float32Array.of(1, 2), [1, 2]);
  const given = new Tensor('float32', new Float32Array(2), [1, 2]);
  const first = (await session.run({ x }, { y: given })).y;
  const second = (await session.run({ x }, { y: given })).y;
  console.log(`given: ${given.data}; returned: ${first.data}`);
  console.log(`the same tensor: ${first === given}; the same memory: ${first.data.buffer === given.data.buffer}`);
  given.data[0] = 99;
  console.log(`returned after given[0] = 99: ${first.data}; from run to run the same memory: ${first.data.buffer === second.data.buffer}`);
})();
JS
seen="$(node run.cjs)"
echo "$seen"
expected='given: 2,4; returned: 2,4
the same tensor: false; the same memory: false
returned after given[0] = 99: 2,4; from run to run the same memory: false'
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo 'still so: outputs that are given are copied'

#!/usr/bin/env bash
# @mujoco/mujoco 3.14.0 (WebAssembly): a size of memory beyond 4 GB is taken modulo 4 GB, silently.
#
# Old models ask for many constraints, <size njmax="10000"/>; native MuJoCo 3.14.0 reserves narena = 5205131264 bytes
# for it and 20807942144 for njmax = 20000. The module's whole memory ends at 2 GB.
# Expected: "Could not allocate memory" for both.
# Seen:     njmax = 10000 compiles with narena = 910163968, which is 5205131264 - 2^32, and njmax = 16000 with even less;
#           8000 and 20000 are refused, because what is left of them is above 2 GB.
# Way out:  compile by mjSpec with memory, njmax and nconmax set to -1: MuJoCo then chooses by itself.
# Fails (exit 1) when this changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @mujoco/mujoco@3.14.0
cat > run.mjs <<'JS'
import load from '@mujoco/mujoco';
const mujoco = await load({ printErr() {} });
for (const njmax of [2000, 8000, 10000, 16000, 20000]) {
  try {
    const model = mujoco.MjModel.from_xml_string(`<mujoco><size njmax="${njmax}" nconmax="4000"/>
      <worldbody><body><joint/><geom size=".1"/></body></worldbody></mujoco>`);
    console.log(`njmax ${njmax}: narena ${model.narena}`);
    model.delete();
  } catch ({ message }) {
    console.log(`njmax ${njmax}: ${/Could not allocate memory/.exec(message)}`);
  }
}
JS
seen="$(node run.mjs)"
echo "$seen"
expected='njmax 2000: narena 211812352
njmax 8000: Could not allocate memory
njmax 10000: narena 910163968
njmax 16000: narena 434110464
njmax 20000: Could not allocate memory'
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo 'still so: sizes of memory wrap at 4 GB'

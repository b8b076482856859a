#!/usr/bin/env bash
# @mujoco/mujoco 3.14.0 (WebAssembly): the model's arrays of booleans cannot be read.
#
# mjModel says by arrays of bytes which joints and controls are limited: jnt_limited, actuator_ctrllimited and others.
# Expected: a Uint8Array, as body_simple and other arrays of bytes give.
# Seen:     BindingError: _emval_take_value has unknown type N10emscripten11memory_viewIbEE: Emscripten has no view of
#           bool, and the binding does not choose another.
# Way out:  limited elements by their ranges (low < high); those that cannot be told apart, by mjSpec.
# Fails (exit 1) when this changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @mujoco/mujoco@3.14.0
cat > run.mjs <<'JS'
import load from '@mujoco/mujoco';
const mujoco = await load();
const model = mujoco.MjModel.from_xml_string(`<mujoco><worldbody><body>
  <joint name="h" range="-90 90"/><geom size=".1"/>
</body></worldbody><actuator><motor joint="h" ctrlrange="-1 1"/></actuator></mujoco>`);
for (const name of ['jnt_range', 'jnt_limited', 'actuator_ctrllimited', 'actuator_forcelimited', 'mat_texuniform']) {
  try {
    console.log(`${name}: ${model[name].constructor.name}`);
  } catch ({ message }) {
    console.log(`${name}: ${message}`);
  }
}
JS
seen="$(node run.mjs)"
echo "$seen"
none='_emval_take_value has unknown type N10emscripten11memory_viewIbEE'
expected="jnt_range: Float64Array
jnt_limited: $none
actuator_ctrllimited: $none
actuator_forcelimited: $none
mat_texuniform: $none"
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo 'still so: arrays of booleans cannot be read'

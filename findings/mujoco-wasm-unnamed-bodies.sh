#!/usr/bin/env bash
# @mujoco/mujoco 3.14.0 (WebAssembly): bodies without a name all have the name "emsc".
#
# In MuJoCo names are optional, and mj_id2name returns NULL for what has none.
# Expected: null, undefined or an empty string, so that a program can tell and number such bodies itself.
# Seen:     the text "emsc" for each of them. The binding reads NULL as a C string, and address 0 of the
#           module's memory holds those four bytes. Looked up by that name, nothing is found (-1).
# Way out:  compare with body(i).name, which is empty, or read name_bodyadr; address bodies by index.
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
const model = mujoco.MjModel.from_xml_string(`<mujoco><worldbody><body name="arm">
  <joint/><geom size=".1"/>
  <body><joint/><geom size=".1"/></body>
  <body><joint/><geom size=".1"/></body>
</body></worldbody></mujoco>`);
const BODY = mujoco.mjtObj.mjOBJ_BODY.value ?? mujoco.mjtObj.mjOBJ_BODY;
const bodies = [0, 1, 2, 3];
console.log(`mj_id2name: ${JSON.stringify(bodies.map((i) => mujoco.mj_id2name(model, BODY, i)))}`);
console.log(`body(i).name: ${JSON.stringify(bodies.map((i) => model.body(i).name))}`);
console.log(`mj_name2id of "emsc": ${mujoco.mj_name2id(model, BODY, 'emsc')}`);
JS
seen="$(node run.mjs)"
echo "$seen"
expected='mj_id2name: ["world","arm","emsc","emsc"]
body(i).name: ["world","arm","",""]
mj_name2id of "emsc": -1'
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo 'still so: unnamed bodies are called "emsc"'

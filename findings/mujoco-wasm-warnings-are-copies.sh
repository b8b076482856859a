#!/usr/bin/env bash
# @mujoco/mujoco 3.14.0 (WebAssembly): the warnings of a simulation are copies, behind a list that may be deleted once.
#
# A simulation diverges, MuJoCo counts a warning (mjWARN_BADQACC), and a program reads and clears it, as it
# would in C or Python: data.warning[5].number = 0. Handles of the bindings are to be deleted after use.
# Expected: the number is 0 afterwards; and deleting what `data.warning` gave leaves the data's own list alone, as
#           it does for `data.contact`, whose reads are copies of the list.
# Seen:     get(i) returns a copy, so setting its number changes nothing; and `data.warning` is the data's own
#           list each time: after delete() every later read of it has size 0 and get(i) gives undefined.
# Way out:  read data.warning once and keep it; delete only what get(i) returns; clear by mj_resetData.
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
const model = mujoco.MjModel.from_xml_string(`<mujoco><worldbody><geom type="plane" size="1 1 1"/><body pos="0 0 .09">
  <joint type="slide" axis="1 0 0" stiffness="1e9"/><geom size=".1" mass="1e-3"/>
</body></worldbody><keyframe><key qpos="1"/></keyframe></mujoco>`);
const data = new mujoco.MjData(model);
mujoco.mj_resetDataKeyframe(model, data, 0);
for (let i = 0; i < 5; i++) mujoco.mj_step(model, data);
const BADQACC = mujoco.mjtWarning.mjWARN_BADQACC.value;
const warning = data.warning.get(BADQACC);
console.log(`counted: ${warning.number}`);
warning.number = 0;
console.log(`after number = 0: ${data.warning.get(BADQACC).number}`);
const contacts = data.contact;
contacts.delete();
console.log(`contacts after delete(): a list of ${data.contact.size()}`);
const warnings = data.warning;
console.log(`warnings before delete(): a list of ${data.warning.size()}`);
warnings.delete();
console.log(`warnings after delete(): a list of ${data.warning.size()}, get gives ${data.warning.get(BADQACC)}`);
JS
seen="$(node run.mjs)"
echo "$seen"
expected='counted: 1
after number = 0: 1
contacts after delete(): a list of 1
warnings before delete(): a list of 7
warnings after delete(): a list of 0, get gives undefined'
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo 'still so: warnings cannot be cleared one by one, and their list can be deleted once'

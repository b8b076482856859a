#!/usr/bin/env bash
# @mujoco/mujoco 3.14.0 (the same in native MuJoCo 3.14.0): an error inside an included file is in "line 0".
#
# A model includes a file whose fourth line has a wrong attribute.
# Expected: the included file's name and line 4, or at least one of both.
# Seen:     "Element 'geom', line 0" and no file name, while the same file loaded by itself gives line 4. Includes are
#           merged by copying elements, and a copy has no line.
# Way out:  note which files MuJoCo opens, and load each by itself for its line.
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
mujoco.FS.mkdir('/m');
mujoco.FS.writeFile('/m/robot.xml', `<mujoco>
  <include file="arm.xml"/>
</mujoco>`);
mujoco.FS.writeFile('/m/arm.xml', `<mujoco>
  <worldbody>
    <body>
      <geom size="0.1" colour="1 0 0 1"/>
    </body>
  </worldbody>
</mujoco>`);
for (const file of ['robot.xml', 'arm.xml']) {
  try {
    mujoco.MjModel.from_xml_path(`/m/${file}`);
  } catch ({ message }) {
    console.log(`${file}: ${/line \d+/.exec(message)}, ${message.includes('arm.xml') ? 'names' : 'does not name'} the file`);
  }
}
JS
seen="$(node run.mjs)"
echo "$seen"
expected='robot.xml: line 0, does not name the file
arm.xml: line 4, does not name the file'
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo 'still so: errors in included files have line 0'

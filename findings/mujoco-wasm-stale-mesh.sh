#!/usr/bin/env bash
# @mujoco/mujoco 3.14.0 (WebAssembly): a second model gets the mesh of the first.
#
# Two models are compiled in one process, each with its own MjVFS that holds a file of the same name and
# the same number of bytes but another shape, as after a person edits a mesh and loads it again.
# Expected: the second model has the second shape (a tetrahedron of twice the size).
# Seen:     it has the first shape. The compiler caches OBJ meshes by name and length across file systems,
#           and deleting the model and the MjVFS does not clear the cache.
# Way out:  write files into the module's own FS, in a new folder per load, and use from_xml_path.
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
const tetrahedron = (size) =>
  new TextEncoder().encode(
    `v 0 0 0\nv ${size} 0 0\nv 0 ${size} 0\nv 0 0 ${size}\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n`,
  );
const XML = `<mujoco><asset><mesh name="part" file="part.obj"/></asset>
  <worldbody><geom type="mesh" mesh="part"/></worldbody></mujoco>`;
/** Half the extent of the geom's bounding box along its first axis. */
function viaVfs(size) {
  const vfs = new mujoco.MjVFS();
  vfs.addBuffer('part.obj', tetrahedron(size));
  const model = mujoco.MjModel.from_xml_string(XML, vfs);
  const extent = model.geom_aabb[3];
  model.delete();
  vfs.delete();
  return extent.toFixed(3);
}
function viaFolder(size, folder) {
  mujoco.FS.mkdir(folder);
  mujoco.FS.writeFile(`${folder}/part.obj`, tetrahedron(size));
  mujoco.FS.writeFile(`${folder}/model.xml`, XML);
  const model = mujoco.MjModel.from_xml_path(`${folder}/model.xml`);
  const extent = model.geom_aabb[3];
  model.delete();
  return extent.toFixed(3);
}
console.log(`folders: size 1 ${viaFolder(1, '/a')}, size 2 ${viaFolder(2, '/b')}`);
console.log(`MjVFS:   size 1 ${viaVfs(1)}, size 2 ${viaVfs(2)}`);
JS
seen="$(node run.mjs)"
echo "$seen"
expected='folders: size 1 0.289, size 2 0.577
MjVFS:   size 1 0.289, size 2 0.289'
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo "still so: the second MjVFS serves the first one's mesh"

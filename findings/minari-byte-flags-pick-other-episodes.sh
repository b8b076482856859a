#!/usr/bin/env bash
# Minari 0.5.4: flags stored as bytes make filter_episodes pick other episodes, one of them twice.
#
# HDF5 has no boolean of its own: h5py writes an enumeration that only h5py reads as one, other writers
# (h5wasm, Java, MATLAB) write bytes 0 and 1. A data set of three episodes, the first and the last terminated,
# is written in both ways and filtered with `lambda episode: episode.terminations[-1]`.
# Expected: episodes 0 and 2 both times, or an error about the type.
# Seen:     with bytes episodes 1, 0, 1: the filter's answers 1, 0, 1 are taken for indices of episodes instead
#           of a mask. Episode 1, which did not terminate, is there twice, episode 2 is lost, nothing warns.
# Way out:  return bool(...) from every filter, or write booleans (Parquet has them).
# Fails (exit 1) when this changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check minari==0.5.4 gymnasium==1.4.0 numpy==2.4.6 h5py==3.16.0 pillow
cat > run.py <<'PY'
import json, os, pathlib, sys
import gymnasium, h5py, minari, numpy
from minari.serialization import serialize_space

kind = {"booleans": bool, "bytes": numpy.int8}[sys.argv[1]]
data = pathlib.Path(os.environ["MINARI_DATASETS_PATH"]) / "demo" / "flags-v0" / "data"
data.mkdir(parents=True)
space = gymnasium.spaces.Box(-1, 1, (1,), numpy.float32)
with h5py.File(data / "main_data.hdf5", "w") as file:
    for number, terminated in enumerate([True, False, True]):
        episode = file.create_group(f"episode_{number}")
        episode.attrs.update(id=number, total_steps=4, seed=0)
        last = numpy.arange(4) == 3
        episode["observations"] = numpy.zeros((5, 1), numpy.float32)
        episode["actions"] = numpy.zeros((4, 1), numpy.float32)
        episode["rewards"] = numpy.zeros(4)
        episode["terminations"] = (last & terminated).astype(kind)
        episode["truncations"] = (last & (not terminated)).astype(kind)
        episode.create_group("infos")
(data / "metadata.json").write_text(json.dumps({
    "total_episodes": 3, "total_steps": 12, "data_format": "hdf5", "dataset_id": "demo/flags-v0",
    "minari_version": minari.__version__, "observation_space": serialize_space(space), "action_space": serialize_space(space),
}))
kept = minari.load_dataset("demo/flags-v0").filter_episodes(lambda episode: episode.terminations[-1])
print(f"{sys.argv[1]}: episodes {', '.join(str(int(i)) for i in kept.episode_indices)} terminated")
PY
seen="$(for kind in booleans bytes; do MINARI_DATASETS_PATH="$folder/$kind" env/bin/python -W ignore run.py "$kind" 2>/dev/null; done)"
echo "$seen"
expected='booleans: episodes 0, 2 terminated
bytes: episodes 1, 0, 1 terminated'
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo "still so: bytes are taken for indices"

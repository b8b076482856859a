#!/usr/bin/env bash
# Minari 0.5.4 with pyarrow 26.0.1: a Parquet episode of several row groups becomes several episodes.
#
# A data set of three episodes (1,500, 40 and 60 steps; every reward is the episode's number) is written as
# Minari lays it out, once with one row group per file and once with groups of 1,000 rows, which is what
# Parquet writers do by default. Both are valid Parquet with the same rows.
# Expected: three episodes of 1,500, 40 and 60 steps with rewards 0, 1 and 2, both times.
# Seen:     with groups of 1,000 rows episode 0 is cut to 999 steps, episode 1 is the rest of episode 0, and
#           episode 2 is episode 1. Nothing warns; the last episode is gone.
#           Minari reads one record batch per episode, and a batch never spans row groups.
# Way out:  write one row group per episode file.
# Fails (exit 1) when this changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check minari==0.5.4 gymnasium==1.4.0 numpy==2.4.6 pyarrow==26.0.1 pillow h5py==3.16.0
cat > run.py <<'PY'
import json, os, pathlib, sys
import gymnasium, minari, numpy, pyarrow, pyarrow.parquet
from minari.serialization import serialize_space

LENGTHS = [1500, 40, 60]
group = int(sys.argv[1])
data = pathlib.Path(os.environ["MINARI_DATASETS_PATH"]) / "demo" / "rows-v0" / "data"
space = gymnasium.spaces.Box(-10, 10, (1,), numpy.float32)
for number, steps in enumerate(LENGTHS):
    episode = data / str(number)
    episode.mkdir(parents=True)
    rows = steps + 1  # the last observation; other columns are padded
    value = pyarrow.array([[float(number)]] * rows, pyarrow.list_(pyarrow.float32(), 1))
    table = pyarrow.table({
        "observations": value,
        "actions": value,
        "rewards": pyarrow.array([float(number)] * rows),
        "terminations": pyarrow.array([False] * rows),
        "truncations": pyarrow.array([i >= steps - 1 for i in range(rows)]),
    })
    pyarrow.parquet.write_table(table, episode / "part-0.parquet", row_group_size=group)
    (episode / "metadata.json").write_text(json.dumps({"id": number, "total_steps": steps, "seed": 0}))
(data / "metadata.json").write_text(json.dumps({
    "total_episodes": len(LENGTHS), "total_steps": sum(LENGTHS), "data_format": "parquet",
    "dataset_id": "demo/rows-v0", "minari_version": minari.__version__,
    "observation_space": serialize_space(space), "action_space": serialize_space(space),
}))
read = [(e.id, len(e.rewards), float(e.rewards[0])) for e in minari.load_dataset("demo/rows-v0").iterate_episodes()]
print(f"groups of {group}: " + ", ".join(f"episode {i}: {n} steps of reward {r:g}" for i, n, r in read))
PY
seen="$(for group in 100000 1000; do MINARI_DATASETS_PATH="$folder/$group" env/bin/python -W ignore run.py "$group" 2>/dev/null; done)"
echo "$seen"
expected='groups of 100000: episode 0: 1500 steps of reward 0, episode 1: 40 steps of reward 1, episode 2: 60 steps of reward 2
groups of 1000: episode 0: 999 steps of reward 0, episode 1: 500 steps of reward 0, episode 2: 40 steps of reward 1'
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo "still so: row groups are taken for episodes"

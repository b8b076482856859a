#!/usr/bin/env bash
# Hugging Face datasets 5.2.0, pyarrow 26.0.1, Python 3.10+: how fast a Parquet file loads depends on its FIRST row group.
# Expected: 5,000 rows load about as fast whether the first row group has 1 row and the second the rest, or the reverse.
# Seen: the loader reads everything in batches as large as the first row group: with one row there, 5,000 batches of one row,
#       and it takes more than ten times as long. (LeRobot writes a row group per episode: one episode of one frame is enough.)
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet datasets==5.2.0 pyarrow==26.0.1
cd "$folder"
HF_HOME="$folder/hf" HF_HUB_OFFLINE=1 HF_DATASETS_DISABLE_PROGRESS_BARS=1 venv/bin/python - <<'PYTHON'
import sys
import time
import pyarrow as pa
import pyarrow.parquet as pq
from datasets import load_dataset

table = pa.table({"x": list(range(5000))})
seconds = {}
for first in (4999, 1, 4998, 2):  # the first load also warms up
    name = f"first-{first}.parquet"
    with pq.ParquetWriter(name, table.schema) as writer:
        writer.write_table(table.slice(0, first))
        writer.write_table(table.slice(first))
    start = time.perf_counter()
    loaded = load_dataset("parquet", data_files=name, split="train")
    seconds[first] = time.perf_counter() - start
    assert loaded["x"][:] == table["x"].to_pylist()
print("seconds by rows of the first row group:", {k: round(v, 2) for k, v in seconds.items()})
sys.exit(0 if seconds[2] > 3 * seconds[4998] else 1)
PYTHON
echo "as described"

#!/usr/bin/env bash
# MLflow 3.17.2 on its SQLite store: a figure that is infinite comes back as a finite number.
#
# Three figures are logged: infinity, minus infinity, and not a number, as a loss that diverged gives them.
# Expected: all three come back as they were, or are refused; NaN does come back.
# Seen:     the infinite ones come back as ±1.7976931348623157e308, the largest float, with no word: `math.isinf` is
#           false, a mean over runs is an overflow or a plausible number, and a plot is a cliff.
# Way out:  leave figures out that are not finite, as Reins does before it keeps any.
# Fails (exit 1) when this changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check mlflow-skinny==3.17.2 sqlalchemy==2.1.9 alembic==1.20.1
cat > run.py <<'PY'
import math

import mlflow

client = mlflow.MlflowClient(tracking_uri="sqlite:///figures.db")
run = client.create_run(client.create_experiment("figures"))
for name, value in {"up": math.inf, "down": -math.inf, "nan": math.nan}.items():
    client.log_metric(run.info.run_id, name, value)
kept = client.get_run(run.info.run_id).data.metrics
for name in ("up", "down", "nan"):
    print(name, kept[name], "finite" if math.isfinite(kept[name]) else "not finite")
PY
seen="$(env/bin/python -W ignore run.py 2>/dev/null)"
echo "$seen"
expected='up 1.7976931348623157e+308 finite
down -1.7976931348623157e+308 finite
nan nan not finite'
[ "$seen" = "$expected" ] || { echo "CHANGED: this finding no longer holds"; exit 1; }
echo 'still so: infinity comes back as the largest float'

"""What `reins.track` brings over, as each tracker keeps it."""

import json
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import pytest
from trackio.sqlite_storage import SQLiteStorage
from wandb.proto import wandb_internal_pb2

import reins
from reins.http import get
from reins.tracking import main

SETTINGS = {"learner.hidden": [16, 16], "learner.learningStarts": 50}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[reins.Server]:
    folder = tmp_path_factory.mktemp("data")
    with reins.start("reacher", preset="rlpd", data=folder, page=False, settings=SETTINGS, seed=3) as started:
        wait_for(started, 3)
        yield started


def history(server: reins.Server) -> list[dict[str, Any]]:
    run = served(server)["id"]
    points: list[dict[str, Any]] = get(server.url, f"/api/runs/{run}/metrics", limit=5000)
    return points


def served(server: reins.Server) -> dict[str, Any]:
    return next(row for row in get(server.url, "/api/runs") if row["isServed"])


def wait_for(server: reins.Server, points: int) -> None:
    while len(history(server)) < points:
        time.sleep(0.2)


def told(points: list[dict[str, Any]], name: str) -> list[tuple[int, float]]:
    return [(point["environmentSteps"], point["values"][name]) for point in points if name in point["values"]]


def common_figure(server: reins.Server) -> str:
    return min(history(server)[0]["values"])


def test_mlflow(server: reins.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[PY-16] MLflow has every point once, with its steps and time, also when a run is brought over again."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.chdir(tmp_path)
    first = reins.track(server.url, "mlflow", project="lab", once=True)
    wait_for(server, first + 2)
    reins.track(server.url, "mlflow", project="lab", once=True)
    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name("lab")
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.data.params == {
        "environment": "reacher",
        "preset": "rlpd",
        "seed": "3",
        "set.learner.hidden": "[16, 16]",
        "set.learner.learningStarts": "50",
    }
    assert run.info.status == "FINISHED"
    name = common_figure(server)
    kept = sorted(client.get_metric_history(run.info.run_id, name), key=lambda metric: metric.timestamp)
    assert len(kept) > first
    assert [(metric.step, metric.value) for metric in kept] == told(history(server), name)[: len(kept)]


def test_trackio(server: reins.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[PY-16] trackio has every point once, also when a run is brought over again."""
    # Its storage reads the folder when it is first imported.
    monkeypatch.setattr("trackio.utils.TRACKIO_DIR", tmp_path)
    monkeypatch.setattr("trackio.sqlite_storage.TRACKIO_DIR", tmp_path)
    first = reins.track(server.url, "trackio", project="lab", once=True)
    wait_for(server, first + 2)
    reins.track(server.url, "trackio", project="lab", once=True)
    (run,) = SQLiteStorage.get_runs("lab")
    name = common_figure(server)
    kept = [(row["step"], row[name]) for row in SQLiteStorage.get_logs("lab", run)]
    assert len(kept) > first
    assert kept == told(history(server), name)[: len(kept)]


def test_wandb(server: reins.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[PY-16] W&B, offline, has every point with its steps, the settings, and the axis that figures are drawn over."""
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_DIR", str(tmp_path))
    brought = reins.track(server.url, "wandb", project="lab", once=True)
    (file,) = tmp_path.rglob("*.wandb")
    # Its writer is a process of its own, which may still be at it.
    while not has_exit(records := list(read(file))):
        time.sleep(0.2)
    (begun,) = [record.run for record in records if record.WhichOneof("record_type") == "run"]
    assert begun.run_id == served(server)["id"]
    config = {item.key: json.loads(item.value_json) for item in begun.config.update}
    assert config["set.learner.hidden"] == [16, 16]
    metrics = [record.metric for record in records if record.WhichOneof("record_type") == "metric"]
    assert any(metric.step_metric == "environment_steps" for metric in metrics)
    name = common_figure(server)
    rows = [
        {"/".join(item.nested_key) or item.key: json.loads(item.value_json) for item in record.history.item}
        for record in records
        if record.WhichOneof("record_type") == "history"
    ]
    kept = [(row["environment_steps"], row[name]) for row in rows if name in row]
    assert len(rows) == brought
    assert kept == told(history(server), name)[: len(kept)]


def has_exit(records: list[Any]) -> bool:
    return any(record.WhichOneof("record_type") == "exit" for record in records)


def read(path: Path) -> Iterator[Any]:
    """Records of W&B's file: blocks of 32 kB of pieces [crc, length, kind] after seven bytes, as LevelDB's log has them."""
    data = path.read_bytes()
    at, record = 7, b""
    while at + 7 <= len(data):
        left = 32768 - at % 32768
        if left < 7:
            at += left
            continue
        length, kind = struct.unpack_from("<HB", data, at + 4)
        record += data[at + 7 : at + 7 + length]
        at += 7 + length
        if at > len(data):
            return
        if kind in (1, 4):  # whole, or the last piece
            yield wandb_internal_pb2.Record.FromString(record)
            record = b""


def test_goes_on_until_the_server_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[PY-17] It follows a server as it goes on, and returns once that has ended."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.chdir(tmp_path)
    brought: list[int] = []

    def arrived() -> bool:
        client = mlflow.MlflowClient()
        experiment = client.get_experiment_by_name("reins")
        runs = client.search_runs([experiment.experiment_id]) if experiment else []
        return any("reins.until" in run.data.tags for run in runs)

    with reins.start("reacher", preset="rlpd", data=tmp_path / "data", page=False, settings=SETTINGS) as server:
        following = threading.Thread(
            target=lambda: brought.append(reins.track(server.url, "mlflow", every=0.1)), daemon=True
        )
        following.start()
        while not arrived():
            time.sleep(0.2)
    following.join()
    assert brought[0] >= 1


def test_refusals(server: reins.Server, capsys: pytest.CaptureFixture[str]) -> None:
    """[PY-17] What is wrong is said in a line, with what would be right."""
    with pytest.raises(ValueError, match="to is 'excel': one of mlflow, trackio, wandb"):
        reins.track(server.url, "excel")
    with pytest.raises(ValueError, match="every is 0: seconds, more than 0"):
        reins.track(server.url, "mlflow", every=0)
    with pytest.raises(reins.ServerError, match="run is 'none-such': the server has "):
        reins.track(server.url, "mlflow", run="none-such")
    with pytest.raises(SystemExit) as ended:
        main(["http://127.0.0.1:9", "--to", "mlflow", "--once"])
    assert ended.value.code == 1
    assert "error: /api/runs: http://127.0.0.1:9 does not answer" in capsys.readouterr().err

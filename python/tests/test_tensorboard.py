"""What `reins train --log` writes, read by TensorBoard itself."""

import json
import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

SMALL = ["--set", "learner.hidden=16,16", "--set", "learner.learningStarts=50", "--backend", "wasm"]
COMMAND = [*shlex.split(os.environ.get("REINS_COMMAND", "reins")), "train"]


def scalars(folder: Path, tag: str) -> list[tuple[int, float]]:
    read = EventAccumulator(str(folder))
    read.Reload()
    return [(e.step, e.value) for e in read.Scalars(tag)] if tag in read.Tags()["scalars"] else []


def test_event_files(tmp_path: Path) -> None:
    """[CLI-36] TensorBoard reads every evaluation once, also of a training that was stopped and went on."""
    log, data = tmp_path / "log", ["--data", str(tmp_path / "data"), "--out", str(tmp_path / "a.policy")]
    log.mkdir()
    began = ["--env", "reacher", "--preset", "rlpd", "--teacher", "none", "--steps", "1000", "--eval-every", "100"]
    first = subprocess.Popen([*COMMAND, *began, "--eval-episodes", "2", *SMALL, "--log", str(log), *data])
    while first.poll() is None and not any(step >= 200 for step, _ in scalars(log, "eval/return")):
        time.sleep(0.2)
    first.send_signal(signal.SIGINT)
    assert first.wait() == 130
    resumed = [*COMMAND, "--resume", *data, "--log", str(log), "--json"]
    document = json.loads(subprocess.run(resumed, check=True, stdout=subprocess.PIPE).stdout)
    told = [(e["step"], e["return"]["mean"]) for e in document["evaluations"]]
    assert [step for step, _ in told] == list(range(0, 1001, 100))
    read = scalars(log, "eval/return")
    assert [step for step, _ in read] == [step for step, _ in told]
    assert all(abs(a - b) <= 1e-6 * abs(b) for (_, a), (_, b) in zip(read, told))
    assert len(scalars(log, "loss/critic")) > 0

from collections.abc import Iterator
from pathlib import Path

import pytest

import reins


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[reins.Server]:
    """A server that asks comparisons as soon as it has clips of half a second."""
    settings = {"queries.kind": "compare", "queries.segmentSeconds": 0.5}
    folder = tmp_path_factory.mktemp("data")
    with reins.start("reacher", preset="christiano", data=folder, page=False, settings=settings) as started:
        yield started


@pytest.fixture(scope="session")
def reward_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reward model that synthetic answers taught."""
    folder = tmp_path_factory.mktemp("trained")
    arguments = "train --env reacher --preset christiano --teacher preference --steps 1000 --labels 20 --eval-episodes 2"
    reins.run_command(*arguments.split(), "--data", str(folder))
    out = folder / "reward.onnx"
    reins.run_command("export", "reward", "--data", str(folder), "--out", str(out))
    return out

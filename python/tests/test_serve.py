"""Gymnasium's environments in Reins."""

import time
from collections.abc import Callable
from pathlib import Path

import gymnasium
import numpy as np
import pytest

import reins

NAME = "HalfCheetah-v5"


def until(what: Callable[[], object], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.1)


def test_a_mujoco_environment_lives_in_reins(tmp_path: Path) -> None:
    """[PY-13] reins.serve puts a MuJoCo environment into the live loop: its episodes are Gymnasium's, bit by bit, and it is rewound by state."""
    make = lambda: gymnasium.make(NAME, max_episode_steps=120)  # noqa: E731
    with reins.serve(make, preset="christiano", data=tmp_path, page=False) as served, served.connect() as client:
        about = client.welcome["environment"]
        assert (about["title"], about["horizon"], len(about["actionNames"])) == (NAME, 120, 6)
        client.control("speed", factor=4)
        until(lambda: any(row["length"] == 120 for row in client.episodes()))
        row = next(row for row in client.episodes() if row["length"] == 120)
        steps = client.steps(reins.Segment(row["id"], 0, 120))
        with make() as env:
            observation, _ = env.reset(seed=row["seed"])
            for t in range(120):
                assert np.array_equal(observation.astype(np.float32), steps.observations[t])
                observation, reward, _, truncated, _ = env.step(steps.actions[t])
                assert np.float32(reward) == np.float32(steps.rewards[t])
            assert truncated
        assert row["end"] == "truncated"
        client.control("speed", factor=1)
        before = client.status["episodeId"]
        until(lambda: client.status["episodeId"] != before)  # a new one has begun
        until(lambda: client.status["state"] == "running")
        time.sleep(2)
        driven = client.status["episodeId"]
        client.control("rewind", seconds=0.5)
        until(lambda: client.status["state"] == "paused")
        client.control("play")
        until(lambda: client.status["state"] == "running")
        assert client.status["episodeId"] != driven
        until(lambda: any(row["end"] == "aborted" for row in client.episodes()))


def test_what_cannot_be_served_is_said() -> None:
    """[PY-13] an environment that Reins cannot draw or drive is refused with the reason, before anything starts."""
    with pytest.raises(reins.CannotServe, match="nothing to draw"):
        reins.serve(lambda: gymnasium.make("CartPole-v1"))
